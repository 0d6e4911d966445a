// What a person watching a run wants to know at one moment.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "faults/time.hpp"

namespace firedrill::drills {

using faults::Duration;

struct Snapshot {
  enum class Stage : std::uint8_t { starting, running, healing, over };
  struct Bar {
    std::string fault, kind;
    std::vector<std::pair<Duration, Duration>> intervals;  // as planned
    bool in_force = false;
    std::uint64_t links = 0;  // touched so far
  };
  struct LoadNow {
    std::string name;
    double rate = 0;                         // requests per second answered or failed, over the last 2 s
    double error_ratio = 0;                  // of those
    Duration p50{}, p99{};                   // of those
    std::uint64_t requests = 0, errors = 0;  // since the start
  };
  struct PoolNow {
    std::string proxy, fault;
    std::uint64_t limit = 0, active = 0, queue = 0, timed_out = 0;
  };
  struct CheckNow {
    enum class State : std::uint8_t { waiting, holding, missed, no_samples };  // so far; final once the run is over
    std::string name, during, measured, expected;
    State state = State::waiting;
  };
  struct Event {
    Duration at{};
    std::string text;  // one line: "fault undersized-pool on", "check … failed: …"
  };
  Stage stage = Stage::starting;
  bool paused = false;
  Duration elapsed{}, length{};
  std::vector<Bar> bars;
  std::vector<LoadNow> loads;
  std::vector<PoolNow> pools;
  std::vector<CheckNow> checks;
  std::vector<Event> events;      // all so far, at most the last 1,000
  std::uint64_t first_event = 0;  // the number of events[0], counted from 0
};

}  // namespace firedrill::drills
