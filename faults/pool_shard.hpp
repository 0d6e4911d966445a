// Slots and the queue in front of them: one pool, or one of its shards. Knows who is where, answers nobody.
#pragma once

#include <list>

#include "faults/pool_settings.hpp"

namespace firedrill::faults {

/// One link's place, in exactly one of a pool's lists. It moves between them without being copied: iterators stay good.
struct PoolPlace {
  std::uint64_t link = 0;      // ordinal
  std::uint64_t sequence = 0;  // of arrival
  Time arrived{};
  Time taken{};         // the slot; only while it has one
  bool waited = false;  // was still there when its arrival had been dealt with
};
using PoolPlaces = std::list<PoolPlace>;

/// Every call is O(1).
class PoolShard {
 public:
  PoolPlaces active;       // with a slot, the youngest last
  PoolPlaces waiting;      // in order of arrival
  std::uint64_t lost = 0;  // leaked slots

  /// The limit in force: max_connections, or less while few connections are offered.
  std::uint64_t limit(const PoolSettings& settings) const;
  /// Slots taken by nobody: at most `preoccupy` of those that are neither in use nor lost.
  std::uint64_t preoccupied(const PoolSettings& settings) const;
  /// Links with a slot. Those beyond the slots there are, open before the pool came or before the limit sank, have
  /// none: surplus().
  std::uint64_t in_use(const PoolSettings& settings) const;
  std::uint64_t surplus(const PoolSettings& settings) const { return active.size() - in_use(settings); }
  /// Slots in use, lost and preoccupied.
  std::uint64_t taken(const PoolSettings& settings) const { return in_use(settings) + lost + preoccupied(settings); }
  bool has_room(const PoolSettings& settings) const { return used() + settings.preoccupy < limit(settings); }
  /// More in use than there are slots: the limit was lowered.
  bool overfull(const PoolSettings& settings) const {
    return !active.empty() && used() + settings.preoccupy > settings.max_connections;
  }
  /// Who waits and gets the next slot; waiting.end() while there is none to give.
  PoolPlaces::iterator next(const PoolSettings& settings, Time now);

  /// When the oldest waiter's patience ends; never if it has none.
  Time timeout_due(const PoolSettings& settings) const;
  /// When the oldest waiter may have a slot of the reserve, if one is left.
  Time reserve_due(const PoolSettings& settings) const;

 private:
  std::uint64_t used() const { return active.size() + lost; }
};

}  // namespace firedrill::faults
