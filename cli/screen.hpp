// The terminal: how large it is, and a block of lines at its foot that is drawn again and again in place.
#pragma once

#include <string>
#include <vector>

#include "cli/view.hpp"

namespace firedrill::cli {

/// Standard output is a terminal that can move its cursor.
bool on_terminal();
/// The size of the terminal, and whether colour is welcome (NO_COLOR).
Shape terminal_shape();

/// Hides the cursor while it lives; it is shown again however this ends.
class Screen {
 public:
  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Puts the lines where the last ones were. They fit: fewer than the terminal has, none wider than it is.
  void draw(const std::vector<std::string>& lines);
  /// Takes the block away and leaves the cursor where it began.
  void clear();
  /// As Ctrl-Z wants it: shows the cursor, stops the process, and goes on below once it is continued.
  void stop_process();

 private:
  std::size_t drawn_ = 0;
};

}  // namespace firedrill::cli
