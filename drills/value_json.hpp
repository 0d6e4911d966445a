// Settings as JSON, the way they were written.
#pragma once

#include <nlohmann/json.hpp>

#include "faults/value.hpp"

namespace firedrill::drills {

nlohmann::ordered_json json_of(const faults::Value& value);

}  // namespace firedrill::drills
