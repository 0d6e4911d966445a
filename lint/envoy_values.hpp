// What the fields of Envoy's messages take.
#pragma once

#include <string_view>

#include "lint/yaml.hpp"

namespace firedrill::lint::envoy {

/// Words of enumerations, bounds of figures, durations. Fields that are not known here pass.
void check_value(std::string_view message, std::string_view field, const Yaml& value, Findings& findings);
/// Fields without which Envoy refuses a message, and those that exclude one another.
void check_required(std::string_view message, const Yaml& value, Findings& findings);
/// A type that is a slip of the pen away from a known one, or no type at all.
void check_type(const Yaml& value, Findings& findings);

}  // namespace firedrill::lint::envoy
