// A limit on bytes per second as one number: the moment when everything reserved so far will have left. In the
// literature the generic cell rate algorithm (ITU-T I.371) in its virtual scheduling form.
#pragma once

#include <algorithm>
#include <atomic>

#include "faults/time.hpp"

namespace firedrill::faults {

/// Any thread.
class Bucket {
 public:
  /// Takes `cost` of the line's time and returns when it is over. `credit`: how much unused time may be caught up.
  Time reserve(Duration cost, Duration credit, Time now) {
    auto busy = busy_until_.load(std::memory_order_relaxed);
    while (true) {
      const Duration start = std::max(Duration{busy}, (now - credit).time_since_epoch());
      const Duration end = start + cost;
      if (busy_until_.compare_exchange_weak(busy, end.count(), std::memory_order_relaxed)) return Time{end};
    }
  }
  /// Undoes a reservation that will not be used: those that come later get its time.
  void give_back(Duration cost) { busy_until_.fetch_sub(cost.count(), std::memory_order_relaxed); }

 private:
  std::atomic<Duration::rep> busy_until_{Duration::min().count()};
};

}  // namespace firedrill::faults
