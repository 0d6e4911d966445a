// Where a command finds the proxies of its drill: variables of its environment.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drills/drill.hpp"

namespace firedrill::drills {

using EnvironmentVariables = std::vector<std::pair<std::string, std::string>>;

/// FIREDRILL_PROXY_NAME: the name in capitals, everything but letters and digits an underscore.
std::string variable_name(std::string_view proxy);

/// For each proxy its address in FIREDRILL_PROXY_NAME, and, unless it is a Unix socket, the two halves in …_HOST and
/// …_PORT. `addresses` as they are listened on, in the order of the drill.
EnvironmentVariables proxy_variables(const Drill& drill, const std::vector<std::string>& addresses);

}  // namespace firedrill::drills
