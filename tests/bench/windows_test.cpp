// What the benchmarks say of a stream's rate.
#include "bench/windows.hpp"

#include <gtest/gtest.h>

namespace firedrill::bench {
namespace {

using namespace std::chrono_literals;

/// Pieces of 100 bytes every 10 ms for two seconds: 10,000 bytes a second.
std::vector<Seen> steady() {
  std::vector<Seen> seen;
  for (std::size_t i = 0; i <= 200; ++i) seen.push_back({100 * (i + 1), WallTime{10ms * static_cast<int>(i)}});
  return seen;
}

TEST(Windows, ASteadyLineIsJustAsFastAsAskedInEveryStretch) {
  const auto second = extremes(steady(), 1s, 10'000);

  ASSERT_TRUE(second);
  EXPECT_DOUBLE_EQ(second->most, 1.0);
  EXPECT_DOUBLE_EQ(second->least, 1.01);  // 101 pieces lie in it, both ends included
}

TEST(Windows, WhatCatchesUpAfterAPauseIsTooMuch) {
  auto seen = steady();
  for (std::size_t i = 100; i < 110; ++i) seen[i].at = seen[110].at;  // 100 ms of nothing, then all of it

  const auto tenth = extremes(seen, 100ms, 10'000);

  ASSERT_TRUE(tenth);
  EXPECT_DOUBLE_EQ(tenth->most, 2.0);   // of eleven pieces at once all but the first, and the ten that follow
  EXPECT_DOUBLE_EQ(tenth->least, 0.1);  // the piece before the pause
}

TEST(Windows, AStreamThatIsTooShortSaysNothing) {
  EXPECT_FALSE(extremes(steady(), 3s, 10'000));
  EXPECT_FALSE(extremes({}, 1s, 10'000));
}

}  // namespace
}  // namespace firedrill::bench
