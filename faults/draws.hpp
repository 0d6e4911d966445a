// Randomness as a hash: a draw depends on what it is for, never on when or on which thread it is made.
#pragma once

#include <cstdint>
#include <string_view>

namespace firedrill::faults {

enum class Direction : std::uint8_t { upstream, downstream };  // client to backend, backend to client

struct Seed {
  std::uint64_t value = 0;
};

/// The draws of one fault for one link (or one lane of it). Copies agree.
class Draws {
 public:
  /// Decisions about the whole link: scope, age, leak. The same for both lanes.
  Draws(Seed seed, std::string_view fault, std::uint64_t link);
  /// Decisions about bytes of one lane.
  Draws(Seed seed, std::string_view fault, std::uint64_t link, Direction direction);

  /// Evenly spread over (0, 1), both ends excluded. `at` is the byte offset or what else numbers the draw.
  double unit(std::uint64_t at, std::uint64_t salt = 0) const;
  /// True with probability `share` (0 to 1).
  bool chance(double share, std::uint64_t at, std::uint64_t salt = 0) const { return unit(at, salt) < share; }
  /// 64 evenly spread bits.
  std::uint64_t bits(std::uint64_t at, std::uint64_t salt = 0) const;

 private:
  std::uint64_t key_;
};

/// SplitMix64's finaliser (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
std::uint64_t mix(std::uint64_t x);

}  // namespace firedrill::faults
