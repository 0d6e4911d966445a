// Tokens read and compared.
#include "control/access.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "control/problem.hpp"

namespace firedrill::control {
namespace {

constexpr std::array<std::pair<std::string_view, Role>, 4> roles{{{"viewer", Role::viewer},
                                                                  {"participant", Role::participant},
                                                                  {"operator", Role::conductor},
                                                                  {"admin", Role::admin}}};
constexpr std::size_t shortest = 16;

std::optional<Role> role_of(std::string_view word) {
  for (const auto& [name, role] : roles)
    if (name == word) return role;
  return std::nullopt;
}

// Takes as long for a wrong guess as for a right one, wherever the first difference is.
bool same_secret(const std::string& secret, std::string_view guess) {
  std::size_t difference = secret.size() ^ guess.size();
  for (std::size_t i = 0; i < guess.size(); ++i)
    difference |= static_cast<unsigned char>(guess[i]) ^ static_cast<unsigned char>(secret[i % secret.size()]);
  return difference == 0;
}

}  // namespace

std::string_view name(Role role) {
  return std::find_if(roles.begin(), roles.end(), [&](const auto& one) { return one.second == role; })->first;
}

Access Access::unguarded() {
  Access access;
  access.unguarded_ = true;
  return access;
}

Access Access::closed() { return {}; }

Access Access::from_file(const std::string& path) {
  const auto source = std::make_shared<const std::string>(path);
  faults::Problems problems;
  std::ifstream file{path};
  if (!file) problems.push_back({{source, 0, 0}, fmt::format("cannot be read: {}", std::strerror(errno))});
  Access access;
  std::string line;
  for (std::uint32_t number = 1; std::getline(file, line); ++number) {
    std::istringstream words{line.substr(0, line.find('#'))};
    std::string role, name, secret, more;
    if (!(words >> role)) continue;
    words >> name >> secret;
    const auto known = role_of(role);
    const auto note = [&](const std::string& what) { problems.push_back({{source, number, 1}, what}); };
    if (!known) note(fmt::format("role \"{}\": must be viewer, participant, operator or admin", role));
    if (secret.empty() || words >> more) {
      note("a line must read ROLE NAME TOKEN");
    } else if (secret.size() < shortest) {
      note(fmt::format("the token of \"{}\" has {} characters; give at least {}, such as from: openssl rand -hex 16",
                       name, secret.size(), shortest));
    } else if (known) {
      access.tokens_.push_back({*known, name, secret});
    }
  }
  if (problems.empty() && access.tokens_.empty()) problems.push_back({{source, 0, 0}, "has no token in it"});
  if (!problems.empty()) throw faults::PlanError{std::move(problems)};
  return access;
}

std::optional<Response> Access::refusal(Request& request, Role needed) const {
  if (unguarded_) return std::nullopt;
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view given = request.header("Authorization");
  const bool has_token = given.size() > scheme.size() && same_name(given.substr(0, scheme.size()), scheme);
  const Token* caller = nullptr;
  if (has_token)
    for (const Token& token : tokens_)
      if (same_secret(token.secret, given.substr(scheme.size()))) caller = &token;
  if (caller == nullptr) {
    Response response =
        problem(401, tokens_.empty() ? "nobody has a token here; firedrill serve --control-token-file gives some"
                     : has_token     ? "this token is not known here"
                                     : "give a token: Authorization: Bearer TOKEN");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  request.caller = caller->name;
  request.by_admin = caller->role == Role::admin;
  if (caller->role >= needed) return std::nullopt;
  return problem(403, fmt::format("{} is {}; this takes {}", caller->name, name(caller->role), name(needed)));
}

}  // namespace firedrill::control
