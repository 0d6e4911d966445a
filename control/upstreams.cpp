// Rule by rule.
#include "control/upstreams.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "control/http.hpp"

namespace firedrill::control {
namespace {

std::string_view without_brackets(std::string_view host) {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

bool is_name(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
  });
}

}  // namespace

bool Upstreams::allow(std::string_view text) {
  if (text.starts_with("unix:") && text.size() > 5) {
    rules_.push_back({std::nullopt, std::string{text}, std::nullopt});
    return true;
  }
  Rule rule;
  std::string_view host = text;
  if (!faults::Network::parse(without_brackets(host))) {
    if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
      const std::string_view digits = text.substr(colon + 1);
      std::uint16_t port = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
      if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return false;
      rule.port = port;
      host = text.substr(0, colon);
    }
  }
  rule.network = faults::Network::parse(without_brackets(host));
  rule.host = std::string{without_brackets(host)};
  if (!rule.network && !is_name(rule.host)) return false;
  rules_.push_back(std::move(rule));
  return true;
}

bool Upstreams::allows(const proxy::Endpoint& upstream) const {
  if (rules_.empty()) return true;
  if (upstream.is_unix())
    return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& r) { return r.host == "unix:" + upstream.path; });
  const auto numeric = upstream.numeric();
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    if (rule.port && *rule.port != upstream.port) return false;
    if (rule.network) return numeric && rule.network->contains(proxy::address_of(*numeric));
    return same_name(rule.host, upstream.host);
  });
}

}  // namespace firedrill::control
