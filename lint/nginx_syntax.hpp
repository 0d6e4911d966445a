// What nginx would refuse to start with, as far as it can be seen from the files alone.
#pragma once

#include "lint/nginx_kinds.hpp"
#include "lint/nginx_tree.hpp"

namespace firedrill::lint::nginx {

/// Unknown and misplaced directives, arguments of the wrong number or kind, what stands twice.
void check_directives(const Tree& tree, Findings& findings);
/// What single directives take, word by word; names that are used, or given twice.
void check_arguments(const Tree& tree, Findings& findings);
/// Words of enumerations, figures and their bounds, parameters, one by one from tables.
void check_tables(const Tree& tree, Findings& findings);
/// Words that a directive reads in a way of its own.
void check_special(const Tree& tree, Findings& findings);
/// Rows of map, geo, split_clients and charset_map.
void check_entries(const Tree& tree, Findings& findings);
/// What only several directives together make wrong.
void check_together(const Tree& tree, Findings& findings);
/// Addresses that are listened on twice, and what one server alone may say of an address.
void check_listens(const Tree& tree, Findings& findings);
/// proxy_pass and its like, and what must suit them in the same block.
void check_passes(const Tree& tree, Findings& findings);
/// What two directives claim and only one can have: zones, directories, buffers.
void check_clashes(const Tree& tree, Findings& findings);
/// Addresses, ports, patterns, conditions, variables.
void check_values(const Tree& tree, Findings& findings);

/// What the text begins with, in digits; 0 when it does not.
double number_of(std::string_view text);

}  // namespace firedrill::lint::nginx
