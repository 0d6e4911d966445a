// Questions about a tree.
#include "lint/nginx_tree.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace firedrill::lint::nginx {

std::string_view Directive::parameter(std::string_view name) const {
  for (const Word& one : words) {
    const std::string_view text = one.text;
    if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=')
      return text.substr(name.size() + 1);
  }
  return "";
}

bool Directive::has(std::string_view word) const {
  return std::any_of(words.begin(), words.end(), [&](const Word& one) { return one.text == word; });
}

Context inside(std::string_view block, Context where) {
  const bool stream = (where & (in_stream | in_stream_server)) != 0;
  if (block == "events") return in_events;
  if (block == "http") return in_http;
  if (block == "stream") return in_stream;
  if (block == "server") return stream ? in_stream_server : in_server;
  if (block == "upstream") return stream ? in_stream_upstream : in_upstream;
  if (block == "location") return in_location;
  if (block == "if") return where == in_server ? in_server_if : in_location_if;
  if (block == "limit_except") return in_limit_except;
  constexpr std::string_view entries[] = {"types", "map", "geo", "geoip", "split_clients", "charset_map", "match"};
  return std::find(std::begin(entries), std::end(entries), block) != std::end(entries) ? in_entries : in_unknown;
}

const Directive* child(const Directive& block, std::string_view name) {
  constexpr std::size_t large = 32;
  if (block.children.size() > large) {
    if (block.by_name == nullptr) {
      block.by_name = std::make_unique<std::map<std::string_view, const Directive*>>();
      for (const Directive& one : block.children) (*block.by_name)[one.name()] = &one;
    }
    const auto it = block.by_name->find(name);
    return it == block.by_name->end() ? nullptr : it->second;
  }
  const Directive* last = nullptr;
  for (const Directive& one : block.children)
    if (one.name() == name) last = &one;
  return last;
}

const Directive* effective(const Directive& where, std::string_view name) {
  for (const Directive* at = &where; at != nullptr; at = at->parent)
    if (const Directive* own = child(*at, name)) return own;
  return nullptr;
}

std::vector<const Directive*> effective_all(const Directive& where, std::string_view name) {
  std::vector<const Directive*> all;
  for (const Directive* at = &where; at != nullptr && all.empty(); at = at->parent) {
    if (child(*at, name) == nullptr) continue;
    for (const Directive& one : at->children)
      if (one.name() == name) all.push_back(&one);
  }
  return all;
}

std::string inherited(const Directive& directive, const Directive& where) {
  if (directive.parent == &where) return "";
  const bool root = directive.parent == nullptr || directive.parent->words.empty();
  return fmt::format(" (from {} at line {})", root ? "the top" : directive.parent->name(), directive.spot().line);
}

bool is_stream(const Directive& directive) {
  return (directive.context & (in_stream | in_stream_server | in_stream_upstream)) != 0;
}

const Directive* around(const Directive& directive, std::string_view name) {
  for (const Directive* at = directive.parent; at != nullptr; at = at->parent)
    if (at->name() == name) return at;
  return nullptr;
}

}  // namespace firedrill::lint::nginx
