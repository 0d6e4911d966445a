// One link, as somebody who looks at a proxy from outside sees it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "faults/address.hpp"
#include "faults/time.hpp"

namespace firedrill::proxy {

struct LinkView {
  std::uint64_t ordinal = 0;
  faults::Address client;
  std::string_view state;  // "waiting" at a gate, "dialling", "open"
  faults::Duration age{}, idle{};
  std::array<std::uint64_t, 2> bytes_in{};  // by faults::Direction
  std::uint64_t held = 0;                   // bytes that came and have not left yet
  std::vector<std::string> faults;          // laid on it; gates meet links only as they come, and are not named
};

}  // namespace firedrill::proxy
