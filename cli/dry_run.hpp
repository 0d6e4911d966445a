// What a drill would do, for people.
#pragma once

#include <string>

#include "drills/outline.hpp"

namespace firedrill::cli {

/// Timeline, blast radius, safety lines and checks, as plain text.
std::string dry_run_text(const drills::Outline& outline);

}  // namespace firedrill::cli
