// What a check demands of a figure: "< 1%", "25%..35%", "> 0", 7.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "faults/reader.hpp"

namespace firedrill::drills {

/// A figure's unit decides how its bounds are written: shares "30%", durations "200ms", counts 7.
enum class Unit : std::uint8_t { share, duration, count, rate };

struct Expectation {
  std::string figure;  // "errors", "p99", "queue_timeouts" …
  Unit unit = Unit::count;
  std::string text;                          // as written: "< 1%"
  double low = 0, high = 0;                  // shares 0..1, durations in seconds, counts; infinite where open
  bool low_open = false, high_open = false;  // the bound itself is excluded

  bool holds(double measured) const;
};

/// Reads the key `figure`. The operators are <, <=, >, >=, = (or none) and low..high (both included). Returns nothing
/// when the key is absent, and when it is a problem, which is noted: no expectation, the wrong unit, one that always or
/// never holds.
std::optional<Expectation> read_expectation(faults::Reader& keys, std::string_view figure, Unit unit);

/// "0.4%", "182ms", "7", "208.3/s".
std::string show_figure(double measured, Unit unit);

}  // namespace firedrill::drills
