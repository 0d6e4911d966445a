// From the options of a command line to a control port.
#pragma once

#include <optional>

#include "cli/commands.hpp"
#include "control/control_port.hpp"

namespace firedrill::cli {

/// Where to listen, and who may do what there. Complains and returns nothing when that is not safe, or no address.
/// Throws faults::PlanError for a token file that is wrong.
std::optional<control::ControlOptions> control_options(const ControlArguments& arguments);

}  // namespace firedrill::cli
