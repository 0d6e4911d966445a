// Who may do what over the control port: bearer tokens (RFC 6750), each with a name and a role.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/http.hpp"

namespace firedrill::control {

/// Each may do what those before it may. viewer: look; participant: add notes, heal and halt, for whoever takes part in
/// a game day must be able to stop it; conductor ("operator"): faults, connections, runs; admin: proxies, reload.
enum class Role : std::uint8_t { viewer, participant, conductor, admin };
std::string_view name(Role role);  // "operator"

class Access {
 public:
  /// Everybody is an admin: for loopback only.
  static Access unguarded();
  /// Lines of "ROLE NAME TOKEN"; "#" begins a comment. Throws faults::PlanError: file, line, what is wrong.
  static Access from_file(const std::string& path);
  /// Nobody has a token.
  static Access closed();

  /// Names the caller, or answers: 401 without a good token, 403 when its role is less than `needed`.
  std::optional<Response> refusal(Request& request, Role needed) const;

 private:
  struct Token {
    Role role;
    std::string name, secret;
  };
  bool unguarded_ = false;
  std::vector<Token> tokens_;
};

}  // namespace firedrill::control
