// The conditions of `reset` and `close`: at once, age, idle time, bytes, chance, and several together.
#include <gmock/gmock.h>

#include <cmath>

#include "ks.hpp"
#include "link_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using ::testing::Optional;

LinkFacts known(Duration opened, Duration last_moved, std::uint64_t up, std::uint64_t down) {
  LinkFacts link = link_facts(1);
  link.opened = at(opened);
  link.last_moved = at(last_moved);
  link.bytes = {up, down};
  return link;
}

class TimedEnds : public ::testing::TestWithParam<const char*> {};

TEST_P(TimedEnds, WithoutConditionsTheyEndTheLinkAtOnce) {
  LinkRig rig{GetParam(), ""};

  rig.open(5ms);

  EXPECT_THAT(rig.when, Optional(Duration{5ms}));
  EXPECT_EQ(rig.verdict.side, Side::both);
}

TEST_P(TimedEnds, AgeCountsFromTheOpeningOfTheLink) {
  LinkRig rig{GetParam(), "age=30s", known(10s, 15s, 0, 0)};

  rig.open(20s).moved(39s, 10).run_to(1h);

  EXPECT_THAT(rig.when, Optional(Duration{40s}));
}

TEST_P(TimedEnds, ALinkOlderThanTheAgeEndsWhenTheFaultComes) {
  LinkRig rig{GetParam(), "age=30s", known(10s, 15s, 0, 0)};

  rig.open(1h);

  EXPECT_THAT(rig.when, Optional(Duration{1h}));
}

TEST_P(TimedEnds, IdleCountsFromTheLastByteEitherWay) {
  LinkRig rig{GetParam(), "idle=100ms"};

  rig.open(0ms).moved(90ms, 1, Direction::upstream).moved(180ms, 1, Direction::downstream).run_to(1h);

  EXPECT_THAT(rig.when, Optional(Duration{280ms}));
}

TEST_P(TimedEnds, IdleCountsFromBeforeTheFaultCame) {
  LinkRig rig{GetParam(), "idle=100ms", known(0s, 50ms, 1, 1)};

  rig.open(60ms).run_to(1h);

  EXPECT_THAT(rig.when, Optional(Duration{150ms}));
}

TEST_P(TimedEnds, ABusyLinkIsLookedAtOncePerIdleTime) {
  LinkRig rig{GetParam(), "idle=100ms"};
  rig.open(0ms);
  int moves_of_the_alarm = 0;

  for (int t = 1; t <= 1000; ++t) {
    const Time before = rig.watch().wake();
    rig.moved(t * 1ms, 1);
    moves_of_the_alarm += rig.watch().wake() != before ? 1 : 0;
  }

  EXPECT_FALSE(rig.ended());
  EXPECT_LE(moves_of_the_alarm, 11);
}

TEST_P(TimedEnds, BytesCountOverBothDirections) {
  LinkRig rig{GetParam(), "bytes=1000B", known(0s, 0s, 300, 200)};

  rig.open(1ms).moved(2ms, 200, Direction::upstream).moved(3ms, 299, Direction::downstream);
  EXPECT_FALSE(rig.ended());
  rig.moved(4ms, 1, Direction::upstream);

  EXPECT_THAT(rig.when, Optional(Duration{4ms}));
}

TEST_P(TimedEnds, BytesThatFlowedBeforeAreEnough) {
  LinkRig rig{GetParam(), "bytes=500B", known(0s, 0s, 300, 200)};

  rig.open(1ms);

  EXPECT_THAT(rig.when, Optional(Duration{1ms}));
}

TEST_P(TimedEnds, WhicheverConditionComesFirstDecides) {
  const auto ended = [](Duration t) { return Optional(t); };
  const auto rig = [] { return LinkRig{GetParam(), "age=2s idle=1s bytes=100B"}; };

  EXPECT_THAT(rig().open(0ms).run_to(1h).when, ended(1s));
  EXPECT_THAT(rig().open(0ms).moved(900ms, 1).moved(1800ms, 1).run_to(1h).when, ended(2s));
  EXPECT_THAT(rig().open(0ms).moved(10ms, 100).run_to(1h).when, ended(10ms));
}

TEST_P(TimedEnds, CarryTheSideAskedFor) {
  EXPECT_EQ(LinkRig(GetParam(), "side=client").open(0ms).verdict.side, Side::client);
  EXPECT_EQ(LinkRig(GetParam(), "side=upstream").open(0ms).verdict.side, Side::upstream);
  EXPECT_EQ(LinkRig(GetParam(), "side=both").open(0ms).verdict.side, Side::both);
}

