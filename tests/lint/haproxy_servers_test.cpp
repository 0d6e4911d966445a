// Rules about servers and their queues where they would be wrong: zeros, servers that get nothing, algorithms without
// weights.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lint/rig.hpp"

namespace firedrill::tests {
namespace {

using testing::HasSubstr;

// With lines for its defaults and for its one backend.
std::unique_ptr<Checked> checked_backend(const std::string& lines, const std::string& defaults = "  timeout queue 2s\n",
                                         const std::string& connect = "4s") {
  return check_text("a.cfg",
                    "global\n  maxconn 1000\n  stats socket /run/haproxy.sock\ndefaults\n  mode http\n"
                    "  timeout connect " +
                        connect + "\n  timeout client 20s\n  timeout server 10s\n  timeout check 2s\n" +
                        "  timeout http-request 5s\n" + defaults +
                        "frontend www\n  bind :8080\n  default_backend api\nbackend api\n" + lines);
}

// HAProxy takes it for unset, and timeout connect counts: with "timeout connect 2s" the 503 came after 2.00 s.
TEST(AQueueTimeoutOfZero, IsNone) {
  const std::string small = "  server a1 127.0.0.1:1 maxconn 10\n", zero = "  timeout queue 0\n";

  EXPECT_EQ(checked_backend(small + zero)->told("HA02"),
            "a.cfg:16:33: backend \"api\": servers have a maxconn, but timeout queue is 0, which is none; timeout "
            "connect counts: 4s (from defaults at line 6)");
  EXPECT_THAT(checked_backend(small, zero)->told("HA02"), HasSubstr("timeout queue is 0 (from defaults at line 11)"));
  EXPECT_THAT(checked_backend(small, zero)->told("HA05"), HasSubstr("wait up to 4s (from defaults at line 6) in"));
  EXPECT_THAT(checked_backend(small, zero, "0")->told("HA05"), HasSubstr("wait for ever in"));
  EXPECT_EQ(checked_backend(small, zero, "900ms")->told("HA05"), "");
  EXPECT_EQ(checked_backend(small)->told("HA02"), "");
}

TEST(ServersThatGetNothing, NeedNoMaxconn) {
  const std::string one = "  server a1 127.0.0.1:1 maxconn 100\n";

  EXPECT_NE(checked_backend(one + "  server a2 127.0.0.1:2 backup\n")->told("HA04"), "");
  EXPECT_EQ(checked_backend(one + "  server a2 127.0.0.1:2 backup disabled\n")->told("HA04"), "");
  EXPECT_EQ(checked_backend(one + "  server a2 127.0.0.1:2 weight 0\n")->told("HA04"), "");
  // Whom a cookie ties to it still comes.
  EXPECT_NE(checked_backend("  cookie S insert\n" + one + "  server a2 127.0.0.1:2 weight 0\n")->told("HA04"), "");
}

TEST(ServersOfDifferentSize, AreNoFindingWhereWeightsMeanNothing) {
  const std::string two = "  server a1 127.0.0.1:1 maxconn 100\n  server a2 127.0.0.1:2 maxconn 200";

  EXPECT_NE(checked_backend(two + "\n")->told("HA20"), "");
  EXPECT_EQ(checked_backend("  balance first\n" + two + "\n")->told("HA20"), "");
  EXPECT_EQ(checked_backend(two + " weight 0\n")->told("HA20"), "");
  EXPECT_EQ(checked_backend(two + " disabled\n")->told("HA20"), "");
}

}  // namespace
}  // namespace firedrill::tests
