// What a gate with slots and a queue has counted.
#pragma once

#include <cstdint>

#include "faults/histogram.hpp"
#include "faults/time.hpp"

namespace firedrill::faults {

/// Slots and queue of a gate that has them.
struct Occupancy {
  std::uint64_t limit = 0, active = 0, active_max = 0;  // slots, those in use; max: since the last reading
  std::uint64_t surplus = 0;  // links beyond the slots: open before the gate came, or before the limit sank
  std::uint64_t queue = 0, queue_max = 0;  // waiting links
  std::uint64_t held = 0;                  // turned away but kept hanging
  std::uint64_t leaked = 0;                // slots lost for good
  std::uint64_t preoccupied = 0;           // slots taken by nobody
  std::uint64_t granted = 0;               // admitted, at once or after waiting
  std::uint64_t granted_after_wait = 0;
  std::uint64_t timed_out = 0, gone = 0, rejected = 0,
                evicted = 0;   // gone: the client left the queue; rejected: queue full
  std::uint64_t released = 0;  // still waited when the gate went, and were let in
  Duration oldest_wait{};
  Histogram wait{};             // of those granted; zero waits included
  Histogram wasted{};           // of those that timed out or left
  Histogram hold{};             // slot taken to slot given back
  Duration busy{}, capacity{};  // slot-time used and offered since the gate came: busy / capacity is the utilisation
  bool sees_queue = true;       // false: who waits does so in the kernel's backlog, and of the queue nothing is known
  bool in_force = true;         // false: the gate has gone, and these are its sums

  /// Counts, waits and slot-time of another gate, or of the same one at another time; levels stay.
  void add_sums(const Occupancy& more);
  /// Takes an earlier reading of the same gate away from this one's sums.
  void subtract_sums(const Occupancy& earlier);
  void raise_maxima(const Occupancy& other);
};

}  // namespace firedrill::faults
