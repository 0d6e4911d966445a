// A scan of every line for the marker; what the comment hides was found before.
#include "lint/suppressions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "lint/catalog.hpp"
#include "lint/ground_rules.hpp"

namespace firedrill::lint {
namespace {

constexpr std::string_view marker = "firedrill: ignore";

struct Suppression {
  const Rule* rule = nullptr;
  Spot comment;
  std::uint32_t line = 0;  // that it is for; 0: the file
  bool used = false;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The line that a comment alone on its line is about: the next one that holds anything else.
std::uint32_t next_line(const Source& source, std::uint32_t line) {
  for (std::uint32_t next = line + 1; next <= source.lines(); ++next) {
    const std::string_view text = trimmed(source.line(next));
    if (!text.empty() && text.front() != '#') return next;
  }
  return line;
}

void read_comment(const Source& source, Spot spot, bool alone, std::string_view words, std::vector<Suppression>& list,
                  std::vector<Finding>& found) {
  const bool whole_file = words.starts_with("-file");
  if (whole_file) words.remove_prefix(5);
  const std::size_t colon = words.find(':');
  const std::string_view reason = colon == std::string_view::npos ? "" : trimmed(words.substr(colon + 1));
  std::string_view ids = words.substr(0, colon);
  if (reason.empty()) {
    found.push_back({&lame_suppression, spot, "this suppression gives no reason", ""});
    return;
  }
  while (!ids.empty()) {
    const std::size_t end = ids.find_first_of(", \t");
    const std::string_view id = ids.substr(0, end);
    ids = end == std::string_view::npos ? "" : ids.substr(end + 1);
    if (id.empty()) continue;
    const Rule* rule = rule_named(id);
    if (rule == nullptr)
      found.push_back({&lame_suppression, spot, fmt::format("there is no rule \"{}\"", id), ""});
    else if (rule == &unreadable)
      found.push_back({&lame_suppression, spot, "FD01 cannot be suppressed: the file was not understood", ""});
    else
      list.push_back({rule, spot, whole_file ? 0 : alone ? next_line(source, spot.line) : spot.line, false});
  }
}

std::vector<Suppression> comments_of(const Source& source, std::vector<Finding>& found) {
  std::vector<Suppression> list;
  if (source.text().find(marker) == std::string_view::npos) return list;
  for (std::uint32_t number = 1; number <= source.lines(); ++number) {
    const std::string_view line = source.line(number);
    const std::size_t at = line.find(marker);
    if (at == std::string_view::npos) continue;
    const std::string_view before = trimmed(line.substr(0, at));
    if (!before.ends_with('#')) continue;
    const bool alone = before.find_first_not_of('#') == std::string_view::npos;
    const Spot spot{&source, number, static_cast<std::uint32_t>(line.rfind('#', at) + 1)};
    read_comment(source, spot, alone, line.substr(at + marker.size()), list, found);
  }
  return list;
}

}  // namespace

std::vector<Finding> apply_suppressions(std::vector<Finding> findings, const Sources& sources) {
  std::vector<Finding> about_comments;
  for (const Source& source : sources.all()) {
    std::vector<Suppression> list = comments_of(source, about_comments);
    if (list.empty()) continue;
    const auto suppressed = [&](const Finding& finding) {
      if (finding.spot.source != &source) return false;
      bool any = false;
      for (Suppression& one : list)
        if (one.rule == finding.rule && (one.line == 0 || one.line == finding.spot.line)) any = one.used = true;
      return any;
    };
    findings.erase(std::remove_if(findings.begin(), findings.end(), suppressed), findings.end());
    for (const Suppression& one : list)
      if (!one.used)
        about_comments.push_back(
            {&unused_suppression, one.comment, fmt::format("{} finds nothing here to suppress", one.rule->id), ""});
  }
  findings.insert(findings.end(), about_comments.begin(), about_comments.end());
  return findings;
}

}  // namespace firedrill::lint
