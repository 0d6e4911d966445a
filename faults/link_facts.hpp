// What a link knows of itself: handed to faults that join it late and to the scopes that choose links.
#pragma once

#include <array>
#include <cstdint>

#include "faults/address.hpp"
#include "faults/draws.hpp"
#include "faults/time.hpp"

namespace firedrill::faults {

struct LinkFacts {
  Seed seed;
  std::uint64_t ordinal = 0;  // given per proxy at accept, from 1
  Address client;
  Time opened{};
  Time last_moved{};                     // when a byte last came in, either way; `opened` before the first
  std::array<std::uint64_t, 2> bytes{};  // that came in, by Direction
};

}  // namespace firedrill::faults
