// What happens when, to the nanosecond.
#include "drills/timeline.hpp"

#include <chrono>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/units.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using What = Step::What;

faults::Value delay(const char* text) { return faults::Value{std::string{text}}; }

FaultSpec fault(std::string name, Duration at, std::optional<Duration> lasts) {
  FaultSpec spec;
  spec.name = std::move(name);
  spec.at = at;
  spec.lasts = lasts;
  spec.table.put("kind", faults::Value{std::string{"latency"}});
  spec.table.put("delay", delay("20ms"));
  return spec;
}

Drill drill(std::vector<FaultSpec> all, std::optional<Duration> duration = std::nullopt) {
  Drill drill;
  drill.faults = std::move(all);
  drill.duration = duration;
  drill.max_duration = 10min;
  return drill;
}

// "1s on a until 3s"
std::vector<std::string> told(const std::vector<Step>& steps, const Drill& drill) {
  std::vector<std::string> all;
  for (const Step& step : steps) {
    const char* what = step.what == What::on ? "on" : step.what == What::off ? "off" : "change";
    const std::string until = step.what == What::off ? "" : " until " + faults::show(step.until);
    all.push_back(fmt::format("{} {} {}{}", faults::show(step.at), what, drill.faults[step.fault].name, until));
  }
  return all;
}

TEST(Timeline, SwitchesFaultsOnAndOff) {
  const Drill d = drill({fault("a", 1s, 2s), fault("b", 2s, 5s)});

  EXPECT_THAT(told(timeline(d), d), ElementsAre("1s on a until 3s", "2s on b until 7s", "3s off a", "7s off b"));
  EXPECT_EQ(d.length(), 7s);
}

TEST(Timeline, SwitchesOffBeforeOnAtTheSameMoment) {
  const Drill d = drill({fault("b", 3s, 1s), fault("a", 1s, 2s)});

  EXPECT_THAT(told(timeline(d), d), ElementsAre("1s on a until 3s", "3s off a", "3s on b until 4s", "4s off b"));
}

TEST(Timeline, RepeatsFaults) {
  FaultSpec spec = fault("a", 1s, std::nullopt);
  spec.repeat = {2s, 3s, 3};
  const Drill d = drill({spec});

  EXPECT_THAT(told(timeline(d), d), ElementsAre("1s on a until 3s", "3s off a", "6s on a until 8s", "8s off a",
                                                "11s on a until 13s", "13s off a"));
  EXPECT_EQ(d.length(), 13s) << "nothing is left to happen after the last heal";
}

TEST(Timeline, CutsFaultsAtTheDrillsLength) {
  FaultSpec often = fault("often", 1s, std::nullopt);
  often.repeat = {2s, 3s, 100'000};
  const Drill d = drill({fault("long", 8s, 1h), often, fault("late", 10s, 1s)}, 10s);

  EXPECT_THAT(told(timeline(d), d), ElementsAre("1s on often until 3s", "3s off often", "6s on often until 8s",
                                                "8s off often", "8s on long until 10s", "10s off long"));
}

TEST(Timeline, LetsAFaultWithoutAnEndLastAsLongAsTheRun) {
  const Drill d = drill({fault("a", 1s, std::nullopt)}, 5s);

  EXPECT_THAT(told(timeline(d), d), ElementsAre("1s on a until 5s", "5s off a"));
  EXPECT_EQ(timeline_end(d), std::nullopt);
}

TEST(Timeline, IsNeverLongerThanTheMaximum) {
  FaultSpec often = fault("a", 1s, std::nullopt);
  often.repeat = {366 * 24h, 366 * 24h, 100'000};
  Drill d = drill({often});

  EXPECT_EQ(d.length(), 10min);
  EXPECT_THAT(told(timeline(d), d), ElementsAre("1s on a until 10m", "10m off a"));
  d.duration = 1h;
  EXPECT_EQ(d.length(), 10min);
}

TEST(Timeline, CarriesParsedSettingsAndScope) {
  FaultSpec spec = fault("a", 1s, 1s);
  spec.table.put("every", faults::Value{std::int64_t{3}});
  const auto steps = timeline(drill({spec}));

  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].state->name, "a");
  EXPECT_EQ(steps[0].state->kind->name, "latency");
  EXPECT_NE(steps[0].state->settings, nullptr);
  EXPECT_EQ(steps[0].state->scope.every, 3U);
  EXPECT_EQ(steps[1].state, nullptr);
}

TEST(Timeline, RampsInStepsAndEndsAtTheExactMoment) {
  FaultSpec spec = fault("a", 1s, 2s);
  spec.ramps.push_back({"delay", delay("0ms"), delay("20ms"), 350ms});
  const Drill d = drill({spec});

  EXPECT_THAT(told(timeline(d), d), ElementsAre("1s on a until 3s", "1.1s change a until 3s", "1.2s change a until 3s",
                                                "1.3s change a until 3s", "1.35s change a until 3s", "3s off a"));
}

TEST(Timeline, ChangesOnlyWhereTheValueChanges) {
  FaultSpec spec = fault("a", 0s, 10s);
  spec.ramps.push_back({"every", faults::Value{std::int64_t{1}}, faults::Value{std::int64_t{3}}, 1s});
  const Drill d = drill({spec});
  const auto steps = timeline(d);

  EXPECT_THAT(told(steps, d),
              ElementsAre("0s on a until 10s", "300ms change a until 10s", "800ms change a until 10s", "10s off a"));
  EXPECT_EQ(steps[0].state->scope.every, 1U);
  EXPECT_EQ(steps[1].state->scope.every, 2U);
  EXPECT_EQ(steps[2].state->scope.every, 3U);
}

TEST(Timeline, RampsAgainWithEveryAppearance) {
  FaultSpec spec = fault("a", 0s, std::nullopt);
  spec.repeat = {1s, 1s, 2};
  spec.ramps.push_back({"delay", delay("0ms"), delay("20ms"), 200ms});
  const Drill d = drill({spec});

  EXPECT_THAT(told(timeline(d), d),
              ElementsAre("0s on a until 1s", "100ms change a until 1s", "200ms change a until 1s", "1s off a",
                          "2s on a until 3s", "2.1s change a until 3s", "2.2s change a until 3s", "3s off a"));
}

TEST(Timeline, StopsRampingWhenTheFaultIsCut) {
  FaultSpec spec = fault("a", 0s, 5s);
  spec.ramps.push_back({"delay", delay("0ms"), delay("20ms"), 1s});
  const Drill d = drill({spec}, 200ms);

  EXPECT_THAT(told(timeline(d), d), ElementsAre("0s on a until 200ms", "100ms change a until 200ms", "200ms off a"));
}

TEST(Intervals, StandInOrderOfTheirBeginning) {
  FaultSpec often = fault("often", 1s, std::nullopt);
  often.repeat = {1s, 3s, 2};
  std::vector<std::string> all;
  for (const Interval& i : intervals(drill({fault("b", 4s, 1s), often})))
    all.push_back(fmt::format("{} {}-{}", i.fault, faults::show(i.from), faults::show(i.to)));

  EXPECT_THAT(all, ElementsAre("1 1s-2s", "0 4s-5s", "1 5s-6s"));
}

}  // namespace
}  // namespace firedrill::drills
