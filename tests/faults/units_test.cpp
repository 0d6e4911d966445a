// Quantities as people write them, and back.
#include "faults/units.hpp"

#include <gmock/gmock.h>

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using ::testing::Optional;

TEST(Units, ReadDurations) {
  EXPECT_THAT(parse_duration("250ms"), Optional(Duration{250ms}));
  EXPECT_THAT(parse_duration("1.5s"), Optional(Duration{1500ms}));
  EXPECT_THAT(parse_duration("5m"), Optional(Duration{5min}));
  EXPECT_THAT(parse_duration("2h"), Optional(Duration{2h}));
  EXPECT_THAT(parse_duration("1d"), Optional(Duration{24h}));
  EXPECT_THAT(parse_duration("7us"), Optional(Duration{7us}));
  EXPECT_THAT(parse_duration("7µs"), Optional(Duration{7us}));
  EXPECT_THAT(parse_duration("3ns"), Optional(Duration{3ns}));
  EXPECT_THAT(parse_duration("0s"), Optional(Duration{0s}));
  EXPECT_THAT(parse_duration("1h30m"), Optional(Duration{90min}));
  EXPECT_THAT(parse_duration("1m0.5s"), Optional(Duration{60500ms}));
  EXPECT_THAT(parse_duration("-2s"), Optional(Duration{-2s}));
  EXPECT_THAT(parse_duration("366d"), Optional(Duration{366 * 24h}));
}

TEST(Units, RefuseWhatIsNoDuration) {
  for (const char* text : {"", "-", "5", "s", "5 s", "5S", "5sec", "1m1h", "1s1s", "1e3s", ".5s", "--5s", "5s ", "nans",
                           "infs", "367d", "99999999999999999999d", "1,5s"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Units, ReadSizes) {
  EXPECT_THAT(parse_size("0B"), Optional(0U));
  EXPECT_THAT(parse_size("512B"), Optional(512U));
  EXPECT_THAT(parse_size("64KiB"), Optional(65536U));
  EXPECT_THAT(parse_size("10MB"), Optional(10'000'000U));
  EXPECT_THAT(parse_size("1.5MiB"), Optional(1'572'864U));
  EXPECT_THAT(parse_size("2kB"), Optional(2000U));
  EXPECT_THAT(parse_size("2KB"), Optional(2000U));
  EXPECT_THAT(parse_size("1GiB"), Optional(1U << 30));
}

TEST(Units, ReadSizesWhoseProductRoundsBadly) {
  EXPECT_THAT(parse_size("2.01kB"), Optional(2010U));  // 2.01 * 1000 is 2009.9999999999998
  EXPECT_THAT(parse_size("16.1kB"), Optional(16100U));
}

TEST(Units, RefuseWhatIsNoSize) {
  for (const char* text : {"", "5", "B", "-5B", "0.5B", "1.0001kB", "5kb", "5 KiB", "5K", "2000000000GiB", "1B1B"})
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(Units, ReadRates) {
  EXPECT_THAT(parse_rate("10MB/s"), Optional(1e7));
  EXPECT_THAT(parse_rate("64KiB/s"), Optional(65536.0));
  EXPECT_THAT(parse_rate("8kbit/s"), Optional(1000.0));
  EXPECT_THAT(parse_rate("100Mbit/s"), Optional(12.5e6));
  EXPECT_THAT(parse_rate("1Gbit/s"), Optional(125e6));
}

TEST(Units, RefuseWhatIsNoRate) {
  for (const char* text : {"", "/s", "10MB", "10/s", "10MB/m", "-1B/s", "10Mb/s"})
    EXPECT_EQ(parse_rate(text), std::nullopt) << text;
}

TEST(Units, ReadShares) {
  EXPECT_THAT(parse_share("30%"), Optional(0.3));
  EXPECT_THAT(parse_share("0.5%"), Optional(0.005));
  EXPECT_THAT(parse_share("0%"), Optional(0.0));
  EXPECT_THAT(parse_share("150%"), Optional(1.5));
  EXPECT_THAT(parse_share("-5%"), Optional(-0.05));
}

TEST(Units, RefuseWhatIsNoShare) {
  for (const char* text : {"", "%", "30", "0.3", "30 %", "1e2%", "nan%", "inf%", "30%%"})
    EXPECT_EQ(parse_share(text), std::nullopt) << text;
}

TEST(Units, ShowDurations) {
  EXPECT_EQ(show(0s), "0s");
  EXPECT_EQ(show(3ns), "3ns");
  EXPECT_EQ(show(1500ns), "1.5us");
  EXPECT_EQ(show(200ms), "200ms");
  EXPECT_EQ(show(1500ms), "1.5s");
  EXPECT_EQ(show(60s), "1m");
  EXPECT_EQ(show(90s), "1m30s");
  EXPECT_EQ(show(26h + 3min + 500ms), "1d2h3m0.5s");
  EXPECT_EQ(show(-90s), "-1m30s");
  EXPECT_EQ(show(119999999999ns), "2m");
}

TEST(Units, WhatIsShownReadsBack) {
  for (const Duration d : {Duration{1ns}, Duration{999us}, Duration{12345ms}, Duration{3h + 7s}, Duration{-5min}})
    EXPECT_THAT(parse_duration(show(d)), Optional(d)) << show(d);
  for (const std::uint64_t bytes : {0ULL, 1ULL, 512ULL, 65536ULL, 3ULL << 30, 1000ULL})
    EXPECT_THAT(parse_size(show_size(bytes)), Optional(bytes)) << show_size(bytes);
}

TEST(Units, ShowSizesAndShares) {
  EXPECT_EQ(show_size(0), "0B");
  EXPECT_EQ(show_size(65536), "64KiB");
  EXPECT_EQ(show_size(1536), "1.5KiB");
  EXPECT_EQ(show_size(1460), "1.46kB");
  EXPECT_EQ(show_size(1150), "1.15kB");
  EXPECT_EQ(show_size(100'000), "100kB");
  EXPECT_EQ(show_size(1'234'567), "1234567B");
  EXPECT_EQ(show_size(5ULL << 30), "5GiB");
  EXPECT_EQ(show_share(0.312), "31.2%");
  EXPECT_EQ(show_share(1), "100%");
  EXPECT_EQ(show_share(0), "0%");
  EXPECT_EQ(show_share(1.0 / 3), "33.333%");
}

}  // namespace
}  // namespace firedrill::faults
