// What a fault achieved, by the names of what was asked for wherever the two can be held against each other.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "drills/force.hpp"
#include "drills/pool_watch.hpp"
#include "drills/rate_watch.hpp"

namespace firedrill::drills {

/// The part that a fault's own counts tell, whoever put it in force. `table`: settings and scopes as asked for.
void add_achieved(nlohmann::ordered_json& achieved, const faults::Value& table,
                  const std::vector<std::shared_ptr<faults::Effects>>& effects);

/// Only what was measured is in it.
nlohmann::ordered_json achieved(const FaultSpec& spec, std::size_t fault, const Force& force, const PoolWatch& pools,
                                const RateWatch& rates);

}  // namespace firedrill::drills
