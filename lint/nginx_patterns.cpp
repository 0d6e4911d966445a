// Parentheses and classes are paired, escapes and quoted text passed over.
#include "lint/nginx_patterns.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace firedrill::lint::nginx {
namespace {

// The closing bracket of a class of characters that begins at `at`, or the end.
std::size_t end_of_class(std::string_view pattern, std::size_t at) {
  ++at;
  if (pattern.substr(at).starts_with('^')) ++at;
  ++at;  // the first one may be a bracket
  while (at < pattern.size() && pattern[at] != ']') {
    if (pattern[at] == '\\')
      at += 2;
    else if (pattern.substr(at).starts_with("[:"))
      at = std::min(pattern.find(":]", at), pattern.size()) + 2;
    else
      ++at;
  }
  return std::min(at, pattern.size());
}

constexpr std::string_view hard[] = {"\\Q", "(?#", "(?x"};

// What reads comments, or blanks as nothing, is not followed.
bool is_hard(std::string_view pattern) {
  return std::any_of(std::begin(hard), std::end(hard),
                     [&](std::string_view one) { return pattern.find(one) != std::string_view::npos; });
}

}  // namespace

bool is_no_pattern(std::string_view pattern) {
  if (is_hard(pattern)) return false;
  std::size_t open = 0;
  bool fresh = true;  // nothing that a quantifier could repeat
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const bool group = c == '(' && i + 1 < pattern.size() && (pattern[i + 1] == '?' || pattern[i + 1] == '*');
    if (fresh && (c == '*' || c == '+' || c == '?')) return true;
    fresh = c == '(' || c == '|';
    if (c == '\\') {
      if (++i == pattern.size()) return true;
    } else if (c == '[') {
      i = end_of_class(pattern, i);
      if (i == pattern.size()) return true;
    } else if (c == '(') {
      ++open;
      if (group) ++i;
    } else if (c == ')') {
      if (open == 0) return true;
      --open;
    }
  }
  return open > 0;
}

int captures_of(std::string_view pattern) {
  int groups = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      i = end_of_class(pattern, i);
    } else if (pattern[i] == '(') {
      const std::string_view behind = pattern.substr(i + 1);
      const bool named = behind.starts_with("?P<") || behind.starts_with("?'") ||
                         (behind.starts_with("?<") && !behind.starts_with("?<=") && !behind.starts_with("?<!"));
      if (named || (!behind.starts_with('?') && !behind.starts_with('*'))) ++groups;
    }
  }
  return groups;
}

}  // namespace firedrill::lint::nginx
