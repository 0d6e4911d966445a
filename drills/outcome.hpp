// How a run ended, and why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firedrill::drills {

enum class Result : std::uint8_t { passed, failed, aborted, errored };
std::string_view name(Result result);
/// 0 passed, 1 failed, 3 aborted, 4 errored.
int exit_code(Result result);

struct Outcome {
  Result result = Result::errored;
  std::vector<std::string> reasons;  // why it is not passed, worst first
  std::string directory;             // where journal and reports are; empty if they could not be written
  int command_code = 0;              // of the command that the run was wrapped around

  /// One more reason. The result only ever gets worse: passed, failed, errored, aborted. A run that was stopped could
  /// not measure everything, so that it was stopped outweighs the rest.
  void worsen(Result to, std::string reason);
};

/// An aborted or errored drill's own; else the command's unless it is 0; else the drill's.
int exit_code(const Outcome& outcome);

}  // namespace firedrill::drills
