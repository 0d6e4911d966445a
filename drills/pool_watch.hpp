// The pools of a run as they are read, again and again: a reading tells the most since the one before, a report the
// most of all.
#pragma once

#include <string>
#include <vector>

#include "faults/gate_fault.hpp"

namespace firedrill::drills {

/// One thread: the one that conducts the run.
class PoolWatch {
 public:
  struct Pool {
    std::string proxy, fault;
    faults::Occupancy last;  // but `active_max` and `queue_max`: of all readings; `limit`: the last one in force
  };
  /// A reading of all pools of a proxy.
  void take(const std::string& proxy, const std::vector<std::pair<std::string, faults::Occupancy>>& readings);
  const std::vector<Pool>& all() const { return pools_; }

 private:
  std::vector<Pool> pools_;
};

}  // namespace firedrill::drills
