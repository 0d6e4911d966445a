// Addresses: hosts, ports and masks. Names are resolved on the machine, and are not judged.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

bool is_address(int family, std::string_view text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(family, std::string{text}.c_str(), bytes.data()) == 1;
}

// Of names as resolvers know them; what is not ASCII is left to them.
bool is_of_host(unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c >= 0x80; }

bool is_port(std::string_view text, bool offset) {
  if (offset && (text.starts_with('+') || text.starts_with('-'))) text.remove_prefix(1);
  return is_whole_number(text) && lax_number(text) >= 0 && lax_number(text) <= 65535;
}

// Of a listener: a port from 1, or a range of them.
bool is_ports(std::string_view text) {
  const std::size_t dash = text.find('-');
  const std::string_view low = text.substr(0, dash);
  const std::string_view high = dash == std::string_view::npos ? low : text.substr(dash + 1);
  return is_port(low, false) && is_port(high, false) && lax_number(low) > 0 && lax_number(low) <= lax_number(high);
}

bool is_fit(std::string_view port, Ports ports) {
  if (ports == Ports::of_listener) return is_ports(port);
  if (ports == Ports::needed) return is_port(port, false) && lax_number(port) > 0;
  return port.empty() || is_port(port, ports == Ports::of_server);
}

// Without "udp@" and its like; empty for what is no host, such as a socket in the file system.
std::string_view without_family(std::string_view address) {
  for (const std::string_view family : {"ipv4@", "ipv6@", "udp@", "tcp@", "udp4@", "udp6@", "tcp4@", "tcp6@"})
    if (address.starts_with(family)) address.remove_prefix(family.size());
  return address.starts_with('/') || address.find('@') != std::string_view::npos ? "" : address;
}

// Where the colon before the port is, or how long the address is.
std::size_t end_of_host(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  const bool only_six = address.starts_with('[') && address.rfind("]:") == std::string_view::npos;
  return colon == std::string_view::npos || only_six ? address.size() : colon;
}

}  // namespace

bool is_impossible_host(std::string_view host) {
  if (host.empty() || host == "*") return false;
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return true;
    host = host.substr(1, host.size() - 2);
  }
  if (host.find(':') != std::string_view::npos)
    return host.find('%') == std::string_view::npos && !is_address(AF_INET6, host);
  if (!std::all_of(host.begin(), host.end(), is_of_host)) return true;
  // Resolvers take "10.1" and "10.0.0.010" for addresses, and no name consists of figures alone.
  const bool figures = host.find('.') != std::string_view::npos && host.back() != '.' && host.back() != '-' &&
                       host.find_first_not_of("0123456789.-") == std::string_view::npos;
  in_addr four{};
  return figures && ::inet_aton(std::string{host}.c_str(), &four) == 0;
}

bool is_impossible_address(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const std::string_view mask = slash == std::string_view::npos ? "" : text.substr(slash + 1);
  if (is_impossible_host(host)) return true;
  const bool six = host.find(':') != std::string_view::npos;
  if (slash == std::string_view::npos) return false;
  if (!six && mask.find('.') != std::string_view::npos) return !is_address(AF_INET, mask);
  return !is_whole_number(mask) || lax_number(mask) > (six ? 128 : 32);
}

bool is_mask(std::string_view text, Mask kind) {
  const int bits = kind == Mask::four ? 32 : 128;
  if (is_whole_number(text)) return lax_number(text) >= 0 && lax_number(text) <= bits;
  return is_address(kind == Mask::four ? AF_INET : AF_INET6, text);
}

std::string_view host_of(std::string_view address) {
  address = without_family(address);
  return address.substr(0, end_of_host(address));
}

void check_address(const Context& context, std::size_t at, std::string_view address, Ports ports) {
  if (address.starts_with("fd@") && address.find_first_not_of("0123456789", 3) != std::string_view::npos)
    return context.wrong(at, fmt::format("\"{}\": a number stands behind fd@", address));
  if (address.starts_with("ipv4@") && address.find("::") != std::string_view::npos)
    return context.wrong(at, fmt::format("\"{}\" is no address of IPv4", address));
  address = without_family(address);
  if (address.empty()) return;
  const std::size_t end = end_of_host(address);
  const std::string_view host = address.substr(0, end);
  const std::string_view port = end < address.size() ? address.substr(end + 1) : "";
  // Those of servers may be left to init-addr.
  if (ports != Ports::of_server && is_impossible_host(host))
    return context.wrong(at, fmt::format("\"{}\" is no address", host));
  if (!is_fit(port, ports)) context.wrong(at, fmt::format("\"{}\" has no valid port", address));
}

}  // namespace firedrill::lint::haproxy
