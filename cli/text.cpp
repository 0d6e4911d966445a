// UTF-8 by hand: the C library's answers depend on a locale that a container may not have.
#include "cli/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "faults/units.hpp"

namespace firedrill::cli {
namespace {

constexpr std::string_view unpaint = "\x1b[0m";

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// The character that `text`, which is not empty, begins with.
Character first(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return {byte(0), 1, true};
  const std::size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length) return {};
  char32_t code = byte(0) & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3f);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool valid = code >= least.at(length) && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return valid ? Character{code, length, true} : Character{};
}

bool steers(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

std::size_t width(char32_t c) {
  constexpr std::array<std::pair<char32_t, char32_t>, 6> none{
      {{0x300, 0x36f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}}};
  constexpr std::array<std::pair<char32_t, char32_t>, 8> two{{{0x1100, 0x115f},
                                                              {0x2e80, 0xa4cf},
                                                              {0xac00, 0xd7a3},
                                                              {0xf900, 0xfaff},
                                                              {0xfe30, 0xfe6f},
                                                              {0xff00, 0xff60},
                                                              {0xffe0, 0xffe6},
                                                              {0x1f300, 0x3fffd}}};
  const auto within = [&](const auto& ranges) {
    return std::any_of(ranges.begin(), ranges.end(), [&](auto range) { return c >= range.first && c <= range.second; });
  };
  return within(none) ? 0 : within(two) ? 2 : 1;
}

// Bytes of `text` that fit into `most` cells.
std::size_t fitting(std::string_view text, std::size_t most) {
  std::size_t end = 0, used = 0;
  while (end < text.size()) {
    const Character c = first(text.substr(end));
    used += width(c.code);
    if (used > most) break;
    end += c.bytes;
  }
  return end;
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character c = first(text);
    if (!c.valid)
      out += '?';
    else if (steers(c.code))
      out += ' ';
    else
      out += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::size_t cells(std::string_view text) {
  std::size_t sum = 0;
  while (!text.empty()) {
    const Character c = first(text);
    sum += width(c.code);
    text.remove_prefix(c.bytes);
  }
  return sum;
}

std::string cut(std::string_view text, std::size_t most) {
  if (cells(text) <= most) return std::string{text};
  if (most == 0) return {};
  return std::string{text.substr(0, fitting(text, most - 1))} + "…";
}

std::string left(std::string_view text, std::size_t width) {
  std::string out = cut(text, width);
  return out.append(width - cells(out), ' ');
}

std::string right(std::string_view text, std::size_t width) {
  std::string out = cut(text, width);
  return out.insert(0, width - cells(out), ' ');
}

Line& Line::add(std::string_view text, Paint paint) {
  const std::string whole = harmless(text), fits = cut(whole, room_);
  room_ = fits == whole ? room_ - cells(fits) : 0;
  std::string more = painted(fits, paint, colour_);
  if (colour_ && paint != Paint::plain && paint == last_ && !fits.empty()) {  // one stroke: bars have many cells
    text_.erase(text_.size() - unpaint.size());
    more = fits + std::string{unpaint};
  }
  text_ += more;
  if (!fits.empty()) last_ = paint;
  return *this;
}

std::string Line::text() const {
  const std::size_t last = text_.find_last_not_of(' ');
  return last == std::string::npos ? "" : text_.substr(0, last + 1);
}

std::string painted(std::string_view text, Paint paint, bool colour) {
  constexpr std::array codes{"", "1", "2", "31", "32", "33", "36"};
  if (!colour || paint == Paint::plain || text.empty()) return std::string{text};
  return fmt::format("\x1b[{}m{}{}", codes.at(static_cast<std::size_t>(paint)), text, unpaint);
}

std::string show_length(faults::Duration d) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(d);
  const bool minutes = whole.count() % 60 == 0 && whole.count() > 60;
  if (d >= std::chrono::minutes{1} && d < std::chrono::minutes{10} && d == whole && !minutes)
    return fmt::format("{}s", whole.count());
  return faults::show(d);
}

std::string count(std::size_t n, std::string_view one) {
  if (n == 0) return fmt::format("no {}s", one);
  return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s");
}

}  // namespace firedrill::cli
