// A script read from bytes: every byte decides something small, so that one byte changed changes little.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "faults/time.hpp"

namespace firedrill::fuzz {

class Crumbs {
 public:
  explicit Crumbs(std::span<const std::uint8_t> bytes) : left_{bytes} {}

  bool done() const { return left_.empty(); }
  /// 0 to n - 1, for n up to 256; 0 once the bytes are used up.
  std::size_t below(std::size_t n) {
    if (left_.empty() || n < 2) return 0;
    const std::size_t drawn = left_.front() % n;
    left_ = left_.subspan(1);
    return drawn;
  }
  bool one_in(std::size_t n) { return below(n) == n - 1; }
  template <typename List>
  const auto& pick(const List& list) {
    return list[below(std::size(list))];
  }
  /// From nothing at all to more than any setting asks for.
  faults::Duration pause() {
    using namespace std::chrono_literals;
    constexpr std::array<faults::Duration, 16> pauses{0ns,  1ns,   1us,   100us, 1ms, 3ms,  10ms, 25ms,
                                                      50ms, 120ms, 500ms, 1s,    7s,  1min, 1h,   240h};
    return pick(pauses);
  }

 private:
  std::span<const std::uint8_t> left_;
};

}  // namespace firedrill::fuzz
