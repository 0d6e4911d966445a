// Blocks whose head says when they count.
#pragma once

#include "lint/nginx_tree.hpp"

namespace firedrill::lint::nginx {

/// The condition of an if, and which of its words are looked through for variables.
struct Condition {
  std::string wrong;  // why nginx refuses it, or ""
  std::vector<std::string_view> values;
};
Condition read_condition(const Directive& directive);

/// Why nginx refuses the location within the one around it, or "".
std::string wrong_nesting(const Directive& location);
/// The modifier of a location, "" for none, and its path.
struct Place {
  std::string_view modifier, path;
};
Place place_of(const Directive& location);

}  // namespace firedrill::lint::nginx
