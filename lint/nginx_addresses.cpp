// As ngx_parse_url and ngx_ptocidr do it.
#include "lint/nginx_addresses.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>

#include "lint/nginx_kinds.hpp"

namespace firedrill::lint::nginx {
namespace {

bool is_single_port(std::string_view text) {
  const auto number = value_of(Kind::number, text);
  return number && *number >= 1 && *number <= 65535;
}

std::string wrong_port(std::string_view text, Address kind) {
  const std::size_t dash = kind == Address::listen ? text.find('-') : std::string_view::npos;
  if (dash == std::string_view::npos) return is_single_port(text) ? "" : fmt::format("\"{}\" is no port", text);
  const std::string_view from = text.substr(0, dash), to = text.substr(dash + 1);
  if (!is_single_port(from) || !is_single_port(to) || *value_of(Kind::number, from) > *value_of(Kind::number, to))
    return fmt::format("\"{}\" is no range of ports", text);
  return "";
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string{text}.c_str(), &address) == 1;
}

// Digits and dots are no name of a host: an address, in any of the forms that resolvers take, or nothing.
bool looks_like_ipv4(std::string_view host) {
  return host.find_first_not_of("0123456789.") == std::string_view::npos && host.find('.') != std::string_view::npos;
}
bool is_any_ipv4(std::string_view host) {
  in_addr address{};
  return ::inet_aton(std::string{host}.c_str(), &address) == 1;
}

}  // namespace

HostPort host_and_port(std::string_view address) {
  if (address.starts_with("unix:")) return {address, ""};
  const std::size_t bracket = address.rfind(']'), colon = address.rfind(':');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) return {address, ""};
  return {address.substr(0, colon), address.substr(colon + 1)};
}

std::string wrong_address(std::string_view text, Address kind) {
  if (text.starts_with("unix:")) return text.size() > 5 ? "" : "there is no path behind unix:";
  if (kind == Address::listen && text.find(':') == std::string_view::npos && !text.empty() &&
      text.find_first_not_of("0123456789-") == std::string_view::npos)
    return wrong_port(text, kind);
  std::string_view host, port;
  bool with_port = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || (end + 1 < text.size() && text[end + 1] != ':') ||
        !is_ipv6(text.substr(1, end - 1)))
      return fmt::format("\"{}\" is no address", text);
    host = text.substr(0, end + 1);
    with_port = end + 1 < text.size();
    if (with_port) port = text.substr(end + 2);
  } else {
    const std::size_t colon = text.find(':');
    with_port = colon != std::string_view::npos;
    host = text.substr(0, colon);
    if (with_port) port = text.substr(colon + 1);
  }
  if (host.find('/') != std::string_view::npos) return fmt::format("\"{}\" is no address", text);
  if (with_port)
    if (std::string wrong = wrong_port(port, kind); !wrong.empty()) return wrong;
  if (host.empty()) return fmt::format("there is no host in \"{}\"", text);
  if (!with_port && kind == Address::needs_port) return fmt::format("there is no port in \"{}\"", text);
  if (looks_like_ipv4(host) && !is_any_ipv4(host)) return fmt::format("\"{}\" is no address", host);
  return "";
}

bool is_address(std::string_view text) {
  in_addr address{};
  return is_ipv6(text) || ::inet_pton(AF_INET, std::string{text}.c_str(), &address) == 1;
}

bool is_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (!is_address(text.substr(0, slash))) return false;
  if (slash == std::string_view::npos) return true;
  const auto bits = value_of(Kind::number, text.substr(slash + 1));
  return bits && *bits <= (text.find(':') == std::string_view::npos ? 32 : 128);
}

bool is_range(std::string_view text) {
  const std::size_t dash = std::min(text.find('-'), text.size());
  const auto address = [](std::string_view part) -> std::optional<std::uint32_t> {
    in_addr in{};
    if (::inet_pton(AF_INET, std::string{part}.c_str(), &in) != 1 || in.s_addr == INADDR_NONE) return std::nullopt;
    return ntohl(in.s_addr);
  };
  const auto from = address(text.substr(0, dash)), to = address(text.substr(std::min(dash + 1, text.size())));
  return from && to && *from <= *to;
}

}  // namespace firedrill::lint::nginx
