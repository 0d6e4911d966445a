// Buckets, quantiles, sums; what a journal keeps and reads back.
#include "faults/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "faults/draws.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(Buckets, KeepEveryValueWithinOnePartIn64) {
  for (std::int64_t us = 0; us < 0x100000000; us = us + 1 + us / 97) {
    const Duration exact = std::chrono::microseconds{us};
    const Duration kept = Buckets::value(Buckets::index(exact));
    ASSERT_LE(std::abs((kept - exact).count()) * 64, exact.count()) << us;
  }
}

TEST(Buckets, RiseAndEnd) {
  std::size_t last = 0;
  for (std::int64_t us = 0; us < 0x100000000; us = us + 1 + us / 997) {
    const std::size_t index = Buckets::index(std::chrono::microseconds{us});
    ASSERT_GE(index, last);
    ASSERT_LE(index, last + 1);
    last = index;
  }
  EXPECT_EQ(Buckets::index(std::chrono::microseconds{0xffffffff}), Buckets::count - 1);
  EXPECT_EQ(Buckets::index(10h), Buckets::count - 1);
  EXPECT_EQ(Buckets::index(-5s), 0U);
}

TEST(Buckets, ABucketsMiddleLiesInIt) {
  for (std::size_t i = 0; i < Buckets::count; ++i) ASSERT_EQ(Buckets::index(Buckets::value(i)), i);
}

TEST(Histogram, QuantilesAreThoseOfTheSamples) {
  Histogram h;
  for (int ms = 1; ms <= 1000; ++ms) h.record(ms * 1ms);

  EXPECT_EQ(h.count(), 1000U);
  for (const double q : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0})
    EXPECT_NEAR(milliseconds(h.quantile(q)), 1000 * q, 1000 * q / 64) << q;
  EXPECT_NEAR(milliseconds(h.quantile(0)), 1, 1.0 / 64);
}

TEST(Histogram, MeanAndTotalAreExact) {
  Histogram h;
  h.record(1234567ns);
  h.record(3s, 3);
  h.record(7ns);

  EXPECT_EQ(h.total(), 1234567ns + 9s + 7ns);
  EXPECT_EQ(h.mean(), (1234567ns + 9s + 7ns) / 5);
}

TEST(Histogram, NothingRecordedIsZero) {
  const Histogram h;

  EXPECT_EQ(h.count(), 0U);
  EXPECT_EQ(h.quantile(0.5), 0s);
  EXPECT_EQ(h.mean(), 0s);
  EXPECT_TRUE(h.sparse().empty());
}

TEST(Histogram, AddsUp) {
  Histogram a, b, empty;
  a.record(1ms);
  b.record(100ms, 2);

  a.add(b);
  a.add(empty);
  empty.add(b);

  EXPECT_EQ(a.count(), 3U);
  EXPECT_EQ(a.total(), 201ms);
  EXPECT_EQ(empty.count(), 2U);
}

TEST(Histogram, SubtractingAnEarlierStateLeavesWhatCameSince) {
  Histogram now;
  now.record(1ms, 5);
  const Histogram before = now;
  now.record(20ms, 2);

  now.subtract(before);
  now.subtract(Histogram{});

  EXPECT_EQ(now.count(), 2U);
  EXPECT_EQ(now.total(), 40ms);
  EXPECT_NEAR(milliseconds(now.quantile(0)), 20, 20.0 / 64);
}

TEST(Histogram, SparseReadsBack) {
  Histogram h, copy;
  h.record(3us, 4);
  h.record(2s);

  for (const auto& [bucket, times] : h.sparse()) copy.add_bucket(bucket, times);
  copy.add_bucket(Buckets::count, 9);  // unknown

  EXPECT_EQ(h.sparse().size(), 2U);
  EXPECT_EQ(copy.sparse(), h.sparse());
  EXPECT_EQ(copy.count(), 5U);
  EXPECT_EQ(copy.quantile(1), h.quantile(1));
}

TEST(SharedHistogram, ASnapshotHasEverything) {
  SharedHistogram shared;
  shared.record(5ms);
  shared.record(7ms);

  const Histogram h = shared.snapshot();

  EXPECT_EQ(h.count(), 2U);
  EXPECT_EQ(h.total(), 12ms);
  EXPECT_EQ(h.mean(), 6ms);
}

}  // namespace
}  // namespace firedrill::faults
