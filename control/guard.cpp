// Host and Origin.
#include "control/guard.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include <asio/ip/address.hpp>

#include "control/problem.hpp"

namespace firedrill::control {
namespace {

// Names have no case, and may end in a dot.
std::string plain(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string name{host};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

// "127.0.0.1:8474" and "[::1]:8474" without their ports.
std::string without_port(std::string_view host) {
  if (host.starts_with('[')) return std::string{host.substr(1, host.find(']') - 1)};
  return std::string{host.substr(0, host.rfind(':'))};
}

}  // namespace

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  asio::error_code error;
  const auto address = asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

std::optional<Response> Guard::answer(const Request& request) const {
  if (const auto origin = request.header("Origin"); !origin.empty()) {
    if (std::find(origins.begin(), origins.end(), origin) == origins.end())
      return problem(403,
                     fmt::format("requests from web pages ({}) are refused; --control-origin allows some", origin));
    if (request.method == "OPTIONS" && !request.header("Access-Control-Request-Method").empty())
      return Response{204,
                      "",
                      "",
                      {{"Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE"},
                       {"Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID"},
                       {"Access-Control-Max-Age", "600"}}};
  }
  const auto given = request.header("Host");
  if (given.empty() || (!loopback && hosts.empty())) return std::nullopt;
  const std::string host = plain(without_port(given));
  if (is_loopback(host) ||
      std::any_of(hosts.begin(), hosts.end(), [&](const std::string& one) { return plain(one) == host; }))
    return std::nullopt;
  return problem(421,
                 fmt::format("\"{}\" is no name of this control port; allow it with --control-host {}", given, host));
}

void Guard::let_read(const Request& request, Response& response) const {
  const auto origin = request.header("Origin");
  if (std::find(origins.begin(), origins.end(), origin) == origins.end()) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back("Vary", "Origin");
}

}  // namespace firedrill::control
