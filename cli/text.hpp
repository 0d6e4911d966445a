// Text in terminal cells: how wide it is, cut and padded to fit, and coloured.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "faults/time.hpp"

namespace firedrill::cli {

enum class Paint : std::uint8_t { plain, bold, dim, red, green, yellow, cyan };

/// The text as a terminal may show it: control characters become blanks, broken UTF-8 becomes '?'. Names and error
/// messages come from outside and must not steer the terminal.
std::string harmless(std::string_view text);

/// Cells that harmless text takes; wide characters take two.
std::size_t cells(std::string_view text);
/// Its first characters, with "…" at the end where something was left out; never wider than `most`.
std::string cut(std::string_view text, std::size_t most);
/// Cut or filled up with blanks to exactly that many cells.
std::string left(std::string_view text, std::size_t width);
std::string right(std::string_view text, std::size_t width);

/// A line of bounded width, put together from left to right. What does not fit is cut off.
class Line {
 public:
  Line(std::size_t width, bool colour) : room_{width}, colour_{colour} {}
  Line& add(std::string_view text, Paint paint = Paint::plain);
  std::size_t room() const { return room_; }
  /// Without blanks at the end.
  std::string text() const;

 private:
  std::size_t room_;
  bool colour_;
  std::string text_;
  Paint last_ = Paint::plain;
};

std::string painted(std::string_view text, Paint paint, bool colour);

/// A length of time as drill files have it: "60s", "1.5s", "250ms", "3m", "1h30m".
std::string show_length(faults::Duration d);
/// "1 fault", "3 faults", "no faults".
std::string count(std::size_t n, std::string_view one);

}  // namespace firedrill::cli
