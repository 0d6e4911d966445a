// Comments that suppress findings, each with its reason:
//   server a 10.0.0.1:80    # firedrill: ignore HA04: static files only     this line, or alone on a line the next one
//   # firedrill: ignore-file NG05: the app limits itself                     the whole file
#pragma once

#include <vector>

#include "lint/finding.hpp"

namespace firedrill::lint {

/// Takes away what the comments of the sources suppress; adds what is wrong with the comments.
std::vector<Finding> apply_suppressions(std::vector<Finding> findings, const Sources& sources);

}  // namespace firedrill::lint
