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
  /// Bytes per second of each full second in force, all proxies, links and directions together.
  const std::vector<double>& rates(std::size_t fault) const { return faults_[fault].rates; }
  /// Of one lane, in the seconds in which the same number of them had bytes waiting all the time.
  const std::vector<double>& each_lane(std::size_t fault) const { return faults_[fault].each_lane; }

 private:
  struct Watched {
    faults::Time since{};  // of the second under way; the epoch: none
    std::uint64_t passed = 0;
    std::vector<std::uint64_t> lanes;  // with bytes waiting, at the looks of this second
    std::vector<double> rates, each_lane;
  };
  std::vector<Watched> faults_;
};

}  // namespace firedrill::drills
