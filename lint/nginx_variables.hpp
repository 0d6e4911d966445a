// Which variables there are.
#pragma once

#include "lint/nginx_tree.hpp"

namespace firedrill::lint::nginx {

/// Variables that neither nginx has nor the configuration makes, where nginx asks for them when it starts. Nothing is
/// said of a fragment, or beside a module that may bring variables along.
void check_variables(const Tree& tree, Findings& findings);

}  // namespace firedrill::lint::nginx
