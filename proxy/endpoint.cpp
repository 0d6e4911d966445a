// The forms an address is written in.
#include "proxy/endpoint.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>

#include <fmt/format.h>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>

namespace firedrill::proxy {
namespace {

using Generic = asio::generic::stream_protocol::endpoint;

constexpr std::string_view unix_prefix = "unix:";
constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::size_t longest_name = 253;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  if (text.empty() || text.size() > 5 || !is_digit(text.front())) return std::nullopt;
  auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (ec != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_name(std::string_view host) {
  const auto fits = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
  };
  // Digits and dots alone are a mistyped address, not a name.
  return host.size() <= longest_name && std::all_of(host.begin(), host.end(), fits) &&
         std::any_of(host.begin(), host.end(), [](char c) { return !is_digit(c) && c != '.'; });
}

// A kernel without IPv6 cannot even make the socket; everywhere else one socket on `::` serves both families.
bool has_ipv6() {
  static const bool has = [] {
    const int probe = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe >= 0) ::close(probe);
    return probe >= 0;
  }();
  return has;
}

}  // namespace

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (text.starts_with(unix_prefix)) {
    text.remove_prefix(unix_prefix.size());
    // A host called "unix" is not worth the surprise of a socket file called "80".
    if (text.empty() || text.size() > longest_path || parse_port(text)) return std::nullopt;
    return Endpoint{{}, 0, std::string{text}};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  std::string host{text.substr(0, colon)};
  if (!port) return std::nullopt;
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return std::nullopt;
    host = host.substr(1, host.size() - 2);
    if (!is_ipv6(host)) return std::nullopt;
  } else if (!host.empty() && !is_ipv4(host) && !is_name(host)) {
    return std::nullopt;
  }
  return Endpoint{std::move(host), *port, {}};
}

std::string Endpoint::text() const {
  if (is_unix()) return std::string{unix_prefix} + path;
  return host.find(':') != std::string::npos ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::optional<Generic> Endpoint::numeric() const {
  if (is_unix()) {
    if (path.size() > longest_path) return std::nullopt;
    return Generic{asio::local::stream_protocol::endpoint{path}};
  }
  using asio::ip::tcp;
  if (host.empty()) return Generic{tcp::endpoint{has_ipv6() ? tcp::v6() : tcp::v4(), port}};
  asio::error_code failed;
  const auto address = asio::ip::make_address(host, failed);
  if (failed) return std::nullopt;
  return Generic{tcp::endpoint{address, port}};
}

faults::Address address_of(const Generic& endpoint) {
  const auto* const data = endpoint.data();
  faults::Address address;
  if (data->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, data, std::min(sizeof in, endpoint.size()));
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &in.sin_addr, octets.size());
    return faults::Address::ipv4(octets, ntohs(in.sin_port));
  }
  if (data->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, data, std::min(sizeof in, endpoint.size()));
    std::memcpy(address.bytes.data(), &in.sin6_addr, address.bytes.size());
    address.port = ntohs(in.sin6_port);
  }
  return address;
}

std::string show(const Generic& endpoint) {
  const auto* const data = endpoint.data();
  if (data->sa_family == AF_UNIX) {
    sockaddr_un un{};
    std::memcpy(&un, data, std::min(sizeof un, endpoint.size()));
    constexpr std::size_t head = offsetof(sockaddr_un, sun_path);
    const std::size_t length = endpoint.size() > head ? std::min(endpoint.size() - head, longest_path) : 0;
    return std::string{unix_prefix} + std::string{un.sun_path, strnlen(un.sun_path, length)};
  }
  faults::Address address = address_of(endpoint);
  // Address says "unix" for all zeros, which as a socket's own address is the wildcard.
  if (data->sa_family == AF_INET6 && address == faults::Address{}) return "[::]:0";
  return address.text();
}

}  // namespace firedrill::proxy
