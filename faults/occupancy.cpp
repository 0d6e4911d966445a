// Sums add up, maxima do not.
#include "faults/occupancy.hpp"

#include <algorithm>

namespace firedrill::faults {

void Occupancy::add_sums(const Occupancy& more) {
  sees_queue = sees_queue && more.sees_queue;
  granted += more.granted;
  granted_after_wait += more.granted_after_wait;
  timed_out += more.timed_out;
  gone += more.gone;
  rejected += more.rejected;
  evicted += more.evicted;
  released += more.released;
  wait.add(more.wait);
  wasted.add(more.wasted);
  hold.add(more.hold);
  busy += more.busy;
  capacity += more.capacity;
}

void Occupancy::subtract_sums(const Occupancy& earlier) {
  granted -= earlier.granted;
  granted_after_wait -= earlier.granted_after_wait;
  timed_out -= earlier.timed_out;
  gone -= earlier.gone;
  rejected -= earlier.rejected;
  evicted -= earlier.evicted;
  released -= earlier.released;
  wait.subtract(earlier.wait);
  wasted.subtract(earlier.wasted);
  hold.subtract(earlier.hold);
  busy -= earlier.busy;
  capacity -= earlier.capacity;
}

void Occupancy::raise_maxima(const Occupancy& other) {
  active_max = std::max(active_max, other.active_max);
  queue_max = std::max(queue_max, other.queue_max);
}

}  // namespace firedrill::faults
