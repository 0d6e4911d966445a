// Random traffic from a seed: what the laws are tried on.
#pragma once

#include <string>
#include <vector>

#include "faults/draws.hpp"
#include "faults/time.hpp"

namespace firedrill::faults {

/// Numbers one after the other, the same for the same seed.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : draws_{{seed}, "dice", 0} {}
  /// 0 to n - 1.
  std::uint64_t below(std::uint64_t n) { return draws_.bits(rolled_++) % n; }

 private:
  Draws draws_;
  std::uint64_t rolled_ = 0;
};

struct Chunk {
  Duration at;
  std::string text;
};

struct Stream {
  enum class End : std::uint8_t { none, finish, abort };
  std::vector<Chunk> chunks;
  End end = End::none;
  Duration end_at{};

  std::string text() const {
    std::string all;
    for (const Chunk& chunk : chunks) all += chunk.text;
    return all;
  }
};

/// Bursts, pauses, single bytes and large chunks. The text never repeats within 251 bytes, so that a byte out of place
/// shows.
inline Stream random_stream(std::uint64_t seed) {
  Dice dice{seed};
  Stream stream;
  Duration t{};
  std::size_t offset = 0;
  const std::uint64_t chunks = dice.below(20);
  for (std::uint64_t i = 0; i < chunks; ++i) {
    if (dice.below(3) != 0) t += std::chrono::microseconds{dice.below(40'000)};
    std::string text(1 + dice.below(dice.below(4) == 0 ? 3000 : 40), ' ');
    for (char& c : text) c = static_cast<char>(offset++ % 251);
    stream.chunks.push_back({t, std::move(text)});
  }
  stream.end = static_cast<Stream::End>(dice.below(3));
  stream.end_at = t + std::chrono::microseconds{dice.below(30'000)};
  return stream;
}

}  // namespace firedrill::faults
