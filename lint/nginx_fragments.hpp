// Files that are meant to be included: sites-enabled, conf.d, snippets.
#pragma once

#include "lint/nginx_tree.hpp"

namespace firedrill::lint::nginx {

/// What the text is written for: in_main if it is a whole configuration, or nobody can tell. What it was taken for else
/// goes to `findings`.
Context ground_of(Tokens tokens, Findings& findings);

}  // namespace firedrill::lint::nginx
