// The part of the live view that is drawn along the time axis.
#pragma once

#include <string>
#include <vector>

#include "cli/history.hpp"
#include "cli/view.hpp"

namespace firedrill::cli {

/// A ruler, a bar for every fault and the errors of every load below, all to the same scale, with a cursor at now.
/// Names take `label` cells.
std::vector<std::string> timeline_lines(const drills::Snapshot& snapshot, const History& history, Shape shape,
                                        std::size_t label);

}  // namespace firedrill::cli
