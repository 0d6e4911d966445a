// The arithmetic of slots.
#include "faults/pool_shard.hpp"

#include <algorithm>
#include <iterator>

namespace firedrill::faults {

// HAProxy, src/queue.c, srv_dynamic_maxconn(); `offered` is its beconn, which counts those in the queue.
std::uint64_t PoolShard::limit(const PoolSettings& settings) const {
  const std::uint64_t offered = active.size() + waiting.size();
  if (!settings.min_connections || offered >= settings.full_at) return settings.max_connections;
  const std::uint64_t share = settings.max_connections * offered / settings.full_at;
  return std::min(std::max(*settings.min_connections, share), settings.max_connections);
}

std::uint64_t PoolShard::in_use(const PoolSettings& settings) const {
  const std::uint64_t slots = limit(settings) + settings.reserve;
  return std::min<std::uint64_t>(active.size(), slots - std::min(slots, lost));
}

std::uint64_t PoolShard::preoccupied(const PoolSettings& settings) const {
  const std::uint64_t slots = limit(settings);
  return std::min(settings.preoccupy, slots - std::min(slots, used()));
}

PoolPlaces::iterator PoolShard::next(const PoolSettings& settings, Time now) {
  if (waiting.empty()) return waiting.end();
  if (has_room(settings))
    return settings.order == PoolSettings::Order::fifo ? waiting.begin() : std::prev(waiting.end());
  // The reserve is for who has waited, whatever the order.
  return reserve_due(settings) <= now ? waiting.begin() : waiting.end();
}

Time PoolShard::timeout_due(const PoolSettings& settings) const {
  return waiting.empty() || !settings.queue_timeout ? never : waiting.front().arrived + *settings.queue_timeout;
}

Time PoolShard::reserve_due(const PoolSettings& settings) const {
  const bool left = used() + settings.preoccupy < limit(settings) + settings.reserve;
  return waiting.empty() || !left ? never : waiting.front().arrived + settings.reserve_after;
}

}  // namespace firedrill::faults
