// Sums and integrals.
#include "faults/pool_tally.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace firedrill::faults {
namespace {

void accrue(Duration& sum, std::uint64_t slots, Duration time) {
  std::int64_t more = 0;
  // A million slots fill the 292 years of a Duration in hours: stop there rather than wrap.
  if (__builtin_mul_overflow(slots, time.count(), &more) || __builtin_add_overflow(sum.count(), more, &more))
    more = std::numeric_limits<std::int64_t>::max();
  sum = Duration{more};
}

// Shards above settings.shards are no longer used: what they hold drains, what they could hold is not offered.
std::uint64_t slots(const std::vector<PoolShard>& shards, const PoolSettings& settings) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < settings.shards; ++i) sum += shards[i].limit(settings);
  return sum;
}

}  // namespace

void PoolTally::count_to(Time now, const std::vector<PoolShard>& shards, const PoolSettings& settings) {
  // Negative when a reading came before a tick that was late: that takes back what was counted too much.
  const Duration time = now - std::exchange(counted_to_, now);
  if (time == Duration::zero()) return;
  std::uint64_t taken = 0;
  for (const PoolShard& shard : shards) taken += shard.taken(settings);
  accrue(sums_.busy, taken, time);
  // Slots of the reserve are offered as long as they are taken.
  accrue(sums_.capacity, std::max(taken, slots(shards, settings)), time);
}

void PoolTally::note_maxima(const std::vector<PoolShard>& shards, const PoolSettings& settings) {
  std::uint64_t active = 0, waiting = 0;
  for (const PoolShard& shard : shards) {
    active += shard.in_use(settings);
    waiting += shard.waiting.size();
  }
  sums_.active_max = std::max(sums_.active_max, active);
  sums_.queue_max = std::max(sums_.queue_max, waiting);
}

void PoolTally::granted(const PoolPlace& place, Time now) {
  ++sums_.granted;
  if (place.waited) ++sums_.granted_after_wait;
  sums_.wait.record(now - place.arrived);
}

void PoolTally::timed_out(const PoolPlace& place, Time now) {
  ++sums_.timed_out;
  sums_.wasted.record(now - place.arrived);
}

void PoolTally::gone(const PoolPlace& place, Time now) {
  ++sums_.gone;
  sums_.wasted.record(now - place.arrived);
}

void PoolTally::evicted(const PoolPlace& place, Time now) {
  ++sums_.evicted;
  given_back(place, now);
}

Occupancy PoolTally::read(Time now, const std::vector<PoolShard>& shards, const PoolSettings& settings) {
  count_to(now, shards, settings);
  Occupancy all = sums_;
  all.limit = slots(shards, settings);
  for (const PoolShard& shard : shards) {
    all.active += shard.in_use(settings);
    all.surplus += shard.surplus(settings);
    all.queue += shard.waiting.size();
    all.leaked += shard.lost;
    all.preoccupied += shard.preoccupied(settings);
    if (!shard.waiting.empty()) all.oldest_wait = std::max(all.oldest_wait, now - shard.waiting.front().arrived);
  }
  sums_.active_max = all.active;
  sums_.queue_max = all.queue;
  return all;
}

}  // namespace firedrill::faults
