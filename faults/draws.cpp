// The hash behind every draw.
#include "faults/draws.hpp"

namespace firedrill::faults {
namespace {

// FNV-1a, 64 bits (RFC 9923): fault names are short, and mix() spreads what it leaves uneven.
std::uint64_t name_hash(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;

}  // namespace

std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

Draws::Draws(Seed seed, std::string_view fault, std::uint64_t link)
    : key_{mix(mix(mix(seed.value + golden) ^ name_hash(fault)) + golden * (link + 1))} {}

Draws::Draws(Seed seed, std::string_view fault, std::uint64_t link, Direction direction) : Draws{seed, fault, link} {
  key_ = mix(key_ + golden * (direction == Direction::upstream ? 2U : 3U));
}

std::uint64_t Draws::bits(std::uint64_t at, std::uint64_t salt) const {
  return mix(mix(key_ + golden * (at + 1)) + golden * salt);
}

double Draws::unit(std::uint64_t at, std::uint64_t salt) const {
  // 52 bits and a half step: the ends 0 and 1 cannot come up.
  return (static_cast<double>(bits(at, salt) >> 12) + 0.5) * 0x1p-52;
}

}  // namespace firedrill::faults
