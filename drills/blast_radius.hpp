// Whom the faults of a drill meet, and the worst they do.
#pragma once

#include "drills/outline.hpp"

namespace firedrill::drills {

Outline::Reach reach_of(const ProxyBlock& proxy, const Drill& drill);

}  // namespace firedrill::drills
