// What a fault achieved, by the names of what was asked for wherever the two can be held against each other.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "drills/force.hpp"
#include "drills/pool_watch.hpp"
#include "drills/rate_watch.hpp"

namespace firedrill::drills {

/// `asked`: the fault's table. Only what was measured is in it.
nlohmann::ordered_json achieved(const FaultSpec& spec, std::size_t fault, const Force& force, const PoolWatch& pools,
                                const RateWatch& rates);

}  // namespace firedrill::drills
