// When cron expressions are due, above all where clocks are changed; and what is said of those that are wrong.
#include "drills/cron.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firedrill::drills {
namespace {

using namespace std::chrono;
using testing::Each;
using testing::ElementsAre;

// "2025-03-30 01:00", in UTC.
sys_seconds moment(const std::string& text) {
  int y = 0;
  unsigned m = 0, d = 0, hour = 0, minute = 0, second = 0;
  const int read = std::sscanf(text.c_str(), "%d-%u-%u %u:%u:%u", &y, &m, &d, &hour, &minute, &second);
  EXPECT_GE(read, 5) << text;
  return sys_days{year{y} / month{m} / day{d}} + hours{hour} + minutes{minute} + seconds{second};
}

std::string written(sys_seconds moment) {
  const auto midnight = floor<days>(moment);
  const year_month_day date{midnight};
  const hh_mm_ss time{moment - midnight};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()));
  return text.data() + (time.seconds() == 0s ? "" : ":" + std::to_string(time.seconds().count()));
}

std::vector<std::string> next_of(std::string_view expression, std::size_t count, const std::string& after,
                                 std::string_view zone = "UTC") {
  const Cron cron = Cron::parse(expression);
  const TimeZone place = TimeZone::named(zone);
  std::vector<std::string> all;
  for (sys_seconds at = moment(after); all.size() < count;) all.push_back(written(at = cron.next(at, place)));
  return all;
}

struct Row {
  const char *expression, *after;
  std::vector<std::string> next;  // one after the other
};

void expect(std::string_view zone, const std::vector<Row>& rows) {
  for (const Row& row : rows)
    EXPECT_EQ(next_of(row.expression, row.next.size(), row.after, zone), row.next)
        << zone << ": " << row.expression << " after " << row.after;
}

// All moments in this table are in UTC.

// UTC+1, +2 in summer: 02:00 becomes 03:00 on 30 March 2025 and 03:00 becomes 02:00 on 26 October, both at 01:00 UTC.
TEST(CronZones, EuropeBerlin) {
  expect("Europe/Berlin",
         {{"0 9 * * *", "2025-01-15 07:59", {"2025-01-15 08:00", "2025-01-16 08:00"}},
          {"0 9 * * *", "2025-03-29 07:59", {"2025-03-29 08:00", "2025-03-30 07:00"}},
          {"0 9 * * *", "2025-10-25 06:59", {"2025-10-25 07:00", "2025-10-26 08:00"}},
          {"59 1 * * *", "2025-03-29 12:00", {"2025-03-30 00:59", "2025-03-30 23:59"}},
          {"0 2 * * *", "2025-03-29 00:30", {"2025-03-29 01:00", "2025-03-30 01:00", "2025-03-31 00:00"}},
          {"30 2 * * *", "2025-03-29 00:30", {"2025-03-29 01:30", "2025-03-30 01:00", "2025-03-31 00:30"}},
          {"0 3 * * *", "2025-03-29 12:00", {"2025-03-30 01:00", "2025-03-31 01:00"}},
          {"*/20 2 * * *", "2025-03-29 12:00", {"2025-03-30 01:00", "2025-03-31 00:00", "2025-03-31 00:20"}},
          {"30 2,3 * * *", "2025-03-29 12:00", {"2025-03-30 01:00", "2025-03-30 01:30", "2025-03-31 00:30"}},
          {"*/30 * * * *", "2025-03-30 00:15", {"2025-03-30 00:30", "2025-03-30 01:00", "2025-03-30 01:30"}},
          {"30 */2 * * *", "2025-03-29 22:00", {"2025-03-29 23:30", "2025-03-30 02:30", "2025-03-30 04:30"}},
          {"0 2 * * *", "2025-10-25 12:00", {"2025-10-26 00:00", "2025-10-27 01:00"}},
          {"30 2 * * *", "2025-10-25 12:00", {"2025-10-26 00:30", "2025-10-27 01:30"}},
          {"30 2 * * *", "2025-10-26 01:10", {"2025-10-27 01:30"}},
          {"0 3 * * *", "2025-10-25 12:00", {"2025-10-26 02:00", "2025-10-27 02:00"}},
          {"*/20 2 * * *", "2025-10-26 00:10", {"2025-10-26 00:20", "2025-10-26 00:40", "2025-10-27 01:00"}},
          {"*/30 * * * *", "2025-10-26 00:15", {"2025-10-26 00:30", "2025-10-26 01:00", "2025-10-26 01:30"}},
          {"0 */2 * * *", "2025-10-25 21:30", {"2025-10-25 22:00", "2025-10-26 00:00", "2025-10-26 01:00"}}});
}

