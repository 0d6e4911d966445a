// Progress in a log file.
#include "cli/lines.hpp"

#include <gtest/gtest.h>

namespace firedrill::cli {
namespace {

using namespace std::chrono_literals;
using drills::Snapshot;

const Lines::Wall nine{1778576400s};  // 2026-05-12T09:00:00Z

Snapshot at(faults::Duration elapsed) {
  Snapshot now;
  now.stage = Snapshot::Stage::running;
  now.elapsed = elapsed;
  now.length = 60s;
  return now;
}

TEST(Lines, OpenWithWhatIsPlayedAndWhen) {
  EXPECT_EQ(Lines::opening({"small", "A little late", 7}, 60s, nine),
            "small: A little late, 60s, seed 7, 2026-05-12T09:00:00Z\n");
}

TEST(Lines, TellEachEventOnceWithBothClocks) {
  Lines lines;
  Snapshot now = at(1s);
  now.events = {{0s, "proxy api: 127.0.0.1:8081 -> 127.0.0.1:9001"}};
  EXPECT_EQ(lines.add(now, nine), "08:59:59Z     0.0s  proxy api: 127.0.0.1:8081 -> 127.0.0.1:9001\n");
  EXPECT_EQ(lines.add(now, nine), "");

  now.events.push_back({1s, "fault late on"});
  EXPECT_EQ(lines.add(now, nine), "09:00:00Z     1.0s  fault late on\n");
}

TEST(Lines, SayHowManyEventsWereMissed) {
  Lines lines;
  Snapshot now = at(4s);
  now.first_event = 3;
  now.events = {{4s, "fault late on"}};

  EXPECT_EQ(lines.add(now, nine), "09:00:00Z     4.0s  (3 events left out)\n09:00:00Z     4.0s  fault late on\n");
}

TEST(Lines, SayEveryFiveSecondsWhereTheRunStands) {
  Lines lines;
  Snapshot now = at(4900ms);
  now.loads = {{"users", 209.6, 0.3333, 1010ms, 1054ms, 1000, 300}};
  now.pools = {{"api", "undersized-pool", 7, 7, 143, 1204}};
  EXPECT_EQ(lines.add(now, nine), "");

  now.elapsed = 5s;
  EXPECT_EQ(lines.add(now, nine),
            "09:00:00Z     5.0s  users: 209.6/s, errors 33.3%, p50 1.01 s, p99 1.05 s; pool of api: 7 of 7 in use, "
            "queue 143, timed out 1,204\n");
  EXPECT_EQ(lines.add(now, nine), "");
}

TEST(Lines, SayHowLongADrillWithoutLoadStillTakes) {
  Lines lines;

  EXPECT_EQ(lines.add(at(20s), nine), "09:00:00Z    20.0s  running, 40s to go\n");
}

}  // namespace
}  // namespace firedrill::cli
