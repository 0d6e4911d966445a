// Where a run shows how it goes: the conductor writes, anyone looks.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "drills/force.hpp"
#include "drills/measures.hpp"
#include "drills/pool_watch.hpp"
#include "drills/snapshot.hpp"
#include "drills/venue.hpp"

namespace firedrill::drills {

class Board {
 public:
  /// Both outlive this.
  Board(const Drill& drill, const Venue& venue);

  /// The conductor's thread. Events count from `start`; those told before are at 0.
  void begin(faults::Time start);
  void enter(Snapshot::Stage stage);
  void tell(std::string text);
  void now_lasts(Duration length);
  void now_paused(bool paused);
  /// Brings everything measured up to date. `final`: nothing more will be measured.
  void show(faults::Time now, Measures& measures, const Force& force, const PoolWatch& pools, bool final);

  /// Any thread.
  Snapshot snapshot() const;

 private:
  using Totals = std::deque<std::pair<faults::Time, std::uint64_t>>;
  static Snapshot::LoadNow load_now(const std::string& name, faults::Time now, const LoadMeter& meter, Totals& totals);

  const Drill& drill_;
  const Venue& venue_;
  faults::Time start_{};
  std::vector<Totals> totals_;  // of each load, over the last moments
  mutable std::mutex mutex_;
  Snapshot shown_;
};

}  // namespace firedrill::drills