TEST_P(TimedEnds, AnUpdateKeepsAgeAndCounts) {
  LinkRig age{GetParam(), "age=1h"}, bytes{GetParam(), "bytes=1MB"}, idle{GetParam(), "idle=1h"};

  age.open(0ms).update(3s, "age=10s").run_to(1h);
  bytes.open(0ms).moved(1s, 600).update(3s, "bytes=1000B").moved(4s, 399).moved(5s, 1);
  idle.open(0ms).moved(1s, 1).update(3s, "idle=7s").run_to(1h);

  EXPECT_THAT(age.when, Optional(Duration{10s}));
  EXPECT_THAT(bytes.when, Optional(Duration{5s}));
  EXPECT_THAT(idle.when, Optional(Duration{8s}));
}

TEST_P(TimedEnds, AnUpdateMayEndTheLink) {
  LinkRig rig{GetParam(), "age=1h"};

  rig.open(0ms).update(30s, "age=20s");

  EXPECT_THAT(rig.when, Optional(Duration{30s}));
}

TEST_P(TimedEnds, ChanceIsTheShareThatEndsWithinASecond) {
  constexpr int links = 20'000;
  std::vector<double> lives;
  for (std::uint64_t i = 1; i <= links; ++i) {
    LinkRig rig{GetParam(), "chance=20%", link_facts(i, Seed{11})};
    lives.push_back(seconds(*rig.open(0ms).run_to(1h).when));
  }

  const double distance = ks_distance(lives, [](double t) { return 1 - std::pow(0.8, t); });  // memoryless
  RecordProperty("ks", std::to_string(distance));
  EXPECT_LT(distance, ks_critical(links));
}

TEST_P(TimedEnds, ChanceCountsFromWhenTheFaultMeetsTheLink) {
  LinkRig early{GetParam(), "chance=50%"}, late{GetParam(), "chance=50%"};

  early.open(0s).run_to(1h);
  late.open(10s).run_to(1h);

  ASSERT_TRUE(early.ended());
  ASSERT_TRUE(late.ended());
  EXPECT_EQ(*late.when - *early.when, 10s);
}

TEST_P(TimedEnds, AChanceChangedHalfwayUsesUpTheSameLife) {
  LinkRig steady{GetParam(), "chance=10%"}, changed{GetParam(), "chance=10%"};
  steady.open(0s).run_to(10h);
  const Duration life = *steady.when;

  changed.open(0s).update(life / 2, "chance=19%").run_to(10h);  // twice the hazard: 0.81 = 0.9^2

  EXPECT_NEAR(seconds(*changed.when), seconds(life) * 0.75, 1e-6);
}

TEST_P(TimedEnds, AChanceOfNoneNeverEndsAndOfAllEndsAtOnce) {
  LinkRig none{GetParam(), "chance=0%"}, all{GetParam(), "chance=100%"};

  none.open(0s).run_to(24h);
  all.open(3s);

  EXPECT_FALSE(none.ended());
  EXPECT_EQ(none.watch().wake(), never);
  EXPECT_THAT(all.when, Optional(Duration{3s}));
}

TEST_P(TimedEnds, RefuseSettingsThatMakeNoSense) {
  EXPECT_THROW(make_fault("f", GetParam(), "bytes=0B"), PlanError);
  EXPECT_THROW(make_fault("f", GetParam(), "side=server"), PlanError);
  EXPECT_THROW(make_fault("f", GetParam(), "chance=120%"), PlanError);
  EXPECT_THROW(make_fault("f", GetParam(), "direction=both"), PlanError);
}

INSTANTIATE_TEST_SUITE_P(Kinds, TimedEnds, ::testing::Values("reset", "close"),
                         [](const auto& kind) { return std::string{kind.param}; });

TEST(TimedEnd, TheChanceIsDrawnApartFromTheScopePercent) {
  // Had both used one draw, the links that `percent` picks would all be short-lived.
  constexpr int links = 20'000;
  const auto fault = make_fault("f", "reset", "chance=50% percent=10%");
  double sum = 0;
  int chosen = 0;
  for (std::uint64_t i = 1; i <= links; ++i) {
    if (!fault->scope.drawn("f", Seed{4}, i)) continue;
    LinkRig rig{"reset", "chance=50%", link_facts(i, Seed{4})};
    sum += seconds(*rig.open(0ms).run_to(1h).when);
    ++chosen;
  }

  EXPECT_NEAR(sum / chosen, 1 / std::log(2.0), 4 / std::log(2.0) / std::sqrt(chosen));
}

}  // namespace
}  // namespace firedrill::faults
