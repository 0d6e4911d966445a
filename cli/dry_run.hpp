// What a drill would do, for people.
#pragma once

#include <string>

#include "cli/commands.hpp"
#include "drills/outline.hpp"

namespace firedrill::cli {

/// Timeline, blast radius, safety lines and checks, as plain text.
std::string dry_run_text(const drills::Outline& outline);

/// Prints it, or JSON; the program's exit code.
int tell_dry_run(drills::Drill drill, const RunArguments& arguments);

}  // namespace firedrill::cli
