// Addresses as written, and as sockets show them.
#include "proxy/endpoint.hpp"

#include <gtest/gtest.h>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>

namespace firedrill::proxy {
namespace {

using asio::ip::tcp;

TEST(Endpoint, ReadsEveryForm) {
  EXPECT_EQ(Endpoint::parse("127.0.0.1:8081"), (Endpoint{"127.0.0.1", 8081, ""}));
  EXPECT_EQ(Endpoint::parse("[::1]:0"), (Endpoint{"::1", 0, ""}));
  EXPECT_EQ(Endpoint::parse("db.internal:5432"), (Endpoint{"db.internal", 5432, ""}));
  EXPECT_EQ(Endpoint::parse("my_host-1:65535"), (Endpoint{"my_host-1", 65535, ""}));
  EXPECT_EQ(Endpoint::parse(":8080"), (Endpoint{"", 8080, ""}));
  EXPECT_EQ(Endpoint::parse("unix:/run/app.sock"), (Endpoint{"", 0, "/run/app.sock"}));
}

TEST(Endpoint, WritesThemBack) {
  for (const char* text : {"127.0.0.1:8081", "[::1]:0", "db.internal:5432", ":8080", "unix:/run/app.sock"})
    EXPECT_EQ(Endpoint::parse(text)->text(), text);
}

TEST(Endpoint, RefusesEverythingElse) {
  for (const std::string text : {"",
                                 ":",
                                 "8080",
                                 "127.0.0.1",
                                 "127.0.0.1:",
                                 "127.0.0.1:65536",
                                 "127.0.0.1:-1",
                                 "127.0.0.1:+1",
                                 "127.0.0.1:80x",
                                 "127.0.0.1:080000",
                                 "127.0.0.300:80",
                                 "1.2.3:80",
                                 "::1:80",
                                 "[::1]",
                                 "[::1:80",
                                 "[]:80",
                                 "[127.0.0.1]:80",
                                 "[::g]:80",
                                 "a b:80",
                                 "http://a:80",
                                 "a/b:80",
                                 "unix:",
                                 "unix:80"})
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  EXPECT_FALSE(Endpoint::parse("unix:" + std::string(108, 'a'))) << "longer than sun_path holds";
  EXPECT_FALSE(Endpoint::parse(std::string{"unix:/a\0b", 9}));
  EXPECT_FALSE(Endpoint::parse(std::string(254, 'a') + ":80"));
}

TEST(Endpoint, IsNumericWhereNoNameHasToBeResolved) {
  EXPECT_EQ(show(*Endpoint::parse("127.0.0.1:8081")->numeric()), "127.0.0.1:8081");
  EXPECT_EQ(show(*Endpoint::parse("[2001:DB8::1]:80")->numeric()), "[2001:db8::1]:80");
  EXPECT_EQ(show(*Endpoint::parse("unix:/run/app.sock")->numeric()), "unix:/run/app.sock");
  EXPECT_FALSE(Endpoint::parse("localhost:80")->numeric());
}

TEST(Endpoint, WithoutAHostIsEveryInterface) {
  const auto every = Endpoint::parse(":8080")->numeric();

  ASSERT_TRUE(every);
  EXPECT_TRUE(show(*every) == "[::]:8080" || show(*every) == "0.0.0.0:8080") << show(*every);
}

TEST(Address, OfAPeerComparesBothFamiliesAlike) {
  const auto address = [](const char* text) {
    return address_of(asio::generic::stream_protocol::endpoint{tcp::endpoint{asio::ip::make_address(text), 7}});
  };

  EXPECT_EQ(address("10.0.0.7"), faults::Address::ipv4({10, 0, 0, 7}, 7));
  EXPECT_EQ(address("::ffff:10.0.0.7"), address("10.0.0.7"));
  EXPECT_EQ(address("2001:db8::1").text(), "[2001:db8::1]:7");
}

TEST(Address, OfAUnixPeerIsNone) {
  using Generic = asio::generic::stream_protocol::endpoint;

  EXPECT_EQ(address_of(Generic{asio::local::stream_protocol::endpoint{"/run/app.sock"}}), faults::Address{});
  EXPECT_EQ(show(Generic{asio::local::stream_protocol::endpoint{""}}), "unix:") << "an unnamed peer";
}

}  // namespace
}  // namespace firedrill::proxy
