// The live view as text: no terminal, no colour but where colour is the point.
#include "cli/view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/text.hpp"

namespace firedrill::cli {
namespace {

using namespace std::chrono_literals;
using drills::Snapshot;
using testing::ElementsAre;
using testing::HasSubstr;

const Heading heading{"pool-exhaustion", "Web stack outage of 2023-05-10: the pool ran dry", 20230510};

// 25 s into the outage, everything on the screen that can be.
struct Scene {
  Snapshot now;
  History history;

  Scene() {
    now.stage = Snapshot::Stage::running;
    now.length = 60s;
    now.bars = {{"undersized-pool", "pool", {{10s, 40s}}, true, 3152}};
    now.loads = {{"users", 210, 0, 51ms, 54ms, 0, 0}};
    for (int s = 1; s <= 25; ++s) {
      now.elapsed = std::chrono::seconds{s};
      now.loads[0].requests += 210;
      if (s > 12) now.loads[0].errors += 70;
      history.note(now);
    }
    now.loads[0] = {"users", 209.6, 0.3333, 1010ms, 1054ms, now.loads[0].requests, now.loads[0].errors};
    now.pools = {{"api", "undersized-pool", 7, 7, 143, 1204}};
    using State = Snapshot::CheckNow::State;
    now.checks = {{"users are served", "before", "errors 0%, p99 54ms", "errors < 1%, p99 < 200ms", State::holding},
                  {"the outage is the outage", "undersized-pool", "errors 28.1%", "errors 25%..35%", State::holding},
                  {"the backend is not", "undersized-pool", "connect_errors 3", "connect_errors 0", State::missed},
                  {"users are served again", "after", "", "errors < 1%", State::waiting}};
    now.events = {{0s, "room for 9984 connections; seed 20230510"}, {10s, "fault undersized-pool on"}};
  }
};

TEST(View, ShowsTheWholeRunInEightyColumns) {
  const Scene scene;

  const auto lines = view(heading, scene.now, scene.history, {80, 30, false});

  EXPECT_THAT(lines,
              ElementsAre("pool-exhaustion  Web stack outage of 2023-05-10: the pool ran dry",
                          "running 25s of 60s  seed 20230510  Ctrl-C heals everything and ends the run", "",
                          "                   0s         15s        30s        45s",
                          "  undersized-pool  ········██████████│░░░░░░░░░░░···············  3,152 links",
                          "  users errors     ▁▁▁▁▁▁▁▁▁▄▄▄▄▄▄▄▄▄│                            17.3% of all", "",
                          "  users             209.6/s  errors  33.3%  p50  1.01 s  p99  1.05 s", "",
                          "  api              ██████████████  7 of 7 in use  queue 143  timed out 1,204", "",
                          "  ✓ users are served          errors 0%, p99 54ms",
                          "  ✓ the outage is the outage  so far errors 28.1%",
                          "  ✗ the backend is not        so far connect_errors 3",
                          "  … users are served again    waits for \"after\"", "",
                          "    0.0s  room for 9984 connections; seed 20230510", "   10.0s  fault undersized-pool on"));
}

TEST(View, FitsIntoFortyColumns) {
  const Scene scene;

  const auto lines = view(heading, scene.now, scene.history, {40, 30, false});

  EXPECT_THAT(lines, ElementsAre("pool-exhaustion  Web stack outage of 20…", "running 25s of 60s  seed 20230510", "",
                                 "                0s          30s", "  undersized-…  ····██████│░░░░░········",
                                 "  users         ▁▁▁▁▁▄▄▄▄▄│", "", "  users          209.6/s  33.3%  1.01 s", "",
                                 "  api           ████████ 7/7 q 143", "", "  ✓ users are served      errors 0%, p9…",
                                 "  ✓ the outage is the o…  so far errors…", "  ✗ the backend is not    so far connec…",
                                 "  … users are served ag…  waits", "", "    0.0s  room for 9984 connections; se…",
                                 "   10.0s  fault undersized-pool on"));
}

TEST(View, NeverWrapsAndNeverOverflowsWhateverTheWindow) {
  Scene scene;
  scene.now.events.push_back({12s, std::string(300, 'x')});
  scene.now.checks.push_back(
      {"日本語の名前がとても長いとき日本語の名前がとても長いとき", "always", std::string(200, 'm'), "", {}});

  for (std::size_t width = 1; width <= 200; ++width)
    for (const std::size_t height : {1U, 2U, 5U, 10U, 15U, 20U, 50U}) {
      const auto lines = view(heading, scene.now, scene.history, {width, height, false});
      EXPECT_LE(lines.size(), height);
      for (const std::string& line : lines) EXPECT_LE(cells(line), std::max(width, least_width)) << line;
    }
}

TEST(View, DropsEventsFirstWhenTheWindowIsLow) {
  const Scene scene;

  const auto lines = view(heading, scene.now, scene.history, {80, 15, false});

  for (const std::string& line : lines) EXPECT_THAT(line, testing::Not(HasSubstr("room for")));
  EXPECT_THAT(lines.back(), HasSubstr("users are served again"));
}

TEST(View, SaysThatLinesAreMissingWhenEvenTheChecksDoNotFit) {
  const Scene scene;

  const auto lines = view(heading, scene.now, scene.history, {80, 8, false});

  EXPECT_EQ(lines.size(), 8U);
  EXPECT_EQ(lines.back(), "  4 more lines in a higher window");
}

TEST(View, CallsAFigureSoFarUntilItsPhaseIsOver) {
  Scene scene;
  const auto line_of = [&](const std::string& check) {
    for (const std::string& line : view(heading, scene.now, scene.history, {80, 30, false}))
      if (line.find(check) != std::string::npos) return line;
    return std::string{};
  };

  EXPECT_THAT(line_of("users are served "), testing::Not(HasSubstr("so far")));
  EXPECT_THAT(line_of("the outage is the outage"), HasSubstr("so far"));

  scene.now.elapsed = 45s;
  scene.now.bars[0].in_force = false;
  EXPECT_THAT(line_of("the outage is the outage"), testing::Not(HasSubstr("so far")));
}

TEST(View, ColoursOnlyWhenAsked) {
  const Scene scene;
  const auto all = [&](bool colour) {
    std::string text;
    for (const std::string& line : view(heading, scene.now, scene.history, {80, 30, colour})) text += line;
    return text;
  };

  EXPECT_THAT(all(true), HasSubstr("\x1b[31m"));
  EXPECT_THAT(all(false), testing::Not(HasSubstr("\x1b")));
}

TEST(View, LetsNoNameSteerTheTerminal) {
  Scene scene;
  scene.now.events.push_back({12s, "answer: \x1b[2J\x07 and \xff"});

  const auto lines = view({"na\x1bme", "ti\ntle", 1}, scene.now, scene.history, {80, 30, false});

  EXPECT_EQ(lines.front(), "na me  ti tle");
  EXPECT_EQ(lines.back(), "   12.0s  answer:  [2J  and ?");
}

TEST(View, StartsBeforeAnythingIsKnown) {
  const auto lines = view(heading, Snapshot{}, History{}, {80, 30, false});

  EXPECT_EQ(lines.at(1), "starting  seed 20230510");
}

}  // namespace
}  // namespace firedrill::cli
