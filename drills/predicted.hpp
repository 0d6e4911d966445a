// What was foretold of a run, to be held beside what is measured.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firedrill::drills {

struct PredictedPhase {
  std::string name;
  std::uint64_t requests = 0, errors = 0;
  std::optional<double> p50_ms, p99_ms;  // empty: no requests

  std::optional<double> error_ratio() const {
    if (requests == 0) return std::nullopt;
    return static_cast<double>(errors) / static_cast<double>(requests);
  }
};

struct PredictedRun {
  std::string result;  // passed, failed, aborted, errored
  std::vector<PredictedPhase> phases;
  std::vector<std::string> left_out;  // what could not be foretold, and why
};

}  // namespace firedrill::drills
