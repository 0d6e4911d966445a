// Numbers for people, and Markdown that names from outside cannot break.
#include "drills/report_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "faults/units.hpp"

namespace firedrill::drills {

std::string grouped(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string grouped(const MaybeCount& n) { return n ? grouped(*n) : std::string{not_measured}; }

std::string show_ms(const MaybeNumber& ms) {
  if (!ms) return std::string{not_measured};
  if (std::abs(*ms) < 9.95) return fmt::format("{:.1f} ms", *ms);
  return std::abs(*ms) < 999.5 ? fmt::format("{:.0f} ms", *ms) : fmt::format("{:.2f} s", *ms / 1000);
}

std::string show_s(const MaybeNumber& s) { return s ? fmt::format("{:.1f} s", *s) : std::string{not_measured}; }

std::string show_ratio(const MaybeNumber& r) {
  return r ? fmt::format("{:.1f}%", *r * 100) : std::string{not_measured};
}

std::string safe(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    const bool tag =
        c == '<' && (std::isalpha(static_cast<unsigned char>(next)) != 0 || next == '/' || next == '!' || next == '?');
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      out += ' ';
      continue;
    }
    if (tag || c == '|' || c == '`' || c == '*' || c == '[' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) {
  std::string flat;
  for (const char c : text) flat += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  std::size_t longest = 0, here = 0;
  for (const char c : flat) longest = std::max(longest, here = c == '`' ? here + 1 : 0);
  const std::string fence(longest + 1, '`');
  return longest == 0 ? fence + flat + fence : fence + " " + flat + " " + fence;
}

std::string quoted(const std::string& word) {
  const auto plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,%+@";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return text + "'";
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

std::string row(const std::vector<std::string>& cells) { return "| " + joined(cells, " | ") + " |\n"; }

std::string heading(const std::vector<std::string>& cells) {
  return row(cells) + row(std::vector<std::string>(cells.size(), "---"));
}

}  // namespace firedrill::drills
