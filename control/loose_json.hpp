// JSON as Go's encoding/json takes it, which Toxiproxy's clients count on: only the first value of a body is read, keys
// match without regard to case, null means "as if it were not there".
#pragma once

#include <string_view>

#include "control/json.hpp"

namespace firedrill::control {

/// Throws Refusal(400).
Json parse_first(std::string_view body);

/// The member of that name, an exact match first; null when there is none, or when it is JSON's null.
const Json* loosely(const Json& object, std::string_view key);

/// "a number", for messages.
std::string_view type_of(const Json& value);

}  // namespace firedrill::control
