// What comes due when: looked at in given moments, not in the present.
#include "control/scheduler.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/control/drills_of_tests.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temporary_directory.hpp"

namespace firedrill::control {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using Moment = Scheduler::Moment;

/// Of 1 May 2026, UTC.
Moment at(std::chrono::seconds since_midnight) {
  return std::chrono::sys_days{std::chrono::year{2026} / 5 / 1} + since_midnight;
}

class Scheduled : public testing::Test {
 protected:
  Scheduled() { fs::create_directory(directory_.path() / "drills"); }

  void give(const std::string& drill, const std::string& more = "", const std::string& cron = "* * * * *") {
    directory_.write("drills/drill.toml", scheduled(drill, cron, more));
  }
  /// As a daemon does that came up when this was first called, or called first after restart().
  void look(Moment now) {
    if (!scheduler_) scheduler_.emplace(registry_, runs_, drills_, directory_.path() / "state/schedule.json", false);
    scheduler_->look(now);
  }
  void restart() { scheduler_.reset(); }
  std::size_t runs() const { return runs_.list().size(); }
  void wait_for_end() {
    ASSERT_TRUE(tests::eventually([&] {
      for (const RunView& run : runs_.list())
        if (!run.outcome) return false;
      return true;
    }));
  }
  std::string events() {
    std::uint64_t last = before_;
    return registry_.events().since(last);
  }
  /// Of every run that was not started.
  std::vector<Json> not_started() const {
    std::vector<Json> all;
    if (!fs::exists(directory_.path() / "state/runs")) return all;
    for (const auto& run : fs::directory_iterator{directory_.path() / "state/runs"})
      if (std::ifstream file{run.path() / "not-started.json"}; file) all.push_back(Json::parse(file));
    return all;
  }

  const tests::TemporaryDirectory directory_;
  Registry registry_{{1, faults::Seed{7}, {}}};
  const std::uint64_t before_ = registry_.events().newest();
  Runs runs_{registry_, directory_.path() / "state/runs"};
  const DrillFiles drills_{{directory_ / "drills"}};
  std::optional<Scheduler> scheduler_;
};

TEST_F(Scheduled, AMomentStartsOneRun) {
  give(short_drill);
  look(at(9h + 30s));
  look(at(9h + 59s));
  EXPECT_EQ(runs(), 0U);

  look(at(9h + 60s));
  look(at(9h + 61s));
  look(at(9h + 119s));

  ASSERT_EQ(runs(), 1U);
  EXPECT_EQ(runs_.list().front().by, "schedule");
  wait_for_end();
  look(at(9h + 120s));
  EXPECT_EQ(runs(), 2U);
}

TEST_F(Scheduled, AMomentIsNotDueTwiceWhenTheClockIsPutBack) {
  give(short_drill);
  look(at(9h + 30s));
  look(at(8h + 30s));
  EXPECT_EQ(runs(), 0U);

  look(at(8h + 60s));

  EXPECT_EQ(runs(), 1U);
}

TEST_F(Scheduled, WhatWasMissedIsLeftUnlessSaid) {
  give(short_drill);
  look(at(9h + 30s));
  restart();

  look(at(9h + 5min + 30s));

  EXPECT_EQ(runs(), 0U);
  EXPECT_THAT(events(), HasSubstr(R"(event: run_missed
data: {"drill":"short","due":"2026-05-01T09:05:00.000Z")"));
  EXPECT_TRUE(not_started().empty());
  look(at(9h + 6min));
  EXPECT_EQ(runs(), 1U) << "the next one is played";
}

TEST_F(Scheduled, WhatCameWhileTheMachineSleptIsMissed) {
  give(short_drill, "", "0 9 * * *");
  look(at(8h + 59min + 50s));

  look(at(9h + 1min + 15s));

  EXPECT_EQ(runs(), 0U);
  EXPECT_THAT(events(), HasSubstr(R"(event: run_missed
data: {"drill":"short","due":"2026-05-01T09:00:00.000Z")"));
}

TEST_F(Scheduled, WhatWasMissedIsPlayedOnceIfAsked) {
  give(short_drill, "missed = \"run\"\n");
  look(at(9h + 30s));
  restart();

  look(at(9h + 5min + 30s));
  look(at(9h + 5min + 31s));

  ASSERT_EQ(runs(), 1U);
  EXPECT_EQ(runs_.list().front().by, "schedule (missed at 2026-05-01T09:05:00.000Z)");
}

TEST_F(Scheduled, NothingIsMissedByADrillThatIsNew) {
  give(short_drill, "missed = \"run\"\n");
  look(at(9h + 5min + 30s));
  EXPECT_EQ(runs(), 0U);
}

TEST_F(Scheduled, ALateLookPlaysTheLastOfSeveral) {
  give(short_drill);
  look(at(9h + 30s));
  look(at(9h + 5min + 30s));
  EXPECT_EQ(runs(), 1U);
  EXPECT_EQ(runs_.list().front().by, "schedule") << "the daemon was up";
}

TEST_F(Scheduled, ARunThatIsNotOverIsNotOverlapped) {
  give(long_drill);
  look(at(9h + 30s));
  look(at(9h + 1min));
  ASSERT_EQ(runs(), 1U);

  look(at(9h + 2min));

  EXPECT_EQ(runs(), 1U);
  const auto left = not_started();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.front().at("drill"), "long");
  EXPECT_EQ(left.front().at("due"), "2026-05-01T09:02:00.000Z");
  EXPECT_THAT(left.front().at("why"), HasSubstr("is being played"));
  EXPECT_THAT(events(), HasSubstr("event: run_not_started"));
}

TEST_F(Scheduled, AHaltLeavesItsReason) {
  give(short_drill);
  look(at(9h + 30s));
  registry_.halt("lunch", "ada");

  look(at(9h + 1min));

  EXPECT_EQ(runs(), 0U);
  const auto left = not_started();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_THAT(left.front().at("why"), HasSubstr("halted by ada: lunch"));
}

TEST_F(Scheduled, WhatIsNotEnabledIsNeverDue) {
  give(short_drill, "enabled = false\n");
  look(at(9h + 30s));
  look(at(10h));

  EXPECT_EQ(runs(), 0U);
  const auto coming = scheduler_->coming(at(9h));
  ASSERT_EQ(coming.size(), 1U);
  EXPECT_EQ(coming.front().next, std::nullopt);
}

TEST_F(Scheduled, ComesInTheOrderOfTheNextMoments) {
  give(short_drill, "", "0 12 * * *");
  directory_.write("drills/other.toml", scheduled(long_drill, "0 11 * * *"));
  look(at(9h));

  const auto coming = scheduler_->coming(at(9h));

  ASSERT_EQ(coming.size(), 2U);
  EXPECT_EQ(coming[0].drill, "long");
  EXPECT_EQ(coming[0].next, at(11h));
  EXPECT_EQ(coming[1].next, at(12h));
}

TEST_F(Scheduled, AMemoryThatIsDamagedIsNone) {
  give(short_drill, "missed = \"run\"\n");
  fs::create_directories(directory_.path() / "state");
  for (const std::string text : {"", "{", "[1]", R"({"short": "yesterday"})", R"({"short": 1e300})"}) {
    directory_.write("state/schedule.json", text);
    restart();
    look(at(9h + 30s));
    EXPECT_EQ(runs(), 0U) << text;
  }
}

}  // namespace
}  // namespace firedrill::control
