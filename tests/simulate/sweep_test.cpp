// Many predictions: ranges, the knee, the smallest pool, and a chart that is one.
#include "simulate/sweep.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  EXPECT_EQ(range_of(read({}), {"load.users.rate", "0..1000"}).values.size(), 41U);
}

TEST(Range, SaysWhatIsWrong) {
  EXPECT_THAT(refusal({"max_connections", "7"}), HasSubstr("FROM..TO"));
  EXPECT_THAT(refusal({"max_connections", "7..4"}), HasSubstr("the smaller one"));
  EXPECT_THAT(refusal({"max_connections", "4..7ms"}), HasSubstr("the same unit"));
  EXPECT_THAT(refusal({"max_connections", "4..x"}), HasSubstr("numbers, durations or shares"));
  EXPECT_THAT(refusal({"max_connections", "4..40:0"}), HasSubstr("more than nothing"));
  EXPECT_THAT(refusal({"max_connections", "0..1000000:1"}), HasSubstr("1,000"));
  EXPECT_THAT(refusal({"delay", "1ms..2ms"}), HasSubstr("no fault of the drill has a setting \"delay\""));
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
  EXPECT_THROW(sweep(read, range_of(read({}), {"max_connections", "-1..1"}), "small", 7), faults::PlanError);
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

TEST(Solve, TakesExpectationsOfErrorsAndLatencyAlone) {
  EXPECT_THROW(solve(read, pool_key(read({})), "small", "errors", 7), std::invalid_argument);
  EXPECT_THROW(solve(read, pool_key(read({})), "small", "errors < 10ms", 7), std::invalid_argument);
  EXPECT_THROW(solve(read, pool_key(read({})), "small", "requests > 5", 7), std::invalid_argument);
  EXPECT_THROW(pool_key(read({}), "other"), std::invalid_argument);
}

}  // namespace
}  // namespace firedrill::simulate
