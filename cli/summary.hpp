// What is said once a run is over, on a terminal and in a log file alike.
#pragma once

#include <string>

#include "cli/view.hpp"
#include "drills/report.hpp"

namespace firedrill::cli {

/// The verdict, the checks and the phases. Texts longer than the width go on in a further line.
std::string summary(const drills::Report& report, Shape shape);
/// Where the rest is: "report: DIRECTORY/report.md", or the journal if that is all there is.
std::string where_the_rest_is(const std::string& directory);
/// When there is nothing but the verdict.
std::string short_summary(const drills::Outcome& outcome, Shape shape);

}  // namespace firedrill::cli
