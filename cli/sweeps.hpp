// firedrill simulate --sweep and --solve: many predictions, shown together.
#pragma once

#include "cli/commands.hpp"
#include "drills/drill.hpp"

namespace firedrill::cli {

/// The program's exit code. `drill` was read from the arguments' file. Throws faults::PlanError.
int sweep_or_solve(const drills::Drill& drill, const SimulateArguments& arguments);

}  // namespace firedrill::cli
