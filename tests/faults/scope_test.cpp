// Which links a fault is for: addresses and networks, shares, every nth, lanes, old and new connections.
#include "faults/scope.hpp"

#include <gmock/gmock.h>

#include "faults/plan.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Address v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) { return Address::ipv4({a, b, c, d}, 1234); }

Address v6(std::initializer_list<std::uint16_t> groups) {
  Address address;
  std::size_t i = 0;
  for (const std::uint16_t group : groups) {
    address.bytes[i++] = static_cast<std::uint8_t>(group >> 8);
    address.bytes[i++] = static_cast<std::uint8_t>(group & 0xff);
  }
  address.port = 80;
  return address;
}

LinkFacts link(std::uint64_t ordinal, Address client = v4(127, 0, 0, 1), Time opened = {}) {
  LinkFacts facts;
  facts.seed = {1};
  facts.ordinal = ordinal;
  facts.client = client;
  facts.opened = opened;
  return facts;
}

Scope scope(std::string_view words) { return make_fault("slow", "latency", "delay=1s " + std::string{words})->scope; }

TEST(Address, IsShownAsPeopleWriteIt) {
  EXPECT_EQ(v4(10, 0, 0, 7).text(), "10.0.0.7:1234");
  EXPECT_EQ(v6({0x2001, 0xdb8, 0, 0, 0, 0, 0, 1}).text(), "[2001:db8::1]:80");
  EXPECT_EQ(Address{}.text(), "unix");
  EXPECT_TRUE(v4(10, 0, 0, 7).is_ipv4());
  EXPECT_FALSE(v6({0x2001, 0xdb8}).is_ipv4());
}

TEST(Network, ContainsItsAddressesAndNoOthers) {
  const auto inside = [](std::string_view network, Address address) {
    return Network::parse(network)->contains(address);
  };

  EXPECT_TRUE(inside("10.0.0.0/8", v4(10, 255, 1, 2)));
  EXPECT_FALSE(inside("10.0.0.0/8", v4(11, 0, 0, 0)));
  EXPECT_TRUE(inside("10.1.2.128/25", v4(10, 1, 2, 128)));
  EXPECT_FALSE(inside("10.1.2.128/25", v4(10, 1, 2, 127)));
  EXPECT_TRUE(inside("10.0.0.7", v4(10, 0, 0, 7)));
  EXPECT_FALSE(inside("10.0.0.7", v4(10, 0, 0, 6)));
  EXPECT_TRUE(inside("0.0.0.0/0", v4(1, 2, 3, 4)));
  EXPECT_FALSE(inside("0.0.0.0/0", v6({0x2001, 0xdb8})));
  EXPECT_TRUE(inside("2001:db8::/32", v6({0x2001, 0xdb8, 5})));
  EXPECT_FALSE(inside("2001:db8::/32", v6({0x2001, 0xdb9})));
  EXPECT_TRUE(inside("2001:db8::/33", v6({0x2001, 0xdb8, 0x7fff})));
  EXPECT_FALSE(inside("2001:db8::/33", v6({0x2001, 0xdb8, 0x8000})));
  EXPECT_TRUE(inside("::/0", v4(1, 2, 3, 4)));
  EXPECT_TRUE(inside("::ffff:10.0.0.0/104", v4(10, 1, 1, 1))) << "the mapped form is the same address";
}

TEST(Network, RefusesWhatIsNone) {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "10.0.0.1/8", "::1/127", "::/129",
                           "localhost", "10.0.0.0/8/8", "10.0.0.0/8x", "256.0.0.1", " 10.0.0.1"})
    EXPECT_EQ(Network::parse(text), std::nullopt) << text;
}

TEST(Scope, CoversEveryLinkUnlessToldOtherwise) {
  const Scope all = scope("");

  EXPECT_FALSE(all.is_drawn());
  for (std::uint64_t i = 1; i < 100; ++i) EXPECT_TRUE(all.covers("slow", link(i), {}));
}

TEST(Scope, PercentDrawsThatShareOfLinksTheSameEachTime) {
  const Scope some = scope("percent=30%");
  int covered = 0;

  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    const bool is = some.covers("slow", link(i), {});
    covered += is ? 1 : 0;
    ASSERT_EQ(is, some.covers("slow", link(i), {}));
  }

  EXPECT_NEAR(covered, 3000, 190);  // four standard deviations
  EXPECT_TRUE(some.is_drawn());
}

