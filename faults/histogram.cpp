// Bucket arithmetic and quantiles.
#include "faults/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace firedrill::faults {

std::size_t Buckets::index(Duration d) {
  const auto us = static_cast<std::uint64_t>(std::clamp<std::int64_t>(d.count() / 1000, 0, 0xffffffff));
  if (us < (1U << precision)) return us;
  const auto doublings = static_cast<unsigned>(std::bit_width(us)) - precision - 1;
  return (static_cast<std::size_t>(doublings) << precision) + (us >> doublings);
}

Duration Buckets::value(std::size_t index) {
  if (index < (2U << precision)) return std::chrono::microseconds{index};
  const unsigned doublings = static_cast<unsigned>(index >> precision) - 1;
  const std::uint64_t low = static_cast<std::uint64_t>(index - (static_cast<std::size_t>(doublings) << precision))
                            << doublings;
  return std::chrono::microseconds{low + (1ULL << doublings) / 2};
}

void Histogram::record(Duration d, std::uint64_t times) {
  add_bucket(Buckets::index(d), times);
  total_ += (d - Buckets::value(Buckets::index(d))) * static_cast<std::int64_t>(times);
}

void Histogram::add_bucket(std::size_t index, std::uint64_t times) {
  if (index >= Buckets::count) return;
  if (cells_.empty()) cells_.resize(Buckets::count);
  cells_[index] += times;
  count_ += times;
  total_ += Buckets::value(index) * static_cast<std::int64_t>(times);
}

void Histogram::add(const Histogram& other) {
  if (other.cells_.empty()) return;
  if (cells_.empty()) cells_.resize(Buckets::count);
  for (std::size_t i = 0; i < Buckets::count; ++i) cells_[i] += other.cells_[i];
  count_ += other.count_;
  total_ += other.total_;
}

void Histogram::subtract(const Histogram& earlier) {
  if (earlier.cells_.empty() || cells_.empty()) return;
  for (std::size_t i = 0; i < Buckets::count; ++i) cells_[i] -= earlier.cells_[i];
  count_ -= earlier.count_;
  total_ -= earlier.total_;
}

Duration Histogram::quantile(double q) const {
  if (count_ == 0) return Duration::zero();
  const auto rank = static_cast<std::uint64_t>(std::max(1.0, std::ceil(q * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    seen += cells_[i];
    if (seen >= rank) return Buckets::value(i);
  }
  return Buckets::value(Buckets::count - 1);
}

Duration Histogram::mean() const { return count_ == 0 ? Duration::zero() : total_ / static_cast<std::int64_t>(count_); }

std::vector<std::pair<std::size_t, std::uint64_t>> Histogram::sparse() const {
  std::vector<std::pair<std::size_t, std::uint64_t>> filled;
  for (std::size_t i = 0; i < cells_.size(); ++i)
    if (cells_[i] != 0) filled.emplace_back(i, cells_[i]);
  return filled;
}

Histogram SharedHistogram::snapshot() const {
  Histogram copy;
  copy.cells_.resize(Buckets::count);
  for (std::size_t i = 0; i < Buckets::count; ++i) {
    copy.cells_[i] = cells_[i].load(std::memory_order_relaxed);
    copy.count_ += copy.cells_[i];
  }
  copy.total_ = Duration{total_ns_.load(std::memory_order_relaxed)};
  return copy;
}

}  // namespace firedrill::faults
