// Durations counted in buckets of 1/64 relative width: quantiles within 1.6 % without keeping samples.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "faults/time.hpp"

namespace firedrill::faults {

/// Log-linear buckets as in HdrHistogram (Gil Tene): exact to the microsecond below 64 µs, then 64 buckets for every
/// doubling, up to 2^32 µs (71 minutes); what is longer counts as the longest.
struct Buckets {
  static constexpr unsigned precision = 6;
  static constexpr std::size_t count = (32 - precision + 1) << precision;
  static std::size_t index(Duration);
  /// The middle of a bucket.
  static Duration value(std::size_t index);
};

class Histogram {
 public:
  void record(Duration d, std::uint64_t times = 1);
  void add(const Histogram& other);
  /// Takes away an earlier state of the same histogram.
  void subtract(const Histogram& earlier);
  std::uint64_t count() const { return count_; }
  /// The smallest value that at least the share `q` (0 to 1) of the samples do not exceed; zero when empty.
  Duration quantile(double q) const;
  Duration mean() const;
  Duration total() const { return total_; }

  /// (bucket, count) of the buckets that are not empty, and back: how a journal keeps it. Unknown buckets are ignored.
  std::vector<std::pair<std::size_t, std::uint64_t>> sparse() const;
  void add_bucket(std::size_t index, std::uint64_t times);

 private:
  friend class SharedHistogram;
  std::vector<std::uint64_t> cells_;  // empty until the first sample
  std::uint64_t count_ = 0;
  Duration total_{};
};

/// The same, recorded by any threads and read by any other. 14 KiB.
class SharedHistogram {
 public:
  void record(Duration d) {
    cells_[Buckets::index(d)].fetch_add(1, std::memory_order_relaxed);
    total_ns_.fetch_add(d.count(), std::memory_order_relaxed);
  }
  Histogram snapshot() const;

 private:
  std::array<std::atomic<std::uint64_t>, Buckets::count> cells_{};
  std::atomic<std::int64_t> total_ns_{0};
};

}  // namespace firedrill::faults
