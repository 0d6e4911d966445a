// Addresses as 16 bytes; inet_pton and inet_ntop know the notations.
#include "faults/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

namespace firedrill::faults {
namespace {

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

Address Address::ipv4(const std::array<std::uint8_t, 4>& octets, std::uint16_t port) {
  Address address;
  std::copy(mapped.begin(), mapped.end(), address.bytes.begin());
  std::copy(octets.begin(), octets.end(), address.bytes.begin() + mapped.size());
  address.port = port;
  return address;
}

bool Address::is_ipv4() const { return std::equal(mapped.begin(), mapped.end(), bytes.begin()); }

std::string Address::text() const {
  if (*this == Address{}) return "unix";
  char name[INET6_ADDRSTRLEN] = {};
  if (is_ipv4()) {
    inet_ntop(AF_INET, bytes.data() + mapped.size(), name, sizeof name);
    return fmt::format("{}:{}", name, port);
  }
  inet_ntop(AF_INET6, bytes.data(), name, sizeof name);
  return fmt::format("[{}]:{}", name, port);
}

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string host{text.substr(0, slash)};
  Network network;
  unsigned width = 128;
  unsigned offset = 0;
  if (std::array<std::uint8_t, 4> v4{}; inet_pton(AF_INET, host.c_str(), v4.data()) == 1) {
    network.bytes_ = Address::ipv4(v4, 0).bytes;
    width = 32;
    offset = 96;
  } else if (inet_pton(AF_INET6, host.c_str(), network.bytes_.data()) != 1) {
    return std::nullopt;
  }
  unsigned prefix = width;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    auto [stop, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (ec != std::errc{} || stop != digits.data() + digits.size() || prefix > width) return std::nullopt;
  }
  network.prefix_ = prefix + offset;
  for (unsigned bit = network.prefix_; bit < 128; ++bit) {
    if ((network.bytes_[bit / 8] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return network;
}

bool Network::contains(const Address& address) const {
  const unsigned whole = prefix_ / 8;
  if (std::memcmp(bytes_.data(), address.bytes.data(), whole) != 0) return false;
  const unsigned rest = prefix_ % 8;
  return rest == 0 || ((bytes_[whole] ^ address.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace firedrill::faults
