// One execution of a drill: opens everything, plays the timeline, measures, heals, judges, and leaves a journal with
// its reports.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drills/drill.hpp"
#include "faults/gate_fault.hpp"

namespace firedrill::drills {

enum class Result : std::uint8_t { passed, failed, aborted, errored };
std::string_view name(Result result);
/// 0 passed, 1 failed, 3 aborted, 4 errored.
int exit_code(Result result);

struct RunOptions {
  std::optional<std::uint64_t> seed;  // instead of the drill's
  std::string directory;  // for journal and reports; empty: firedrill-runs/NAME-UTC below the working directory
  std::vector<Override> overrides;  // as given, for the journal; already applied to the drill
  unsigned workers = 0;             // 0: one per core
};

struct Outcome {
  Result result = Result::errored;
  std::vector<std::string> reasons;  // why it is not passed, worst first
  std::string directory;             // where journal and reports are; empty if they could not be written
};

/// What a person watching wants to know at this moment.
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
  Duration elapsed{}, length{};
  std::vector<Bar> bars;
  std::vector<LoadNow> loads;
  std::vector<PoolNow> pools;
  std::vector<CheckNow> checks;
  std::vector<Event> events;      // all so far, at most the last 1,000
  std::uint64_t first_event = 0;  // the number of events[0], counted from 0
};

class Run {
 public:
  Run(Drill drill, RunOptions options);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Blocks until the run is over and its reports are written. Once. Throws nothing that a run can meet: what goes
  /// wrong is the outcome.
  Outcome go();
  /// Heals and ends the run as aborted; `why` goes into the report. Any thread, any time, more than once; returns at
  /// once.
  void stop(std::string why);
  /// Any thread.
  Snapshot snapshot() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace firedrill::drills
