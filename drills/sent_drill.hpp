// A drill that somebody sends over the network.
#pragma once

#include <string>
#include <vector>

#include "drills/drill.hpp"

namespace firedrill::drills {

/// As parse_drill, but nothing of this machine is handed out: no command is run, no file included or read, no ${NAME}
/// replaced. Throws faults::PlanError.
Drill parse_sent_drill(const std::string& text, const std::vector<Override>& overrides);

/// Whether a load, a check or an abort condition asks something that is neither a proxy nor a backend of the drill.
bool looks_elsewhere(const Drill& drill);

/// Whether an override has the drill listen, lead or look somewhere else.
bool leads_elsewhere(const Override& override);

/// What may not be overridden from afar, for the same reasons, also in a drill of this machine's. Throws
/// faults::PlanError.
void judge_sent_overrides(const std::vector<Override>& overrides);

}  // namespace firedrill::drills
