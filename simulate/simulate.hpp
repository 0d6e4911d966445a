// Plays a drill in virtual time: the same conductor, timeline, faults, lanes, meters and verdicts as a run, and no
// socket, thread or clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drills/drill.hpp"
#include "drills/outcome.hpp"
#include "drills/predicted.hpp"
#include "drills/report.hpp"

namespace firedrill::simulate {

struct Prediction {
  drills::Outcome outcome;
  drills::Report report;
  std::string journal;  // as a run's journal.jsonl
};

struct Options {
  std::optional<std::uint64_t> seed{};        // instead of the drill's
  std::vector<drills::Override> overrides{};  // as given, for the journal; already applied to the drill
  bool with_journal = false;                  // else `journal` is left empty
};

/// Why this drill cannot be played at all; empty when it can be.
std::string obstacle(const drills::Drill& drill);

/// There is no obstacle. The same drill, seed and overrides give the same prediction.
Prediction simulate(drills::Drill drill, const Options& options);

/// What a run's report is to hold of it.
drills::PredictedRun in_short(const Prediction& prediction);

}  // namespace firedrill::simulate
