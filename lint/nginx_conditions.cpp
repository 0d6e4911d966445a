// As ngx_http_rewrite_if_condition and ngx_http_core_location do it.
#include "lint/nginx_conditions.hpp"

#include <fmt/format.h>

#include "lint/nginx_kinds.hpp"
#include "lint/regex.hpp"

namespace firedrill::lint::nginx {
namespace {

bool is_file_test(std::string_view word) {
  if (word.starts_with('!')) word.remove_prefix(1);
  return word.size() == 2 && word[0] == '-' && std::string_view{"fdex"}.find(word[1]) != std::string_view::npos;
}

bool is_match(std::string_view word) { return word == "~" || word == "~*" || word == "!~" || word == "!~*"; }

bool is_named(const Place& place) { return place.modifier.empty() && place.path.starts_with('@'); }

}  // namespace

Condition read_condition(const Directive& directive) {
  std::vector<std::string_view> words;
  for (std::size_t i = 1; i < directive.words.size(); ++i) words.push_back(directive.word(i));
  if (words.empty() || !words.front().starts_with('(') || !words.back().ends_with(')'))
    return {"the condition of an if stands in parentheses", {}};
  words.front().remove_prefix(1);
  if (words.front().empty()) words.erase(words.begin());
  if (words.empty()) return {"there is nothing in the condition of this if", {}};
  words.back().remove_suffix(1);
  if (words.back().empty()) words.pop_back();
  if (words.empty()) return {"there is nothing in the condition of this if", {}};

  const std::string_view first = words[0];
  if (first.size() > 1 && first[0] == '$') {
    if (words.size() == 1) return {"", {first}};
    if (words.size() != 3) return {"a condition is a variable, an operator and a value; there is no && or ||", {}};
    if (words[1] == "=" || words[1] == "!=") return {"", {first, words[2]}};
    if (!is_match(words[1]))
      return {fmt::format("\"{}\" is no operator of a condition: = != ~ ~* !~ !~*", words[1]), {}};
    if (!regex_mistake(words[2]).empty()) return {fmt::format("\"{}\" is no pattern", words[2]), {}};
    return {"", {first}};
  }
  if (!is_file_test(first)) return {fmt::format("\"{}\" is neither a variable nor a test of a file", first), {}};
  if (words.size() != 2) return {fmt::format("{} takes one file", first), {}};
  return {"", {words[1]}};
}

Place place_of(const Directive& location) {
  if (location.words.size() > 2) return {location.word(1), location.word(2)};
  const std::string_view path = location.word(1);
  for (const std::string_view glued : {"=", "^~", "~*", "~"})
    if (path.starts_with(glued)) return {path.substr(0, glued.size()), path.substr(glued.size())};
  return {"", path};
}

std::string wrong_nesting(const Directive& location) {
  const Directive* around = location.parent;
  if (around == nullptr || around->name() != "location" || !around->block) return "";
  const Place inner = place_of(location), outer = place_of(*around);
  if (outer.modifier == "=")
    return fmt::format("location {} cannot be inside of the exact location {}", inner.path, outer.path);
  if (is_named(outer))
    return fmt::format("location {} cannot be inside of the named location {}", inner.path, outer.path);
  if (is_named(inner)) return fmt::format("the named location {} can stand in a server only", inner.path);
  if (!inner.modifier.starts_with('~') && !inner.path.starts_with(outer.path))
    return fmt::format("location {} is outside of the location {} that it stands in", inner.path, outer.path);
  return "";
}

}  // namespace firedrill::lint::nginx
