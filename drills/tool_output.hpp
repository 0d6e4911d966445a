// What wrk, hey and k6 print of a load, as the figures that a load has. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "drills/load_spec.hpp"
#include "drills/meter.hpp"

namespace firedrill::drills {

/// Only what the tool said: a percentile that it did not print is not there.
struct ToolFigures {
  std::uint64_t requests = 0;
  bool knows_errors = true;  // false: requests without an answer are not in its output at all
  std::map<std::string, std::uint64_t, std::less<>> errors;
  std::map<std::string, Duration, std::less<>> quantiles;  // by "p50", "p99" …
  std::optional<double> rate;                              // requests per second

  std::uint64_t failed() const;
  /// As Requests::figure(), with no samples for what the tool did not say.
  std::optional<Figure> figure(std::string_view name) const;
};

/// Or why it cannot be read.
using ToolReading = std::variant<ToolFigures, std::string>;

/// wrk 4: what it prints; percentiles with --latency. hey: its summary, or with `-o csv` a row for each answer. k6: the
/// JSON of --summary-export, or of handleSummary().
ToolReading read_tool_output(ToolSpec::Format format, const std::string& output);

std::string_view name(ToolSpec::Format format);

/// Why the tool, called as it is, will not say that figure of a load; "" when it will, as far as can be known.
std::string why_silent(const ToolSpec& tool, std::string_view figure);

}  // namespace firedrill::drills
