// Blocks of 64 bytes, as the standard has them. The constants are made, not listed: fractions of roots of primes.
#include "lint/sha256.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace firedrill::lint {
namespace {

using State = std::array<std::uint32_t, 8>;

// The largest x with x^power <= n * 2^(32 * power), in 36 bits: its low half is the fraction of the root of n. Each
// step is exact, so that no rounding of a machine's comes in.
constexpr std::uint32_t root_fraction(std::uint32_t n, int power) {
  __extension__ using Wide = unsigned __int128;
  std::uint64_t root = 0;
  for (int bit = 36; bit >= 0; --bit) {
    const std::uint64_t next = root | (std::uint64_t{1} << bit);
    // next^3 has at most 111 bits.
    Wide raised = 1;
    for (int i = 0; i < power; ++i) raised *= next;
    if (raised <= Wide{n} << (32 * power)) root = next;
  }
  return static_cast<std::uint32_t>(root);
}

template <std::size_t Count>
constexpr std::array<std::uint32_t, Count> root_fractions(int power) {
  std::array<std::uint32_t, Count> list{};
  std::uint32_t candidate = 2;
  for (std::uint32_t& one : list) {
    const auto is_prime = [](std::uint32_t n) {
      for (std::uint32_t d = 2; d * d <= n; ++d)
        if (n % d == 0) return false;
      return true;
    };
    while (!is_prime(candidate)) ++candidate;
    one = root_fraction(candidate++, power);
  }
  return list;
}

constexpr std::array<std::uint32_t, 64> cube_roots = root_fractions<64>(3);

void mix(State& state, std::string_view block) {
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 64; ++i) w[i / 4] = w[i / 4] << 8 | static_cast<unsigned char>(block[i]);
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) +
           (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t one =
        h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) + cube_roots[i] + w[i];
    const std::uint32_t two = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + one;
    d = c;
    c = b;
    b = a;
    a = one + two;
  }
  const State mixed{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += mixed[i];
}

}  // namespace

std::string sha256(std::string_view text) {
  State state = root_fractions<8>(2);
  const std::uint64_t bits = std::uint64_t{text.size()} * 8;
  for (; text.size() >= 64; text.remove_prefix(64)) mix(state, text.substr(0, 64));
  // The rest, a bit that is set, zeros, and the length in bits at the end of a block.
  std::string rest{text};
  rest += '\x80';
  rest.append((120 - rest.size() % 64) % 64, '\0');
  for (int shift = 56; shift >= 0; shift -= 8) rest += static_cast<char>(bits >> shift & 0xff);
  for (std::string_view left = rest; !left.empty(); left.remove_prefix(64)) mix(state, left.substr(0, 64));
  std::string digits;
  for (const std::uint32_t word : state) digits += fmt::format("{:08x}", word);
  return digits;
}

}  // namespace firedrill::lint
