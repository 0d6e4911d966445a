// The last minutes in slices of a quarter of a second: what the safety line and the live view look at.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <iterator>
#include <utility>
#include <vector>

#include "faults/histogram.hpp"
#include "faults/time.hpp"

namespace firedrill::drills {

/// T adds up with add(const T& later) and shows its histograms() as pointers. All but the newest slice keep these
/// sparse: five minutes of a busy load take a few MiB instead of the 17 that dense ones would.
template <class T>
class Recent {
 public:
  static constexpr faults::Duration slice = std::chrono::milliseconds{250};
  static constexpr faults::Duration longest = std::chrono::minutes{5};

  /// Where to count what happened at `moment`. Something older than the newest slice counts into that.
  T& at(faults::Time moment) {
    // A slice ends at its slot's multiple and includes that end, as a take tells of the time before it.
    const std::int64_t slot = (moment.time_since_epoch() + slice - faults::Duration{1}) / slice;
    if (slices_.empty() || slot > slices_.back().slot) {
      if (!slices_.empty()) pack(slices_.back());
      slices_.push_back({slot, {}, {}});
      while (slices_.front().slot < slot - longest / slice) slices_.pop_front();
    }
    return slices_.back().what;
  }

  /// Sum of the last `window` (at most `longest`), to the nearest slice.
  T over(faults::Time now, faults::Duration window) const {
    const auto from = now - std::min(window, longest) + slice / 2;
    const std::int64_t last_outside = from.time_since_epoch() / slice;
    auto it = slices_.end();
    while (it != slices_.begin() && std::prev(it)->slot > last_outside) --it;
    T sum;
    for (; it != slices_.end(); ++it) add(sum, *it);
    return sum;
  }

 private:
  using Sparse = std::vector<std::pair<std::size_t, std::uint64_t>>;
  struct Slice {
    std::int64_t slot;
    T what;
    std::vector<Sparse> packed;
  };

  static void pack(Slice& s) {
    for (faults::Histogram* histogram : s.what.histograms()) s.packed.push_back(std::exchange(*histogram, {}).sparse());
  }

  static void add(T& sum, const Slice& s) {
    sum.add(s.what);
    const auto histograms = sum.histograms();
    for (std::size_t i = 0; i < s.packed.size(); ++i)
      for (const auto& [bucket, times] : s.packed[i]) histograms[i]->add_bucket(bucket, times);
  }

  std::deque<Slice> slices_;
};

}  // namespace firedrill::drills
