// Two scans over the text, both without recursion.
#include "drills/toml_guard.hpp"

#include <algorithm>
#include <string>

namespace firedrill::drills {
namespace {

unsigned char byte(char c) { return static_cast<unsigned char>(c); }

// How many bytes the sequence at the front of `text` has, or 0 when it is no valid one (RFC 3629, section 4).
std::size_t utf8_length(std::string_view text) {
  const unsigned char lead = byte(text.front());
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  unsigned char low = 0x80,
                high = 0xbf;  // of the second byte: no overlong forms, no surrogates, nothing above U+10FFFF
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  if (byte(text[1]) < low || byte(text[1]) > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if (byte(text[i]) < 0x80 || byte(text[i]) > 0xbf) return 0;
  return length;
}

Spot spot_of(std::string_view text, std::size_t offset) {
  Spot spot;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++spot.line;
      spot.column = 1;
    } else if ((byte(c) & 0xc0) != 0x80) {  // the first byte of a character
      ++spot.column;
    }
  }
  return spot;
}

// The offset just behind the text in quotes that begins at `at`.
std::size_t behind_quotes(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string three(3, quote);
  const bool many_lines = text.substr(at, 3) == three;
  for (std::size_t i = at + (many_lines ? 3 : 1); i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (many_lines && text.substr(i, 3) == three) {
      i += 3;
      // Up to two quotes may stand just before the closing three.
      for (int extra = 0; extra < 2 && i < text.size() && text[i] == quote; ++extra) ++i;
      return i;
    } else if (!many_lines && text[i] == quote) {
      return i + 1;
    } else if (!many_lines && text[i] == '\n') {
      return i;  // never closed: the parser will say so
    }
  }
  return text.size();
}

// Or may be in another TOML than 1.0, where letters of every script are.
bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == ' ' || c == '\t' || byte(c) >= 0x80;
}

}  // namespace

std::optional<Spot> not_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return spot_of(text, at);
    at += length;
  }
  return std::nullopt;
}

std::optional<Spot> too_deep(std::string_view text, std::size_t limit) {
  std::size_t brackets = 0;
  std::size_t dots = 0;  // in the run of key characters just read; a number has one, a key one less than parts
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = behind_quotes(text, at);
      continue;
    }
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (c == '[' || c == '{') ++brackets;
    if ((c == ']' || c == '}') && brackets > 0) --brackets;
    dots = c == '.' ? dots + 1 : is_key_char(c) ? dots : 0;
    if (brackets > limit || dots >= limit) return spot_of(text, at);
    ++at;
  }
  return std::nullopt;
}

}  // namespace firedrill::drills