// UTC-5, -4 in summer: 02:00 becomes 03:00 on 9 March 2025 at 07:00 UTC, 02:00 becomes 01:00 on 2 November at 06:00.
TEST(CronZones, AmericaNewYork) {
  expect("America/New_York",
         {{"30 2 * * *", "2025-03-08 08:00", {"2025-03-09 07:00", "2025-03-10 06:30"}},
          {"0 0 * * sun", "2025-03-03 00:00", {"2025-03-09 05:00", "2025-03-16 04:00"}},
          {"15 * * * *", "2025-03-09 06:00", {"2025-03-09 06:15", "2025-03-09 07:15"}},
          {"30 1 * * *", "2025-11-01 12:00", {"2025-11-02 05:30", "2025-11-03 06:30"}},
          {"15 * * * *", "2025-11-02 05:00", {"2025-11-02 05:15", "2025-11-02 06:15", "2025-11-02 07:15"}},
          {"0 0-23 * * *", "2025-11-02 04:30", {"2025-11-02 05:00", "2025-11-02 07:00", "2025-11-02 08:00"}}});
}

// UTC+10:30, +11 in summer: 02:00 becomes 02:30 on 5 October 2025 (on the 4th at 15:30 UTC) and 02:00 becomes 01:30 on
// 6 April (on the 5th at 15:00 UTC).
TEST(CronZones, AustraliaLordHowe) {
  expect("Australia/Lord_Howe",
         {{"15 2 * * *", "2025-10-03 00:00", {"2025-10-03 15:45", "2025-10-04 15:30", "2025-10-05 15:15"}},
          {"45 2 * * *", "2025-10-04 00:00", {"2025-10-04 15:45", "2025-10-05 15:45"}},
          {"0 * * * *", "2025-10-04 14:00", {"2025-10-04 14:30", "2025-10-04 16:00", "2025-10-04 17:00"}},
          {"*/15 * * * *", "2025-10-04 15:00", {"2025-10-04 15:15", "2025-10-04 15:30", "2025-10-04 15:45"}},
          {"45 1 * * *", "2025-04-04 20:00", {"2025-04-05 14:45", "2025-04-06 15:15"}},
          {"0 * * * *", "2025-04-05 13:30", {"2025-04-05 14:00", "2025-04-05 15:30", "2025-04-05 16:30"}},
          {"45 * * * *", "2025-04-05 14:30", {"2025-04-05 14:45", "2025-04-05 15:15", "2025-04-05 16:15"}}});
}

// UTC+5:30, always.
TEST(CronZones, AsiaKolkata) {
  expect("Asia/Kolkata", {{"0 9 * * *", "2025-03-29 12:00", {"2025-03-30 03:30", "2025-03-31 03:30"}},
                          {"30 0 1 * *", "2025-10-25 12:00", {"2025-10-31 19:00", "2025-11-30 19:00"}},
                          {"0 * * * *", "2025-10-26 00:00", {"2025-10-26 00:30", "2025-10-26 01:30"}}});
}

// Midnight became 01:00 on 4 November 2018 in Sao Paulo and on 22 March 2022 in Tehran; midnight became 23:00 of the
// day before on 18 February 2018 in Sao Paulo.
TEST(CronZones, WhereMidnightIsSkippedOrComesTwice) {
  expect("America/Sao_Paulo", {{"0 0 * * *", "2018-11-03 12:00", {"2018-11-04 03:00", "2018-11-05 02:00"}},
                               {"30 23 * * *", "2018-02-17 12:00", {"2018-02-18 01:30", "2018-02-19 02:30"}},
                               {"0 0 * * *", "2018-02-17 12:00", {"2018-02-18 03:00", "2018-02-19 03:00"}}});
  expect("Asia/Tehran", {{"0 0 * * *", "2022-03-21 12:00", {"2022-03-21 20:30", "2022-03-22 19:30"}}});
}

// There was no 30 December 2011.
TEST(CronZones, WhereADayIsSkipped) {
  expect("Pacific/Apia", {{"0 12 30 * *", "2011-12-01 00:00", {"2011-12-30 10:00", "2012-01-29 22:00"}}});
}

