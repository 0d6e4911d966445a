// What is not wrong with a drill, and yet cannot mean what it says.
#pragma once

#include "drills/drill.hpp"

namespace firedrill::drills {

/// `tree` is what `drill` was read from, without a problem; it knows the places.
faults::Problems warnings_of(const Drill& drill, const faults::Value& tree, Purpose purpose);

}  // namespace firedrill::drills
