// ANSI sequences; one write per picture, lines overwritten rather than wiped first, so that nothing flickers.
#include "cli/screen.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

namespace firedrill::cli {
namespace {

// Besides, a window that is narrower than a picture, or a font that takes a character for wider than it is, clips lines
// rather than wraps them.
constexpr std::string_view hide_cursor = "\x1b[?25l\x1b[?7l", show_cursor = "\x1b[?7h\x1b[?25h", wipe_line = "\x1b[K",
                           wipe_below = "\x1b[J";

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return value == nullptr ? "" : value;
}

void put(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // a terminal that is gone needs no picture
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string to_start(std::size_t lines) { return lines == 0 ? "\r" : fmt::format("\r\x1b[{}A", lines); }

}  // namespace

bool on_terminal() {
  const std::string_view term = variable("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && !term.empty() && term != "dumb";
}

Shape terminal_shape() {
  Shape shape;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    shape.width = size.ws_col;
    shape.height = size.ws_row;
  }
  shape.colour = on_terminal() && variable("NO_COLOR").empty();
  return shape;
}

Screen::Screen() { put(hide_cursor); }

Screen::~Screen() { put(show_cursor); }

void Screen::draw(const std::vector<std::string>& lines) {
  std::string picture = to_start(drawn_);
  for (const std::string& line : lines) picture.append(line).append(wipe_line).append("\n");
  put(picture.append(wipe_below));
  drawn_ = lines.size();
}

void Screen::clear() {
  put(to_start(drawn_).append(wipe_below));
  drawn_ = 0;
}

void Screen::stop_process() {
  put(show_cursor);
  std::raise(SIGSTOP);  // NOLINT(cert-err33-c)
  drawn_ = 0;           // the shell has written below
  put(hide_cursor);
}

}  // namespace firedrill::cli
