// Settings with a name: what known networks and load balancers do. Plain data.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "faults/problems.hpp"
#include "faults/value.hpp"

namespace firedrill::faults {

struct Profile {
  std::string_view name, kind;
  std::string_view settings;  // in the one-line form
  std::string_view source;    // where the figures come from
};

std::span<const Profile> profiles();

/// A fault's table with what its `profile` presets, where it says nothing else itself; `kind` included. Without that
/// key the table is returned as it is. A profile that is unknown, or of another kind, is a problem.
Value with_profile(Value table, const std::string& subject, Problems& problems);

}  // namespace firedrill::faults
