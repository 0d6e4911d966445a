// A peer's address and the networks it may lie in, for the scopes `clients` and `except_clients`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firedrill::faults {

/// An IPv4 address is kept in its IPv6-mapped form (RFC 4291, 2.5.5.2), so that both compare alike. A Unix peer is
/// `::`.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  std::uint16_t port = 0;

  static Address ipv4(const std::array<std::uint8_t, 4>& octets, std::uint16_t port);
  bool is_ipv4() const;
  std::string text() const;  // "10.0.0.7:1234", "[2001:db8::1]:80", "unix" for ::
  auto operator<=>(const Address&) const = default;
};

/// "10.0.0.0/8", "::1" or "2001:db8::/32"; bits behind the prefix must be zero.
class Network {
 public:
  static std::optional<Network> parse(std::string_view text);
  bool contains(const Address& address) const;
  bool operator==(const Network&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  unsigned prefix_ = 0;  // 0 to 128, counted in the mapped form
};

}  // namespace firedrill::faults
