// Verdicts: what was expected against what was measured.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "drills/measures.hpp"

namespace firedrill::drills {

struct Verdict {
  bool passed = false;
  bool measured_at_all =
      false;           // false: no samples; then nothing passed, and the drill could not be carried out as written
  bool judged = true;  // false: the run ended too early for a verdict
  std::uint64_t samples = 0;
  std::string expected, measured;
  std::optional<double> value;  // of the first expectation
  std::string reason;           // empty when passed
};

/// The i-th check by what has been measured so far.
Verdict judge(const Drill& drill, std::size_t check, const Measures& measures);

/// Why the run must be aborted now, if it must. `elapsed` since the start: a window that has not passed yet says
/// nothing.
std::optional<std::string> must_abort(const Drill& drill, const Measures& measures, faults::Time now, Duration elapsed);

}  // namespace firedrill::drills
