// Zones by their names, and when their clocks are changed.
#include "drills/time_zone.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace firedrill::drills {
namespace {

using namespace std::chrono;

std::string zone_refusal(std::string_view name) {
  try {
    return "none: " + TimeZone::named(name).name();
  } catch (const std::invalid_argument& wrong) {
    return wrong.what();
  }
}

TEST(TimeZone, KnowsWhenTheClocksAreChanged) {
  const TimeZone berlin = TimeZone::named("Europe/Berlin");

  const TimeZone::Stretch summer = berlin.stretch(sys_days{2025y / July / 1});
  EXPECT_EQ(summer.begin, sys_days{2025y / March / 30} + 1h);
  EXPECT_EQ(summer.end, sys_days{2025y / October / 26} + 1h);
  EXPECT_EQ(summer.offset, 2h);
  EXPECT_EQ(summer.before, 1h);
  EXPECT_EQ(berlin.stretch(summer.begin).begin, summer.begin);
  EXPECT_EQ(berlin.stretch(summer.end).begin, summer.end);
  EXPECT_EQ(berlin.stretch(summer.end).offset, 1h);
  EXPECT_EQ(berlin.stretch(sys_days{2037y / July / 1}).offset, 2h);
}

TEST(TimeZone, IsUtcUnlessNamed) {
  const TimeZone utc;

  EXPECT_EQ(utc.name(), "UTC");
  EXPECT_EQ(zone_refusal("UTC"), "none: UTC");
  EXPECT_EQ(utc.stretch(sys_days{2025y / July / 1}).offset, 0h);
  EXPECT_EQ(TimeZone::named("Etc/UTC").stretch(sys_days{2025y / July / 1}).offset, 0h);
}

TEST(TimeZone, SuggestsWhatIsMeant) {
  EXPECT_EQ(zone_refusal("Europe/Berln"), R"(there is no time zone "Europe/Berln"; did you mean "Europe/Berlin"?)");
  EXPECT_EQ(zone_refusal("europe/berlin"), R"(there is no time zone "europe/berlin"; did you mean "Europe/Berlin"?)");
  EXPECT_EQ(zone_refusal("New_York"), R"(there is no time zone "New_York"; did you mean "America/New_York"?)");
}

TEST(TimeZone, SuggestsNothingForAbbreviations) {
  constexpr std::string_view advice = R"(give one of the IANA database, such as "Europe/Berlin")";

  for (const std::string name : {"PST", "CEST", "", "../../../etc/passwd"})
    EXPECT_EQ(zone_refusal(name), "there is no time zone \"" + name + "\"; " + std::string{advice});
}

}  // namespace
}  // namespace firedrill::drills
