// Faults that cannot be seen, because another one is in front of them.
#pragma once

#include <cstddef>
#include <vector>

#include "drills/drill.hpp"
#include "faults/outlook.hpp"

namespace firedrill::drills {

/// `fault` and `by` are indices in Drill::faults; `from` and `to` the first appearance of which most is hidden.
struct Shadow {
  std::size_t fault = 0, by = 0;
  Duration from{}, to{};
  faults::Shuts shuts = faults::Shuts::nothing;  // why
};

/// Every pair of faults of one proxy of which the one hides the other for at least half of an appearance: a slow day on
/// which the line goes dead for a while means what it says.
std::vector<Shadow> shadows(const Drill& drill);

}  // namespace firedrill::drills
