// What the live view remembers of earlier snapshots: errors over the time of the run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drills/run.hpp"

namespace firedrill::cli {

class History {
 public:
  /// Call with every snapshot, in order.
  void note(const drills::Snapshot& snapshot);
  /// Share of a load's requests that failed in each of `columns` equal parts of `length`; empty where none ended.
  std::vector<std::optional<double>> errors(const std::string& load, faults::Duration length,
                                            std::size_t columns) const;

 private:
  struct Count {
    std::uint64_t requests = 0, errors = 0;
  };
  struct Load {
    Count last;
    std::map<std::int64_t, Count> slots;  // by number of the slot of time; only those in which requests ended
  };
  std::map<std::string, Load> loads_;
};

}  // namespace firedrill::cli
