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

  /// A look at every fault: right after faults have come, right before some go, and four times a second. Makes a figure
  /// of each second in force, and of the rest of one when `fault` goes.
  void look(const Force& force, faults::Time now);
  void end(const Force& force, std::size_t fault, faults::Time now);
  /// Bytes per second of each second in force, all proxies, links and directions together; the last one before the
  /// fault went may be of a part of a second.
  const std::vector<double>& rates(std::size_t fault) const { return faults_[fault].rates; }
  /// Of one lane, by the time in which lanes had bytes waiting.
  const std::vector<double>& each_lane(std::size_t fault) const { return faults_[fault].each_lane; }

 private:
  struct Sums {
    std::uint64_t passed = 0;
    faults::Duration busy{};
  };
  struct Watched {
    faults::Time since{};  // of the second under way; the epoch: none
    Sums before;
    std::vector<double> rates, each_lane;
  };
  static Sums sums_of(const Force& force, std::size_t fault);
  static void close(Watched& watched, const Sums& sums, faults::Time now);

  std::vector<Watched> faults_;
};

}  // namespace firedrill::drills
