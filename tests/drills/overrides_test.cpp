// --set: where it lands and what it says.
#include "drills/overrides.hpp"

#include <gtest/gtest.h>

#include "tests/drills/broken.hpp"

namespace firedrill::drills {
namespace {

const std::string small_drill =
    std::string{sound} +
    "[[fault]]\nname = \"slow\"\nproxy = \"api\"\nkind = \"latency\"\ndelay = \"10ms\"\n"
    "[[check]]\nname = \"99.9 % are served\"\nload = \"users\"\nexpect = { errors = \"< 1%\" }\n";

Drill with(const std::vector<Override>& overrides) { return parse_drill("d.toml", small_drill, overrides, {}); }

TEST(Overrides, ReachEveryBlock) {
  const Drill drill = with({{"drill.seed", "7"},
                            {"proxy.api.listen", "127.0.0.1:80"},
                            {"load.users.rate", "2.5"},
                            {"fault.slow.delay", "20ms"},
                            {"fault.slow.at", "1s"},
                            {"check.99.9 % are served.expect.errors", "< 2%"}});

  EXPECT_EQ(drill.seed, 7U);
  EXPECT_EQ(drill.proxies[0].listen.port, 80);
  EXPECT_EQ(drill.loads[0].rate, 2.5);
  EXPECT_EQ(*drill.faults[0].table.find("delay")->text(), "20ms");
  EXPECT_EQ(drill.faults[0].at, std::chrono::seconds{1});
  EXPECT_EQ(drill.checks[0].expect[0].text, "< 2%");
  EXPECT_EQ(drill.text, small_drill) << "the file stays as it was written";
}

TEST(Overrides, MakeTablesOnTheWay) {
  const Drill drill = with({{"fault.slow.delay.ramp.from", "1ms"},
                            {"fault.slow.delay.ramp.to", "2ms"},
                            {"fault.slow.delay.ramp.over", "1s"}});

  ASSERT_EQ(drill.faults[0].ramps.size(), 1U);
  EXPECT_EQ(*drill.faults[0].ramps[0].to.text(), "2ms");
}

TEST(Overrides, LaterOnesWin) { EXPECT_EQ(with({{"drill.seed", "1"}, {"drill.seed", "2"}}).seed, 2U); }

struct Wrong {
  std::string path, value, said;
  friend void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.path << '=' << wrong.value; }
};

class WrongOverride : public testing::TestWithParam<Wrong> {};

TEST_P(WrongOverride, IsExplained) {
  const auto& [path, value, said] = GetParam();

  EXPECT_EQ(problems_of(small_drill, {{path, value}}), said);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongOverride,
    testing::Values(
        Wrong{"falt.slow.at", "1s", "--set: falt.slow.at=1s: unknown block \"falt\"; did you mean \"fault\"?"},
        Wrong{"xyz", "1",
              "--set: xyz=1: unknown block \"xyz\"; there are drill, backend, proxy, load, fault, check, signal"},
        Wrong{"fault.slo.at", "1s", "--set: fault.slo.at=1s: there is no fault \"slo\"; did you mean \"slow\"?"},
        Wrong{"fault.zzz.at", "1s", "--set: fault.zzz.at=1s: there is no fault \"zzz\"; there is slow"},
        Wrong{"backend.b.status", "200", "--set: backend.b.status=200: the drill has no [[backend]]"},
        Wrong{"fault.slow", "1", "--set: fault.slow=1: names no key; write fault.NAME.KEY=VALUE"},
        Wrong{"fault.slow.", "1", "--set: fault.slow.=1: names no key; write fault.NAME.KEY=VALUE"},
        Wrong{"drill", "1", "--set: drill=1: names no key; write drill.KEY=VALUE"},
        Wrong{"drill.a..b", "1", "--set: drill.a..b=1: names no key; write drill.KEY=VALUE"},
        Wrong{"fault.slow.dely", "3ms", "--set: fault \"slow\": unknown key \"dely\"; did you mean \"delay\"?"},
        Wrong{"load.users.rate", "many", "--set: load \"users\": rate = \"many\": must be a number"}));

}  // namespace
}  // namespace firedrill::drills
