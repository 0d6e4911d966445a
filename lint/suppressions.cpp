// A scan of every line for the marker; what the comment hides was found before.
#include "lint/suppressions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "lint/catalog.hpp"
#include "lint/check.hpp"
#include "lint/ground_rules.hpp"

namespace firedrill::lint {
namespace {

constexpr std::string_view marker = "firedrill:";

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

// Where the comment of a line begins, or npos: quotes protect what is between them. HAProxy's may stand within a word.
std::size_t comment_at(std::string_view line, bool within_words) {
  char quote = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    const bool begins = at == 0 || std::string_view{" \t=:,([{"}.find(line[at - 1]) != std::string_view::npos;
    if (c == '\\' && quote != '\'')
      ++at;
    else if (quote != 0)
      quote = c == quote ? '\0' : quote;
    else if (c == '#' && (begins || within_words || line[at - 1] == ';' || line[at - 1] == '}'))
      return at;
    else if ((c == '"' || c == '\'') && (begins || within_words))
      quote = c;
  }
  return std::string_view::npos;
}

void read_comment(const Source& source, Spot spot, bool alone, std::string_view words, std::vector<Suppression>& list,
                  std::vector<Finding>& found) {
  const std::string_view directive = words.substr(0, words.find_first_of(" \t:"));
  const bool whole_file = directive == "ignore-file";
  if (!whole_file && directive != "ignore") {
    found.push_back({&lame_suppression, spot,
                     fmt::format("\"{}\" suppresses nothing: ignore and ignore-file do", directive),
                     "Write # firedrill: ignore HA04: reason, or # firedrill: ignore-file HA04: reason"});
    return;
  }
  words.remove_prefix(directive.size());
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
      found.push_back({&lame_suppression, spot, fmt::format("there is no rule \"{}\"", id),
                       "Name the rule as its finding does, HA04 for example; docs/checks.md has all of them."});
    else if (rule == &unreadable)
      found.push_back({&lame_suppression, spot, "FD01 cannot be suppressed: the file was not understood",
                       "Remove the comment, and mend what FD01 names."});
    else
      list.push_back({rule, spot, whole_file ? 0 : alone ? next_line(source, spot.line) : spot.line, false});
  }
}

std::vector<Suppression> comments_of(const Source& source, std::vector<Finding>& found) {
  std::vector<Suppression> list;
  if (source.text().find(marker) == std::string_view::npos) return list;
  const bool within_words = format_of(source.name(), source.text()) == Format::haproxy;
  for (std::uint32_t number = 1; number <= source.lines(); ++number) {
    const std::string_view line = source.line(number);
    if (line.find(marker) == std::string_view::npos) continue;
    for (std::size_t at = comment_at(line, within_words); at < line.size(); at = line.find('#', at + 1)) {
      const std::string_view words = trimmed(line.substr(at + 1));
      if (!words.starts_with(marker)) continue;
      const bool alone = trimmed(line.substr(0, at)).find_first_not_of('#') == std::string_view::npos;
      const Spot spot{&source, number, static_cast<std::uint32_t>(at + 1)};
      read_comment(source, spot, alone, trimmed(words.substr(marker.size())), list, found);
      break;
    }
  }
  return list;
}

}  // namespace

std::vector<Finding> apply_suppressions(std::vector<Finding> findings, const Sources& sources) {
  std::vector<Finding> about_comments;
  for (const Source& source : sources.all()) {
    std::vector<Suppression> list = comments_of(source, about_comments);
    if (list.empty()) continue;
    const auto hidden = [&](const Rule* rule, const Spot& spot) {
      if (spot.source != &source) return false;
      bool any = false;
      for (Suppression& one : list)
        if (one.rule == rule && (one.line == 0 || one.line == spot.line)) any = one.used = true;
      return any;
    };
    // What is about several lines stays for those that nobody has decided about.
    std::erase_if(findings, [&](Finding& finding) {
      std::erase_if(finding.also, [&](const Spot& spot) { return hidden(finding.rule, spot); });
      if (!hidden(finding.rule, finding.spot)) return false;
      if (finding.also.empty()) return true;
      finding.spot = finding.also.front();
      finding.also.erase(finding.also.begin());
      return false;
    });
    for (const Suppression& one : list)
      if (!one.used)
        about_comments.push_back(
            {&unused_suppression, one.comment, fmt::format("{} finds nothing here to suppress", one.rule->id), ""});
  }
  findings.insert(findings.end(), about_comments.begin(), about_comments.end());
  return findings;
}

}  // namespace firedrill::lint