constexpr std::array zones{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"};

// Everything due in two years.
std::vector<sys_seconds> two_years(const std::string& expression, const TimeZone& zone) {
  const Cron cron = Cron::parse(expression);
  const sys_seconds end = moment("2027-01-01 00:00");
  std::vector<sys_seconds> all;
  for (sys_seconds at = moment("2025-01-01 00:00"); (at = cron.next(at, zone)) < end;) all.push_back(at);
  return all;
}

TEST(CronLaws, WhatIsDailyComesOnceADay) {
  for (const char* const name : zones) {
    const TimeZone zone = TimeZone::named(name);
    for (int half_hour = 0; half_hour < 48; ++half_hour) {
      const std::string expression = (half_hour % 2 == 0 ? "0 " : "30 ") + std::to_string(half_hour / 2) + " * * *";
      std::vector<local_days> days_of;
      for (const sys_seconds at : two_years(expression, zone))
        days_of.push_back(floor<days>(local_seconds{at.time_since_epoch() + zone.stretch(at).offset}));

      ASSERT_GE(days_of.size(), 729U);
      for (std::size_t i = 1; i < days_of.size(); ++i)
        EXPECT_EQ(days_of[i] - days_of[i - 1], days{1}) << name << ": " << expression;
    }
  }
}

std::vector<minutes> spacing(const std::vector<sys_seconds>& moments) {
  std::vector<minutes> all;
  for (std::size_t i = 1; i < moments.size(); ++i) all.push_back(duration_cast<minutes>(moments[i] - moments[i - 1]));
  return all;
}

TEST(CronLaws, WhatIsHourlyComesOnceInARealHour) {
  for (const char* const name : {"Europe/Berlin", "America/New_York", "Asia/Kolkata"}) {
    const auto hourly = two_years("0 * * * *", TimeZone::named(name));

    EXPECT_GE(hourly.size(), 2 * 365 * 24 - 1U);
    EXPECT_THAT(spacing(hourly), Each(minutes{60})) << name;
  }
}

TEST(CronLaws, WhereClocksMoveByHalfAnHourThatIsTheStepKept) {
  const TimeZone zone = TimeZone::named("Australia/Lord_Howe");

  const auto hourly = spacing(two_years("0 * * * *", zone));

  EXPECT_EQ(std::count(hourly.begin(), hourly.end(), minutes{90}), 4);
  EXPECT_EQ(static_cast<std::size_t>(std::count(hourly.begin(), hourly.end(), minutes{60})), hourly.size() - 4);
  EXPECT_THAT(spacing(two_years("*/30 * * * *", zone)), Each(minutes{30}));
}

TEST(CronLaws, TimeGoesForwardAndNothingIsPassedOver) {
  for (const char* const name : zones) {
    const TimeZone zone = TimeZone::named(name);
    for (const char* const expression :
         {"*/7 * * * *", "5,50 1-3 * * *", "0 */2 * * *", "30 2 * * sun", "0 2 */3 * *"}) {
      const Cron cron = Cron::parse(expression);
      sys_seconds last = moment("2025-01-01 00:00");
      for (int i = 0; i < 2000; ++i) {
        const sys_seconds next = cron.next(last, zone);
        ASSERT_GT(next, last) << name << ": " << expression;
        ASSERT_EQ(cron.next(next - 1s, zone), next) << name << ": " << expression;
        ASSERT_EQ(cron.next(last + (next - last) / 2, zone), next) << name << ": " << expression;
        last = next;
      }
    }
  }
}

TEST(Cron, IsDueLaterThanAsked) {
  EXPECT_THAT(next_of("30 6 * * *", 1, "2025-05-01 06:29:59"), ElementsAre("2025-05-01 06:30"));
  EXPECT_THAT(next_of("30 6 * * *", 1, "2025-05-01 06:30"), ElementsAre("2025-05-02 06:30"));
  EXPECT_THAT(next_of("* * * * *", 2, "2025-12-31 23:58:01"), ElementsAre("2025-12-31 23:59", "2026-01-01 00:00"));
}

TEST(Cron, ReadsListsRangesStepsAndNames) {
  EXPECT_THAT(next_of("5,10-12,*/30 8 * * *", 7, "2025-05-01 00:00"),
              ElementsAre("2025-05-01 08:00", "2025-05-01 08:05", "2025-05-01 08:10", "2025-05-01 08:11",
                          "2025-05-01 08:12", "2025-05-01 08:30", "2025-05-02 08:00"));
  EXPECT_THAT(next_of("0 9-17/4 * * *", 4, "2025-05-01 00:00"),
              ElementsAre("2025-05-01 09:00", "2025-05-01 13:00", "2025-05-01 17:00", "2025-05-02 09:00"));
  EXPECT_THAT(next_of("0 0 1 Jan,JUL *", 3, "2025-05-01 00:00"),
              ElementsAre("2025-07-01 00:00", "2026-01-01 00:00", "2026-07-01 00:00"));
  EXPECT_THAT(next_of("\t0  9 * * mon-fri ", 3, "2025-05-01 10:00"),  // a Thursday
              ElementsAre("2025-05-02 09:00", "2025-05-05 09:00", "2025-05-06 09:00"));
}

TEST(Cron, KnowsSundayByThreeNames) {
  for (const char* const expression : {"0 0 * * 0", "0 0 * * 7", "0 0 * * sun"})
    EXPECT_THAT(next_of(expression, 2, "2025-05-01 00:00"), ElementsAre("2025-05-04 00:00", "2025-05-11 00:00"));
  for (const char* const expression : {"0 0 * * sat-sun", "0 0 * * 6-7", "0 0 * * 6,0"})
    EXPECT_THAT(next_of(expression, 3, "2025-05-01 00:00"),
                ElementsAre("2025-05-03 00:00", "2025-05-04 00:00", "2025-05-10 00:00"));
}

TEST(Cron, ADayNeedFitOnlyOneOfMonthAndWeek) {
  EXPECT_THAT(next_of("0 0 13 * fri", 4, "2025-06-01 00:00"),
              ElementsAre("2025-06-06 00:00", "2025-06-13 00:00", "2025-06-20 00:00", "2025-06-27 00:00"));
  EXPECT_THAT(next_of("0 0 14 * fri", 3, "2025-06-10 00:00"),
              ElementsAre("2025-06-13 00:00", "2025-06-14 00:00", "2025-06-20 00:00"));
  EXPECT_THAT(next_of("0 0 30 feb mon", 2, "2025-06-10 00:00"), ElementsAre("2026-02-02 00:00", "2026-02-09 00:00"));
}

TEST(Cron, ADayMustFitBothWhenOneBeginsWithAStar) {
  EXPECT_THAT(next_of("0 0 */31 * mon", 2, "2025-05-01 00:00"), ElementsAre("2025-09-01 00:00", "2025-12-01 00:00"));
  EXPECT_THAT(next_of("0 0 13 * *", 2, "2025-06-01 00:00"), ElementsAre("2025-06-13 00:00", "2025-07-13 00:00"));
  EXPECT_THAT(next_of("0 0 * * fri", 2, "2025-06-01 00:00"), ElementsAre("2025-06-06 00:00", "2025-06-13 00:00"));
}

TEST(Cron, FindsRareDays) {
  EXPECT_THAT(next_of("0 0 29 2 *", 3, "2025-01-01 00:00"),
              ElementsAre("2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"));
  EXPECT_THAT(next_of("0 0 29 2 *", 1, "2096-03-01 00:00"), ElementsAre("2104-02-29 00:00"));  // 2100 has none
  EXPECT_THAT(next_of("0 0 31 * *", 3, "2025-01-31 00:00"),
              ElementsAre("2025-03-31 00:00", "2025-05-31 00:00", "2025-07-31 00:00"));
  EXPECT_THAT(next_of("0 0 29 2 */7", 1, "2088-03-01 00:00"), ElementsAre("2128-02-29 00:00"));  // on a Sunday
  EXPECT_THAT(next_of("0 0 29 2 */7", 1, "2025-01-01 00:00", "America/New_York"), ElementsAre("2032-02-29 05:00"));
}

TEST(Cron, ReadsMacros) {
  EXPECT_EQ(next_of("@hourly", 1, "2025-05-01 06:29"), next_of("0 * * * *", 1, "2025-05-01 06:29"));
  EXPECT_THAT(next_of("@hourly", 2, "2025-05-01 06:29"), ElementsAre("2025-05-01 07:00", "2025-05-01 08:00"));
  EXPECT_THAT(next_of("@daily", 2, "2025-05-01 06:29"), ElementsAre("2025-05-02 00:00", "2025-05-03 00:00"));
  EXPECT_THAT(next_of("@Weekly", 2, "2025-05-01 06:29"), ElementsAre("2025-05-04 00:00", "2025-05-11 00:00"));
  EXPECT_THAT(next_of("@monthly", 2, "2025-05-01 06:29"), ElementsAre("2025-06-01 00:00", "2025-07-01 00:00"));
  EXPECT_THAT(next_of("@yearly", 2, "2025-05-01 06:29"), ElementsAre("2026-01-01 00:00", "2027-01-01 00:00"));
}

TEST(Cron, KeepsWhatWasWritten) {
  EXPECT_EQ(Cron::parse("@daily").text(), "@daily");
  EXPECT_EQ(Cron::parse("0 9 * * mon-fri").text(), "0 9 * * mon-fri");
}

std::string complaint_about(std::string_view expression) {
  try {
    Cron::parse(expression);
    return "none";
  } catch (const std::invalid_argument& wrong) {
    return wrong.what();
  }
}

TEST(Cron, ExplainsWhatIsWrong) {
  struct Wrong {
    const char *expression, *said;
  };
  for (
      const Wrong& one : std::vector<Wrong>{
          {"60 * * * *", R"(minute: "60" is out of range; 0 to 59)"},
          {"0 25 * * *", R"(hour: "25" is out of range; 0 to 23)"},
          {"0 0 0 * *", R"(day of month: "0" is out of range; 1 to 31)"},
          {"0 0 1-32 * *", R"(day of month: "32" is out of range; 1 to 31)"},
          {"0 0 * 13 *", R"(month: "13" is out of range; 1 to 12, or jan to dec)"},
          {"0 0 * * 8", R"(day of week: "8" is out of range; 0 to 7, or sun to sat)"},
          {"0 0 * * 99999999999999999999",
           R"(day of week: "99999999999999999999" is out of range; 0 to 7, or sun to sat)"},
          {"0 0 * jann *", R"(month: "jann" is not understood; 1 to 12, or jan to dec)"},
          {"0 mon * * *", R"(hour: "mon" is not understood; 0 to 23)"},
          {"-5 * * * *", R"(minute: "" is not understood; 0 to 59)"},
          {"+5 * * * *", R"(minute: "+5" is not understood; 0 to 59)"},
          {"1,,2 * * * *", R"(minute: "" is not understood; 0 to 59)"},
          {"5- * * * *", R"(minute: "" is not understood; 0 to 59)"},
          {"1-2-3 * * * *", R"(minute: "2-3" is not understood; 0 to 59)"},
          {"** * * * *", R"(minute: "**" is not understood; 0 to 59)"},
          {"0 0 ? * *", R"(day of month: "?" is not understood; 1 to 31)"},
          {"0 0 * * L", R"(day of week: "L" is not understood; 0 to 7, or sun to sat)"},
          {"0 22-2 * * *", R"(hour: "22-2" goes backwards; write 22-23,0-2)"},
          {"0 0 * * fri-mon", R"(day of week: "fri-mon" goes backwards; write 5-7,0-1)"},
          {"*/0 * * * *", R"(minute: "*/0" has a step that is out of range; 1 to 60)"},
          {"*/90 * * * *", R"(minute: "*/90" has a step that is out of range; 1 to 60)"},
          {"*/ * * * *", R"(minute: "*/" has a step that is out of range; 1 to 60)"},
          {"*/5/2 * * * *", R"(minute: "*/5/2" has a step that is out of range; 1 to 60)"},
          {"5/10 * * * *", R"(minute: "5/10" has a step without a range; write 5-59/10)"},
          {"0 0 * * mon/2", R"(day of week: "mon/2" has a step without a range; write 1-7/2)"},
          {"0 0 30 2 *", R"(day of month: "30" never comes in month "2")"},
          {"0 0 30,31 feb *", R"(day of month: "30,31" never comes in month "feb")"},
          {"0 0 31 4,6,9,11 */2", R"(day of month: "31" never comes in month "4,6,9,11")"},
          {"",
           R"("" has 0 fields; give five: minute, hour, day of month, month and day of week, such as "0 9 * * mon-fri")"},
          {"daily",
           R"("daily" has 1 field; give five: minute, hour, day of month, month and day of week, such as "0 9 * * mon-fri")"},
          {"0 0 9 * * 1",
           R"("0 0 9 * * 1" has 6 fields; give five: minute, hour, day of month, month and day of week, such as "0 9 * * mon-fri")"},
          {"@dayly", R"("@dayly" is not known; did you mean "@daily"?)"},
          {"@reboot", R"("@reboot" is not known; there are @hourly, @daily, @weekly, @monthly, @yearly)"}})
    EXPECT_EQ(complaint_about(one.expression), one.said) << one.expression;
}

}  // namespace
}  // namespace firedrill::drills
