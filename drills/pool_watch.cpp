// Peaks add up by the greater one.
#include "drills/pool_watch.hpp"

#include <algorithm>

namespace firedrill::drills {

void PoolWatch::take(const std::string& proxy, const std::vector<std::pair<std::string, faults::Occupancy>>& readings) {
  for (Pool& pool : pools_)
    if (pool.proxy == proxy) pool.in_force = false;
  for (const auto& [fault, reading] : readings) {
    auto pool = std::find_if(pools_.begin(), pools_.end(),
                             [&, &f = fault](const Pool& p) { return p.proxy == proxy && p.fault == f; });
    if (pool == pools_.end()) pool = pools_.insert(pool, Pool{proxy, fault, {}, true});
    const std::uint64_t active = pool->last.active_max, queue = pool->last.queue_max;
    pool->last = reading;
    pool->last.active_max = std::max(active, reading.active_max);
    pool->last.queue_max = std::max(queue, reading.queue_max);
    pool->in_force = true;
  }
}

}  // namespace firedrill::drills