TEST(Scope, PercentDrawsApartForEachFaultAndSeed) {
  const Scope some = scope("percent=50%");
  int same_name = 0, same_seed = 0;

  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    same_name += some.drawn("a", Seed{1}, i) == some.drawn("b", Seed{1}, i) ? 1 : 0;
    same_seed += some.drawn("a", Seed{1}, i) == some.drawn("a", Seed{2}, i) ? 1 : 0;
  }

  EXPECT_NEAR(same_name, 5000, 200);
  EXPECT_NEAR(same_seed, 5000, 200);
}

TEST(Scope, NoneAndAllAreNotDrawnWrong) {
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    EXPECT_FALSE(scope("percent=0%").covers("slow", link(i), {}));
    EXPECT_TRUE(scope("percent=100%").covers("slow", link(i), {}));
  }
}

TEST(Scope, EveryCountsByOrdinal) {
  const Scope third = scope("every=3");
  std::vector<std::uint64_t> covered;

  for (std::uint64_t i = 1; i <= 10; ++i)
    if (third.covers("slow", link(i), {})) covered.push_back(i);

  EXPECT_THAT(covered, ::testing::ElementsAre(3, 6, 9));
}

TEST(Scope, ClientsAndExceptions) {
  const Scope inside = scope("clients=10.0.0.0/8 except_clients=10.0.0.1");

  EXPECT_TRUE(inside.covers("slow", link(1, v4(10, 0, 0, 2)), {}));
  EXPECT_FALSE(inside.covers("slow", link(1, v4(10, 0, 0, 1)), {}));
  EXPECT_FALSE(inside.covers("slow", link(1, v4(11, 0, 0, 2)), {}));
}

TEST(Scope, OldAndNewConnections) {
  const Time since = Time{} + 10s;
  const LinkFacts before = link(1, v4(1, 1, 1, 1), Time{} + 9s), after = link(2, v4(1, 1, 1, 1), Time{} + 10s);

  EXPECT_TRUE(scope("connections=all").covers("slow", before, since));
  EXPECT_TRUE(scope("connections=all").covers("slow", after, since));
  EXPECT_FALSE(scope("connections=new").covers("slow", before, since));
  EXPECT_TRUE(scope("connections=new").covers("slow", after, since));
  EXPECT_TRUE(scope("connections=existing").covers("slow", before, since));
  EXPECT_FALSE(scope("connections=existing").covers("slow", after, since));
}

TEST(Scope, LanesAreDownstreamUnlessToldOtherwise) {
  EXPECT_TRUE(scope("").covers(Direction::downstream));
  EXPECT_FALSE(scope("").covers(Direction::upstream));
  EXPECT_TRUE(scope("direction=upstream").covers(Direction::upstream));
  EXPECT_FALSE(scope("direction=upstream").covers(Direction::downstream));
  EXPECT_TRUE(scope("direction=both").covers(Direction::upstream));
  EXPECT_TRUE(scope("direction=both").covers(Direction::downstream));
}

TEST(Scope, BadScopesAreProblems) {
  const auto message = [](std::string_view kind, std::string_view words) {
    try {
      make_fault("slow", kind, words);
    } catch (const PlanError& e) {
      return std::string{e.what()};
    }
    return std::string{};
  };

  EXPECT_EQ(message("latency", "delay=1s clients=10.0.0.1/8"),
            "fault \"slow\": clients = \"10.0.0.1/8\": \"10.0.0.1/8\" is no address or network; give one such as "
            "\"10.0.0.0/8\" or \"::1\", with no bits set behind the prefix");
  EXPECT_EQ(message("reset", "direction=both"),
            "fault \"slow\": direction = \"both\": reset takes no such scope; it takes percent, every, clients, "
            "except_clients, "
            "max_links, connections");
  EXPECT_THAT(message("latency", "delay=1s every=0"), HasSubstr("every = 0: must be at least 1"));
  EXPECT_THAT(message("latency", "delay=1s direction=up"), HasSubstr("must be one of upstream, downstream, both"));
}

TEST(Scope, AScopeNotAcceptedIsNotSuggestedEither) {
  try {
    make_fault("dry", "pool", "max_connections=1 evry=2");
    FAIL();
  } catch (const PlanError& e) {
    EXPECT_THAT(e.what(), ::testing::Not(HasSubstr("\"every\"")));
  }
}

}  // namespace
}  // namespace firedrill::faults
