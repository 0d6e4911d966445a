// A load's stages: the curve, and the arrivals along it.
#include "drills/rate_curve.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>
#include <vector>

#include "drills/arrivals.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using What = RateStage::What;

LoadSpec staged(double rate, std::vector<RateStage> stages) {
  LoadSpec spec;
  spec.name = "users";
  spec.rate = rate;
  spec.stages = std::move(stages);
  return spec;
}

std::vector<Duration> due(const LoadSpec& spec, Duration length, faults::Seed seed = {1}) {
  std::vector<Duration> all;
  for (Arrivals next{spec, seed}; next.next() < length; next.pop()) all.push_back(next.next());
  return all;
}

std::size_t between(const std::vector<Duration>& all, Duration from, Duration to) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](Duration at) { return at >= from && at < to; }));
}

// 0 to 200 over 10 s, 20 s of 200, 2 s of 800, then 200 again.
const std::vector<RateStage> as_documented{{What::ramp, 200, 10s}, {What::hold, 0, 20s}, {What::spike, 800, 2s}};

TEST(RateCurve, IsTheAreaUnderItsStages) {
  const RateCurve curve{staged(0, as_documented)};

  EXPECT_DOUBLE_EQ(curve.due_before(0s), 0);
  EXPECT_DOUBLE_EQ(curve.due_before(5s), 250);
  EXPECT_DOUBLE_EQ(curve.due_before(10s), 1000);
  EXPECT_DOUBLE_EQ(curve.due_before(30s), 5000);
  EXPECT_DOUBLE_EQ(curve.due_before(31s), 5800);
  EXPECT_DOUBLE_EQ(curve.due_before(32s), 6600);
  EXPECT_DOUBLE_EQ(curve.due_before(42s), 8600);
  EXPECT_EQ(curve.peak(), 800);
}

TEST(RateCurve, SaysWhenSoManyAreDue) {
  const RateCurve curve{staged(0, as_documented)};

  for (const double count : {0.5, 1.0, 250.0, 999.5, 1000.0, 4999.5, 5000.5, 6599.5, 7000.0})
    EXPECT_NEAR(curve.due_before(faults::from_seconds(curve.reaches(count).value())), count, 1e-5) << count;
}

TEST(RateCurve, NeverReachesWhatIsNotDueAnyMore) {
  const RateCurve curve{staged(100, {{What::ramp, 0, 2s}})};  // 100 in all

  EXPECT_NEAR(curve.reaches(99.5).value(), 2 - std::sqrt(0.02), 1e-9);
  EXPECT_EQ(curve.reaches(100.5), std::nullopt);
}

TEST(RateCurve, SkipsTheTimeInWhichNothingIsDue) {
  EXPECT_THAT(
      due(staged(0, {{What::hold, 0, 10s}, {What::spike, 2, 1s}, {What::hold, 0, 5s}, {What::ramp, 1, 0s}}), 18s),
      ElementsAre(10250ms, 10750ms, 16500ms, 17500ms));
}

TEST(RateCurve, JumpsWhereNoTimeIsGiven) {
  EXPECT_THAT(due(staged(1, {{What::hold, 0, 1s}, {What::ramp, 4, 0s}}), 2s),
              ElementsAre(500ms, 1125ms, 1375ms, 1625ms, 1875ms));
}

TEST(Arrivals, FollowTheStages) {
  const auto all = due(staged(0, as_documented), 42s);

  EXPECT_EQ(all.size(), 8600);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(between(all, 0s, 5s), 250);
  EXPECT_EQ(between(all, 5s, 10s), 750);
  EXPECT_EQ(between(all, 10s, 30s), 4000);
  EXPECT_EQ(between(all, 30s, 32s), 1600);
  EXPECT_EQ(between(all, 32s, 42s), 2000);
}

TEST(Arrivals, ThinOutEvenlyToNothing) {
  const auto all = due(staged(100, {{What::ramp, 0, 2s}}), 1h);

  EXPECT_EQ(all.size(), 100);
  EXPECT_EQ(between(all, 0s, 1s), 75);
  EXPECT_LT(all.back(), 2s);
}

TEST(Arrivals, FollowTheStagesAtRandomByTheSeed) {
  LoadSpec spec = staged(0, as_documented);
  spec.arrivals = LoadSpec::Arrivals::poisson;
  const auto first = due(spec, 42s), again = due(spec, 42s), other = due(spec, 42s, {2});

  EXPECT_EQ(first, again);
  EXPECT_NE(first, other);
  // Of a Poisson process: the mean, give or take four of its square roots.
  for (const auto& [from, to, mean] :
       {std::tuple{0s, 5s, 250.0}, {5s, 10s, 750.0}, {10s, 30s, 4000.0}, {30s, 32s, 1600.0}, {32s, 42s, 2000.0}})
    for (const auto& all : {first, other})
      EXPECT_NEAR(static_cast<double>(between(all, from, to)), mean, 4 * std::sqrt(mean)) << from.count();
}

TEST(Arrivals, AreTheSameWhetherARateStaysByItselfOrByStages) {
  LoadSpec plain = staged(123.4, {}), held = staged(123.4, {{What::hold, 0, 3s}, {What::ramp, 123.4, 2s}});
  for (const auto kind : {LoadSpec::Arrivals::constant, LoadSpec::Arrivals::poisson}) {
    plain.arrivals = held.arrivals = kind;
    const auto one = due(plain, 10s), other = due(held, 10s);

    ASSERT_EQ(one.size(), other.size());
    for (std::size_t i = 0; i < one.size(); ++i)
      EXPECT_LE(std::max(one[i], other[i]) - std::min(one[i], other[i]), 1us) << i;  // sums are rounded
  }
}

}  // namespace
}  // namespace firedrill::drills
