// What is said once a run is over, on a terminal and in a log file alike.
#pragma once

#include <string>

#include "cli/view.hpp"
#include "drills/report.hpp"

namespace firedrill::cli {

/// The verdict, the checks, the phases, and where the rest is. Texts longer than the width go on in a further line.
std::string summary(const drills::Report& report, const std::string& directory, Shape shape);
/// When there is nothing but the verdict.
std::string short_summary(const drills::Outcome& outcome, Shape shape);

}  // namespace firedrill::cli
