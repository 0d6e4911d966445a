// What a file is: by its name, or by the first word that means anything.
#include <algorithm>

#include "lint/capacity.hpp"
#include "lint/check.hpp"
#include "lint/haproxy_keywords.hpp"

namespace firedrill::lint {
namespace {

// The first word of a text that is no comment.
std::string first_word(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    if (line.empty() || line.front() == '#' || line.front() == '\r') continue;
    return std::string{line.substr(0, line.find_first_of(" \t\r;{"))};
  }
  return "";
}

}  // namespace

std::optional<Format> format_of(const std::string& path, std::string_view text) {
  const std::size_t dot = path.find_last_of("./");
  const std::string ending = dot == std::string::npos || path[dot] == '/' ? "" : path.substr(dot);
  const bool named_so = path.ends_with("capacity.toml") && text.find("[drill]") == std::string_view::npos;
  if (ending == ".toml") return named_so || looks_like_capacity(text) ? std::optional{Format::capacity} : std::nullopt;
  if (ending == ".yaml" || ending == ".yml") return Format::envoy;
  if (ending == ".json") return Format::envoy;
  if (ending == ".cfg") return Format::haproxy;
  const std::string word = first_word(text);
  if (haproxy::is_section(word) || word.starts_with(".if")) return Format::haproxy;
  if (ending == ".conf") return Format::nginx;
  constexpr const char* blocks[] = {"user",    "worker_processes", "events", "http",       "stream",
                                    "include", "upstream",         "server", "load_module"};
  const bool nginx =
      std::any_of(std::begin(blocks), std::end(blocks), [&](const char* block) { return word == block; });
  if (nginx && text.find('{') != std::string_view::npos) return Format::nginx;
  constexpr const char* members[] = {"---", "admin:", "node:", "static_resources:", "dynamic_resources:"};
  if (word.empty() ? text.starts_with('{')
                   : std::find(std::begin(members), std::end(members), word) != std::end(members))
    return Format::envoy;
  return looks_like_capacity(text) ? std::optional{Format::capacity} : std::nullopt;
}

}  // namespace firedrill::lint
