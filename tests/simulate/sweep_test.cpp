// Many predictions: ranges, the knee, the smallest pool, and a chart that is one.
#include "simulate/sweep.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "places.hpp"
#include "simulate/chart.hpp"

namespace firedrill::simulate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* outage = R"(
[drill]
name = "outage"
seed = 7
duration = "12s"
[[backend]]
name = "app"
listen = "127.0.0.1:0"
service_time = "50ms"
[[proxy]]
name = "api"
listen = "127.0.0.1:0"
upstream = "backend:app"
[[load]]
name = "users"
http = "proxy:api/"
rate = 100
timeout = "2s"
[[fault]]
name = "small"
proxy = "api"
kind = "pool"
at = "1s"
for = "10s"
max_connections = 3
queue_timeout = "500ms"
)";

drills::Drill read(const std::vector<drills::Override>& overrides) {
  return drills::parse_drill("outage.toml", outage, overrides, {});
}

std::string refusal(const drills::Override& sweep) {
  try {
    range_of(read({}), sweep);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(Range, CountsOneByOneAndInSteps) {
  const Range range = range_of(read({}), {"max_connections", "4..7"});
  EXPECT_EQ(range.key, "fault.small.max_connections");
  EXPECT_THAT(range.values, ElementsAre("4", "5", "6", "7"));

  EXPECT_THAT(range_of(read({}), {"max_connections", "4..40:12"}).values, ElementsAre("4", "16", "28", "40"));
  EXPECT_THAT(range_of(read({}), {"fault.small.queue_timeout", "100ms..400ms:100ms"}).values,
              ElementsAre("100ms", "200ms", "300ms", "400ms"));
  EXPECT_THAT(range_of(read({}), {"fault.small.leak", "0%..30%:10%"}).values, ElementsAre("0%", "10%", "20%", "30%"));
}

TEST(Range, TakesRoundStepsWithinBothEndsWhereNoneIsGiven) {
  const Range many = range_of(read({}), {"max_connections", "1..999"});
  EXPECT_EQ(many.step, "50");
  EXPECT_EQ(many.values.size(), 21U);
  EXPECT_THAT(many.values, testing::IsSupersetOf({"1", "50", "100", "950", "999"}));
  EXPECT_EQ(range_of(read({}), {"max_connections", "1..1000000"}).values.back(), "1000000");
  EXPECT_THAT(range_of(read({}), {"fault.small.leak", "1%..100%"}).values,
              testing::IsSupersetOf({"1%", "5%", "95%", "100%"}));
  EXPECT_THAT(range_of(read({}), {"queue_timeout", "15ms..2s"}).values,
              testing::IsSupersetOf({"15ms", "50ms", "100ms", "1.95s", "2s"}));
  EXPECT_THAT(range_of(read({}), {"load.users.rate", "0.1..0.45"}).values,
              testing::IsSupersetOf({"0.1", "0.12", "0.3", "0.44", "0.45"}));
  EXPECT_EQ(range_of(read({}), {"max_connections", "4..40"}).step, "");
  EXPECT_EQ(range_of(read({}), {"max_connections", "4..40:12"}).step, "");
}

TEST(Range, SaysWhatIsWrong) {
  EXPECT_THAT(refusal({"max_connections", "7"}), HasSubstr("FROM..TO"));
  EXPECT_THAT(refusal({"max_connections", "7..4"}), HasSubstr("write the smaller end first: 4..7"));
  EXPECT_THAT(refusal({"max_connections", "4..4"}), HasSubstr("is one value: play it with --set"));
  EXPECT_THAT(refusal({"max_connections", "4..7ms"}), HasSubstr("the same unit"));
  EXPECT_THAT(refusal({"max_connections", "4..x"}), HasSubstr("numbers, durations or shares"));
  EXPECT_THAT(refusal({"max_connections", "4..40:0"}), HasSubstr("must be more than 0"));
  EXPECT_THAT(refusal({"max_connections", "0..1000000:1"}), HasSubstr("1,000"));
  EXPECT_THAT(refusal({"delay", "1ms..2ms"}), HasSubstr("no fault of the drill has that setting; write the whole key"));
  EXPECT_THAT(refusal({"seed", "1..3"}), HasSubstr("write drill.seed"));
  EXPECT_THAT(refusal({"rate", "1..3"}), HasSubstr("write load.users.rate"));
}

// 100 requests of 50 ms need 5 slots.
TEST(Sweep, FindsTheKneeWhereErrorsEnd) {
  const Sweep all = sweep(read, range_of(read({}), {"max_connections", "2..12"}), "small", 7);

  ASSERT_EQ(all.points.size(), 11U);
  EXPECT_NEAR(all.points.front().error_ratio, 0.58, 0.05);
  EXPECT_EQ(all.points.back().error_ratio, 0);
  ASSERT_TRUE(all.knee);
  EXPECT_EQ(all.knee->value, "5");
  EXPECT_EQ(all.knee->of, "errors");
}

TEST(Sweep, PlaysWhatItsOwnStepLeftOutAroundTheKnee) {
  const Sweep all = sweep(read, range_of(read({}), {"max_connections", "1..100"}), "small", 7);

  ASSERT_TRUE(all.knee);
  EXPECT_EQ(all.knee->value, "5");
  EXPECT_EQ(all.knee->beyond, "4");
  EXPECT_LT(all.points.size(), 30U);
  EXPECT_TRUE(std::is_sorted(all.points.begin(), all.points.end(),
                             [](const Point& a, const Point& b) { return number_of(a.value) < number_of(b.value); }));
}

TEST(Sweep, SaysWhichValueIsNoLongerAsGood) {
  const Sweep all = sweep(read, range_of(read({}), {"max_connections", "2..12:5"}), "small", 7);

  ASSERT_TRUE(all.knee);
  EXPECT_EQ(all.knee->value, "7");
  EXPECT_EQ(all.knee->beyond, "2");
}

TEST(Sweep, HasNoKneeWhereNothingMoves) {
  const Sweep all = sweep(read, range_of(read({}), {"max_connections", "50..60:5"}), "small", 7);

  EXPECT_FALSE(all.knee);
}

TEST(Sweep, BecomesAChart) {
  const Sweep all = sweep(read, range_of(read({}), {"max_connections", "3..6"}), "small", 7);

  const std::string svg = chart(all);

  EXPECT_THAT(svg, testing::StartsWith("<svg "));
  EXPECT_THAT(svg, testing::EndsWith("</svg>\n"));
  EXPECT_THAT(svg, HasSubstr("fault.small.max_connections"));
  EXPECT_THAT(svg, HasSubstr("knee: 5"));
}

TEST(Sweep, RefusesAPhaseThatThereIsNot) {
  EXPECT_THROW(sweep(read, range_of(read({}), {"max_connections", "3..4"}), "nowhere", 7), std::invalid_argument);
}

TEST(Sweep, IsItselfToBlameForValuesThatTheDrillDoesNotTake) {
  const auto settings = {drills::Override{"max_connections", "-1..1"}, {"max_connections", "1..2000000"}};
  for (const auto& setting : settings) try {
      sweep(read, range_of(read({}), setting), "small", 7);
      FAIL() << setting.second;
    } catch (const faults::PlanError& error) {
      EXPECT_THAT(error.what(), testing::StartsWith("--sweep: "));
    }
}

TEST(Solve, FindsTheSmallestPoolThatWillDo) {
  const Solution solution = solve(read, pool_key(read({})), "small", "errors < 1%", 7);

  EXPECT_EQ(solution.smallest, 5U);
  EXPECT_EQ(solution.expectation, "errors < 1%");
  EXPECT_THAT(solution.tried, testing::Contains(testing::Field(&Point::value, "4")));
}

TEST(Solve, GivesUpWhereNoPoolIsLargeEnough) {
  const Solution solution = solve(read, pool_key(read({})), "small", "p99 < 20ms", 7);

  EXPECT_FALSE(solution.smallest);
  EXPECT_LE(solution.most, 16U);  // one that is never full says that a larger one would not help
}

// Slots that leak are taken by nobody: a pool runs out of them however few requests there are at once.
TEST(Solve, FindsAPoolThatOutlastsItsLeak) {
  const auto leaking = [](const std::vector<drills::Override>& overrides) {
    return drills::read_drill(FIREDRILL_SOURCE_DIR "/drills/library/pool-leak.toml", overrides);
  };

  const Solution solution = solve(leaking, "fault.leak.max_connections", "leak", "errors < 1%", 7);

  ASSERT_TRUE(solution.smallest);
  EXPECT_GT(*solution.smallest, 10U);
  EXPECT_LT(*solution.smallest, 64U);
}

TEST(Solve, RefusesWhatALargerPoolMakesWorse) {
  try {
    solve(read, pool_key(read({})), "small", "errors > 1%", 7);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("a larger pool does not help: it holds up to fault.small.max_connections = 4, "
                                        "and from 5 on no longer"));
  }
}

TEST(Solve, SaysThatNothingDependsOnThePool) {
  const Solution solution = solve(read, pool_key(read({})), "before", "errors < 1%", 7);

  EXPECT_FALSE(solution.depends);
  EXPECT_EQ(solution.smallest, 1U);
}

// It would hold with the small ones, too, if they were let go on.
TEST(Solve, TakesNoSizeThatHasTheDrillAborted) {
  const auto watched = [](const std::vector<drills::Override>& overrides) {
    const std::string line = "[abort]\nwhen = [{ load = \"users\", errors = \"> 30%\", over = \"2s\" }]\n";
    return drills::parse_drill("outage.toml", outage + line, overrides, {});
  };

  const Solution solution = solve(watched, pool_key(read({})), "before", "errors < 1%", 7);

  EXPECT_FALSE(solution.depends);
  ASSERT_TRUE(solution.smallest);
  EXPECT_GT(*solution.smallest, 1U);
}

TEST(Solve, TakesExpectationsOfErrorsAndLatencyAlone) {
  EXPECT_THROW(solve(read, pool_key(read({})), "small", "errors", 7), std::invalid_argument);
  EXPECT_THROW(solve(read, pool_key(read({})), "small", "errors < 10ms", 7), std::invalid_argument);
  EXPECT_THROW(solve(read, pool_key(read({})), "small", "requests > 5", 7), std::invalid_argument);
  EXPECT_THROW(pool_key(read({}), "other"), std::invalid_argument);
}

}  // namespace
}  // namespace firedrill::simulate
