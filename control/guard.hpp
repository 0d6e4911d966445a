// Who may speak to the control port at all: browsers that were lured to it may not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/http.hpp"

namespace firedrill::control {

/// An answer when the request is refused: 421 for a Host that is neither this machine's loopback nor one of `hosts`
/// (a page that has its own name point here), 403 for any Origin (a page that sends a form here). Requests without a
/// Host, which no browser makes, pass.
std::optional<Response> refusal(const Request& request, const std::vector<std::string>& hosts);

/// "localhost", "127.0.0.2", "::1".
bool is_loopback(const std::string& host);

}  // namespace firedrill::control
