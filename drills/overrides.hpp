// --set: one key of a drill file, given on the command line.
#pragma once

#include <vector>

#include "drills/drill.hpp"

namespace firedrill::drills {

/// Puts each override into the tree of a drill file, in order: "drill.KEY", or "BLOCK.NAME.KEY" with backend, proxy,
/// load, fault or check as the block. A key may go on into a table ("max_connections.ramp.to"). Whether the key is
/// known and the value fits is left to whoever reads the tree.
void apply_overrides(faults::Value& tree, const std::vector<Override>& overrides, faults::Problems& problems);

}  // namespace firedrill::drills
