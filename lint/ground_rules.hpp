// Rules of every product: whether a file can be read at all, and comments that suppress findings.
#pragma once

#include <span>

#include "lint/rule.hpp"

namespace firedrill::lint {

extern const Rule unreadable, unknown_directive, refused, unused_suppression, lame_suppression, unset_variable,
    no_effect, only_a_part;

/// All of them, for the catalogue.
std::span<const Rule* const> ground_rules();

}  // namespace firedrill::lint
