// Peaks add up by the greater one.
#include "drills/pool_watch.hpp"

#include <algorithm>
#include <utility>

namespace firedrill::drills {

void PoolWatch::take(const std::string& proxy, const std::vector<std::pair<std::string, faults::Occupancy>>& readings) {
  for (const auto& [fault, reading] : readings) {
    auto pool = std::find_if(pools_.begin(), pools_.end(),
                             [&, &f = fault](const Pool& p) { return p.proxy == proxy && p.fault == f; });
    if (pool == pools_.end()) pool = pools_.insert(pool, Pool{proxy, fault, {}});
    const faults::Occupancy before = std::exchange(pool->last, reading);
    pool->last.raise_maxima(before);
    // Of a pool that has gone its last levels are of interest.
    if (!reading.in_force) {
      pool->last.limit = before.limit;
      pool->last.leaked = before.leaked;
    }
  }
}

}  // namespace firedrill::drills
