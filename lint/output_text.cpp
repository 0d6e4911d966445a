// Text for people, and GitHub's annotations.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "lint/output.hpp"

namespace firedrill::lint {
namespace {

constexpr std::size_t most_shown = 160;  // of a source line

// The part of the line around the place, with a caret below it. Tabs become blanks, so that the caret fits.
std::string excerpt(const Spot& spot) {
  if (spot.line == 0 || spot.source == nullptr) return "";
  const std::string_view line = spot.source->line(spot.line);
  if (line.empty()) return "";
  const std::size_t at = std::min<std::size_t>(spot.column == 0 ? 0 : spot.column - 1, line.size());
  std::size_t begin = at > most_shown / 2 && line.size() > most_shown ? at - most_shown / 2 : 0;
  // Not in the middle of a character, which goes on for three bytes at most; what is no UTF-8 may be cut anywhere.
  for (int more = 0; more < 3 && begin > 0 && (static_cast<unsigned char>(line[begin]) & 0xc0) == 0x80; ++more) --begin;
  std::size_t end = std::min(line.size(), begin + most_shown);
  for (int more = 0; more < 3 && end < line.size() && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80; ++more)
    ++end;
  std::string text{line.substr(begin, end - begin)};
  std::replace(text.begin(), text.end(), '\t', ' ');
  const auto before = std::count_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at - begin),
                                    [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  const std::string number = std::to_string(spot.line);
  return fmt::format("  {} | {}\n  {} | {}^\n", number, text, std::string(number.size(), ' '),
                     std::string(static_cast<std::size_t>(before), ' '));
}

std::string place_of(const Spot& spot) {
  const std::string name = spot.source == nullptr ? "" : spot.source->name();
  return spot.line == 0 ? name : fmt::format("{}:{}:{}", name, spot.line, spot.character());
}

// Percent signs and line breaks end a workflow command, commas and colons a property of one.
std::string escaped(std::string_view text, bool property) {
  std::string all;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (property && (c == ',' || c == ':')))
      all += fmt::format("%{:02X}", static_cast<unsigned>(c));
    else
      all += c;
  }
  return all;
}

}  // namespace

std::string to_text(const Finding& finding, const Finding* before) {
  const Rule& rule = *finding.rule;
  std::string text =
      fmt::format("{}: {}: {}: {}\n", place_of(finding.spot), name_of(rule.severity), rule.id, finding.message);
  text += excerpt(finding.spot);
  if (before != nullptr && before->rule == finding.rule && before->remedy() == finding.remedy()) return text;
  text += fmt::format("  why: {}\n  instead: {}\n", rule.why, finding.remedy());
  if (!rule.drill.empty()) text += fmt::format("  drill: {}\n", drill_file(rule));
  return text;
}

std::string to_github(const std::vector<Finding>& findings) {
  std::string all;
  for (const Finding& finding : findings) {
    const Rule& rule = *finding.rule;
    const std::string_view command = rule.severity == Severity::info ? "notice" : name_of(rule.severity);
    const std::string place =
        finding.spot.line == 0 ? "" : fmt::format(",line={},col={}", finding.spot.line, finding.spot.character());
    all += fmt::format("::{} file={}{},title={}::{}\n", command, escaped(finding.spot.source->name(), true), place,
                       escaped(fmt::format("{} {}", rule.id, rule.title), true),
                       escaped(fmt::format("{}\n{}\nInstead: {}", finding.message, rule.why, finding.remedy()), false));
  }
  return all;
}

}  // namespace firedrill::lint
