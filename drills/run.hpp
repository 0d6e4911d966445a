// One execution of a drill: opens everything, plays the timeline, measures, heals, judges, and leaves a journal with
// its reports.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drills/drill.hpp"
#include "drills/host.hpp"
#include "drills/outcome.hpp"
#include "drills/predicted.hpp"
#include "drills/snapshot.hpp"
#include "drills/venue.hpp"
#include "drills/wrapped.hpp"

namespace firedrill::drills {

struct RunOptions {
  std::optional<std::uint64_t> seed;  // instead of the drill's
  std::string directory;  // for journal and reports; empty: firedrill-runs/NAME-UTC below the working directory
  std::vector<Override> overrides;  // as given, for the journal; already applied to the drill
  unsigned workers = 0;             // 0: one per core
  Wrapped* command = nullptr;       // its end is the end of the run; outlives the run. The drill was read for exec
  bool no_faults = false;           // they were taken out of the drill; for the journal
  std::vector<std::string> notes;   // for the journal
  Host* host = nullptr;             // carries the proxies; outlives the run. None: an engine of the run's own
  Venue* venue = nullptr;           // where it takes place; outlives the run. None: sockets, and the clock on the wall
  std::optional<PredictedRun> prediction{};  // for the journal
  /// Checks and faults, by their place in the drill, of which nothing can be said there, and why.
  std::map<std::size_t, std::string> untold_checks{}, untold_faults{};
};

/// What somebody wants of a run that is under way.
struct Order {
  enum class What : std::uint8_t {
    pause,   // everything is healed and the timeline stands still; max_duration goes on
    resume,  // what was in force comes back, and the rest comes later by as long as the pause was
    skip,    // a fault's appearances that are still to come
    end,     // a fault that is in force: now
    extend,  // a fault that is in force: so much longer
    note,
  };
  What what = What::note;
  std::string fault{};  // skip, end, extend
  Duration by{};        // extend
  std::string text{};   // note
  std::string who{};
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
  /// Heals and ends the run as aborted; `why` goes into the report. A second time: waits for nobody any more. Any
  /// thread, any time; returns at once. The run takes no notice before `first` is done, which must not wait either.
  void stop(std::string why, const std::function<void()>& first = {});
  /// Has it carried out; returns why that cannot be, or "": then snapshot() shows what has come of it. Any thread;
  /// waits for the conductor, as a rule some milliseconds.
  std::string give(Order order);
  /// Any thread.
  Snapshot snapshot() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace firedrill::drills
