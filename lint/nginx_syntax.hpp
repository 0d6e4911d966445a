// What nginx would refuse to start with, as far as it can be seen from the files alone.
#pragma once

#include <optional>

#include "lint/nginx_tree.hpp"

namespace firedrill::lint::nginx {

/// Unknown and misplaced directives, arguments of the wrong number or kind, what stands twice.
void check_directives(const Tree& tree, Findings& findings);
/// What single directives take, word by word; names that are used, or given twice.
void check_arguments(const Tree& tree, Findings& findings);
/// Sizes, ports, patterns, variables.
void check_values(const Tree& tree, Findings& findings);

/// What the text begins with, in digits; 0 when it does not.
double number_of(std::string_view text);
/// "5s", "1m 30s" as one word, "100ms"; a bare number is seconds. In seconds; nothing when nginx takes it for no time.
std::optional<double> parse_time(std::string_view text);

}  // namespace firedrill::lint::nginx
