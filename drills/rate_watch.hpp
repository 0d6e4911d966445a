// Bytes per second through faults that limit a rate, as they really were.
#pragma once

#include <cstdint>
#include <vector>

#include "drills/force.hpp"

namespace firedrill::drills {

/// One thread: the one that conducts the run.
class RateWatch {
 public:
  explicit RateWatch(std::size_t faults) : faults_(faults) {}

  /// A look at every fault; makes a figure of each second for which one was in force from beginning to end.
  void look(const Force& force, faults::Time now);
  /// Bytes per second of each full second in which any passed, all proxies and directions together.
  const std::vector<double>& rates(std::size_t fault) const { return faults_[fault].rates; }

 private:
  struct Watched {
    faults::Time since{};  // of the second under way; the epoch: none
    std::uint64_t passed = 0;
    std::vector<double> rates;
  };
  std::vector<Watched> faults_;
};

}  // namespace firedrill::drills
