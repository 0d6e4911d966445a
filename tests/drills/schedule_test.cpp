// [schedule] of a drill file.
#include "drills/schedule.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "drills/toml.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono;

struct Read {
  std::optional<Schedule> schedule;
  std::string said;
};

Read read(std::string_view text) {
  faults::Problems problems;
  const auto tree = parse_toml("d.toml", text, problems);
  Read result;
  if (tree) {
    faults::Reader top{*tree, "drill file", problems};
    result.schedule = read_schedule(top);
    top.finish();
  }
  for (const faults::Problem& problem : problems) result.said += problem.line() + "\n";
  return result;
}

TEST(Schedule, NeedsOnlyACronExpression) {
  const auto [schedule, said] = read("[schedule]\ncron = \"0 9 * * tue\"\n");

  ASSERT_TRUE(schedule) << said;
  EXPECT_EQ(said, "");
  EXPECT_EQ(schedule->cron.text(), "0 9 * * tue");
  EXPECT_EQ(schedule->timezone.name(), "UTC");
  EXPECT_EQ(schedule->missed, Schedule::Missed::skip);
  EXPECT_EQ(schedule->overlap, Schedule::Overlap::forbid);
  EXPECT_TRUE(schedule->enabled);
}

TEST(Schedule, GoesByTheClocksOfAPlace) {
  const auto [schedule, said] = read(R"([schedule]
cron = "30 2 * * *"
timezone = "Europe/Berlin"
missed = "run"
overlap = "forbid"
enabled = true
)");

  ASSERT_TRUE(schedule) << said;
  EXPECT_EQ(schedule->timezone.name(), "Europe/Berlin");
  EXPECT_EQ(schedule->missed, Schedule::Missed::run);
  EXPECT_EQ(schedule->next(sys_days{2025y / March / 30}), sys_days{2025y / March / 30} + 1h);
}

TEST(Schedule, IsNeverDueUnlessEnabled) {
  const auto [schedule, said] = read("[schedule]\ncron = \"@hourly\"\nenabled = false\n");

  ASSERT_TRUE(schedule) << said;
  EXPECT_FALSE(schedule->enabled);
  EXPECT_EQ(schedule->next(sys_days{2025y / March / 30}), std::nullopt);
}

TEST(Schedule, MayBeLeftOut) {
  const auto [schedule, said] = read("");

  EXPECT_FALSE(schedule);
  EXPECT_EQ(said, "");
}

TEST(Schedule, CollectsEveryProblem) {
  const auto [schedule, said] = read(R"([schedule]
cron = "0 25 * * *"
timezone = "Europe/Berln"
missed = "runs"
overlap = "allow"
enabled = "yes"
timezon = "UTC"
)");

  EXPECT_FALSE(schedule);
  EXPECT_EQ(said, R"(d.toml:2:8: schedule: cron = "0 25 * * *": hour: "25" is out of range; 0 to 23
d.toml:3:12: schedule: timezone = "Europe/Berln": there is no time zone "Europe/Berln"; did you mean "Europe/Berlin"?
d.toml:4:10: schedule: missed = "runs": must be one of skip, run; did you mean "run"?
d.toml:5:11: schedule: overlap = "allow": must be one of forbid
d.toml:6:11: schedule: enabled = "yes": must be true or false
d.toml:7:1: schedule: unknown key "timezon"; did you mean "timezone"?
)");
}

TEST(Schedule, JudgesWhatIsNotEnabled) {
  EXPECT_EQ(read("[schedule]\ncron = \"0 0 30 2 *\"\nenabled = false\n").said,
            "d.toml:2:8: schedule: cron = \"0 0 30 2 *\": day of month: \"30\" never comes in month \"2\"\n");
}

TEST(Schedule, SaysWhatFormItHas) {
  EXPECT_EQ(read("[schedule]\nmissed = \"run\"\n").said,
            "d.toml:1:1: schedule: cron is missing; give a cron expression, such as \"0 9 * * mon-fri\"\n");
  EXPECT_EQ(read("[schedule]\ncron = 9\ntimezone = 1\n").said,
            "d.toml:2:8: schedule: cron = 9: must be a text\nd.toml:3:12: schedule: timezone = 1: must be a text\n");
  EXPECT_EQ(read("schedule = \"@daily\"\n").said,
            "d.toml:1:12: drill file: schedule = \"@daily\": must be a table: write [schedule]\n");
  EXPECT_EQ(read("[[schedule]]\ncron = \"@daily\"\n").said,
            "d.toml:1:1: drill file: schedule (a list): must be a table: write [schedule]\n");
}

}  // namespace
}  // namespace firedrill::drills
