// Which configurations a run speaks for: their hashes go into its journal, and `check` compares (X07).
#pragma once

#include <string>
#include <vector>

#include "drills/drill.hpp"

namespace firedrill::cli {

/// Gives the drill name and hash of each file. False, and said why, when one cannot be read.
bool take_configurations(drills::Drill& drill, const std::vector<std::string>& files);

}  // namespace firedrill::cli
