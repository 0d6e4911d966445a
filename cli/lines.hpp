// Progress as plain lines, for pipes and log files: events as they come, and where the run stands every few seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "cli/view.hpp"

namespace firedrill::cli {

class Lines {
 public:
  using Wall = std::chrono::system_clock::time_point;
  static constexpr faults::Duration status_every = std::chrono::seconds{5};

  /// The first line.
  static std::string opening(const Heading& heading, faults::Duration length, Wall now);
  /// What there is to say since the last call; often nothing. `now` is the wall clock at the snapshot.
  std::string add(const drills::Snapshot& snapshot, Wall now);

 private:
  std::uint64_t told_ = 0;  // events
  faults::Duration next_status_ = status_every;
};

}  // namespace firedrill::cli
