// What a text must satisfy before a TOML parser may see it: UTF-8, and no nesting that would exhaust the stack.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace firedrill::drills {

/// Line and column, counted from 1, columns in characters.
struct Spot {
  std::uint32_t line = 1, column = 1;
};

/// The first byte that is not part of valid UTF-8, or nothing.
std::optional<Spot> not_utf8(std::string_view text);

/// Where brackets nest deeper than `limit`, or a key has more than `limit` parts; nothing for a text that is neither.
/// Looks at tokens only: whatever else is wrong is left to the parser.
std::optional<Spot> too_deep(std::string_view text, std::size_t limit);

}  // namespace firedrill::drills
