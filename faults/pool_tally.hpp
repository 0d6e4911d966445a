// What a pool counts: outcomes, waits, and slots over time.
#pragma once

#include <vector>

#include "faults/pool_shard.hpp"

namespace firedrill::faults {

class PoolTally {
 public:
  /// Slot-time counts from here.
  void begin(Time now) { counted_to_ = now; }
  /// Before anything changes: adds the slot-time since the last call.
  void count_to(Time now, const std::vector<PoolShard>& shards, const PoolSettings& settings);
  /// After anything changed.
  void note_maxima(const std::vector<PoolShard>& shards, const PoolSettings& settings);

  void granted(const PoolPlace& place, Time now);
  void rejected() { ++sums_.rejected; }
  void timed_out(const PoolPlace& place, Time now);
  void gone(const PoolPlace& place, Time now);
  void evicted(const PoolPlace& place, Time now);
  void released() { ++sums_.released; }
  void given_back(const PoolPlace& place, Time now) { sums_.hold.record(now - place.taken); }

  /// Everything so far and the state of `shards`; the maxima start anew.
  Occupancy read(Time now, const std::vector<PoolShard>& shards, const PoolSettings& settings);

 private:
  Occupancy sums_;
  Time counted_to_{};
};

}  // namespace firedrill::faults
