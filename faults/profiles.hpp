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

bool is_profile(std::string_view name);

/// Replaces `profile` in a fault's table by what it presets, where the table says nothing else itself; `kind` included.
/// False where the profile is unknown or of another kind: a problem was noted, and of the settings nothing can be said.
bool lay_profile_under(Value& table, const std::string& subject, Problems& problems);

}  // namespace firedrill::faults
