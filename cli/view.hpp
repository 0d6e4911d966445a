// The live view: what a person at a terminal sees of a run. Pure: a snapshot becomes lines of text.
#pragma once

#include <string>
#include <vector>

#include "cli/history.hpp"
#include "drills/run.hpp"

namespace firedrill::cli {

/// Of the drill, what its snapshots do not say.
struct Heading {
  std::string name, title;
  std::uint64_t seed = 0;
};

struct Shape {
  std::size_t width = 80, height = 24;
  bool colour = false;
};
/// Narrower terminals are drawn for as if they were this wide.
inline constexpr std::size_t least_width = 40;
/// From here on there is room for words.
inline constexpr std::size_t wide = 70;

/// At most shape.height lines, none wider than shape.width. Where the height is short the events go first.
std::vector<std::string> view(const Heading& heading, const drills::Snapshot& snapshot, const History& history,
                              Shape shape);

}  // namespace firedrill::cli
