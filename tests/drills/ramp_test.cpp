// Interpolation of settings.
#include "drills/ramp.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace firedrill::drills {
namespace {

using faults::Value;

std::string between(std::string_view from, std::string_view to, double fraction) {
  return interpolate(faults::parse_scalar(from), faults::parse_scalar(to), fraction).shown();
}

TEST(Ramp, RoundsCounts) {
  EXPECT_EQ(between("40", "7", 0.5), "24");
  EXPECT_EQ(between("40", "7", 0.1), "37");
  EXPECT_EQ(between("0", "1", 0.49), "0");
}

TEST(Ramp, KeepsUnits) {
  EXPECT_EQ(between("10ms", "1s", 0.5), "\"505ms\"");
  EXPECT_EQ(between("1KiB", "2KiB", 0.25), "\"1280B\"");
  EXPECT_EQ(between("1MB/s", "8Mbit/s", 0.5), "\"1000000B/s\"");
  EXPECT_EQ(between("0B/s", "1B/s", 0.25), "\"0.25B/s\"");
  EXPECT_EQ(between("0%", "100%", 1.0 / 3), "\"33.333%\"");
  EXPECT_EQ(between("0%", "0.001%", 0.4), "\"0%\"");
  EXPECT_EQ(between("1.0", "2.0", 0.5), "1.5");
  EXPECT_EQ(between("1", "2.0", 0.5), "1.5") << "one decimal end makes a number of both";
}

TEST(Ramp, WhatItWritesCanBeRead) {
  for (int i = 1; i < 1000; ++i) {
    const double fraction = i / 1000.0;
    for (const auto& [from, to] : {std::pair{"1ns", "366d"}, {"0%", "0.1%"}, {"1B/s", "10GB/s"}, {"1B", "100GB"}}) {
      const Value value = interpolate(faults::parse_scalar(from), faults::parse_scalar(to), fraction);
      EXPECT_TRUE(can_ramp(value, faults::parse_scalar(to))) << value.shown();
    }
  }
}

TEST(Ramp, EndsAsTheEndsWereWritten) {
  EXPECT_EQ(between("1000ms", "2000ms", 0), "\"1000ms\"");
  EXPECT_EQ(between("1000ms", "2000ms", 1), "\"2000ms\"");
  EXPECT_EQ(between("1000ms", "2000ms", 1.5), "\"2000ms\"");
}

TEST(Ramp, NeedsTheSameQuantity) {
  const auto can = [](std::string_view a, std::string_view b) {
    return can_ramp(faults::parse_scalar(a), faults::parse_scalar(b));
  };

  EXPECT_TRUE(can("1ms", "2h"));
  EXPECT_TRUE(can("1", "2.5"));
  EXPECT_FALSE(can("1", "2ms"));
  EXPECT_FALSE(can("1B", "2B/s"));
  EXPECT_FALSE(can("true", "false"));
  EXPECT_FALSE(can("fifo", "lifo"));
  EXPECT_FALSE(can("nan", "1.0"));
}

TEST(Ramp, FollowsTheClock) {
  using namespace std::chrono_literals;
  const Ramp ramp{"max_connections", Value{std::int64_t{40}}, Value{std::int64_t{20}}, 20s};

  EXPECT_EQ(value_at(ramp, 0s).shown(), "40");
  EXPECT_EQ(value_at(ramp, 5s).shown(), "35");
  EXPECT_EQ(value_at(ramp, 1h).shown(), "20");
}

}  // namespace
}  // namespace firedrill::drills
