// Who may speak to the control port at all: browsers that were lured to it may not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/http.hpp"

namespace firedrill::control {

struct Guard {
  bool loopback = true;              // that is where the port listens
  std::vector<std::string> hosts;    // names that requests may address it by, besides loopback ones
  std::vector<std::string> origins;  // pages that may use it: "https://drills.example.org"

  /// An answer when the request is refused: 421 for a Host that is none of those (a page that has its own name point
  /// here), 403 for an Origin that is not listed (a page that sends a form here). Off loopback a Host is judged only if
  /// hosts are given. Requests without a Host, which no browser makes, pass. Also answers what a listed page asks
  /// beforehand (OPTIONS).
  std::optional<Response> answer(const Request& request) const;
  /// Lets the page read the answer.
  void let_read(const Request& request, Response& response) const;
};

/// "localhost", "127.0.0.2", "::1".
bool is_loopback(const std::string& host);

}  // namespace firedrill::control
