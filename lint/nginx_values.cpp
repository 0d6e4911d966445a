// Values that a table of directives cannot tell: sizes of zones, parameters of servers, ports, patterns, variables.
// Each by asking nginx 1.22.1.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "lint/ground_rules.hpp"
#include "lint/nginx_syntax.hpp"
#include "lint/nginx_variables.hpp"

namespace firedrill::lint::nginx {
namespace {

// "80", or a range of them.
bool is_port(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos) return is_port(text.substr(0, dash)) && is_port(text.substr(dash + 1));
  return only_digits(text) && text.size() <= 5 && number_of(text) >= 1 && number_of(text) <= 65535;
}

// In bytes; -1 for what is no size.
double size_of(std::string_view text) {
  double unit = 1;
  if (text.ends_with('k') || text.ends_with('K')) unit = 1024;
  if (text.ends_with('m') || text.ends_with('M')) unit = 1024.0 * 1024;
  if (unit > 1) text.remove_suffix(1);
  return only_digits(text) ? number_of(text) * unit : -1;
}

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

// Parentheses and brackets of a pattern that do not pair. Which other patterns PCRE refuses is not looked at.
bool is_unpaired(std::string_view pattern) {
  if (pattern.find("\\Q") != std::string_view::npos) return false;
  std::size_t open = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '[') {
      i = end_of_class(pattern, i);
      if (i == pattern.size()) return true;
    } else if (pattern[i] == '(') {
      ++open;
    } else if (pattern[i] == ')') {
      if (open == 0) return true;
      --open;
    }
  }
  return open > 0;
}

class Values {
 public:
  explicit Values(Findings& findings) : findings_{findings} {}

  void check(const Tree& tree) {
    each(*tree.root, [&](const Directive& one) {
      if (findings_.full() || one.context == in_entries || one.context == in_unknown) return;
      zones(one);
      servers(one);
      locations(one);
      others(one);
    });
  }

 private:
  void wrong(const Directive& one, std::size_t at, const std::string& what) {
    findings_.add(refused, one.spot(at), what);
  }

  void zones(const Directive& one) {
    constexpr double smallest = 8.0 * 4096;
    const std::string_view name = one.name();
    if (name == "zone" && one.words.size() > 2 && (size_of(one.word(2)) < smallest))
      wrong(one, 2, fmt::format("a zone takes a size of 32k or more, not \"{}\"", one.word(2)));
    if (name != "limit_conn_zone" && name != "limit_req_zone") return;
    const std::string_view zone = one.parameter("zone");
    const std::size_t colon = zone.find(':');
    if (colon == std::string_view::npos || size_of(zone.substr(colon + 1)) < smallest)
      wrong(one, 2, fmt::format("{} takes a name and a size of 32k or more, such as zone=name:1m", name));
    const std::string_view rate = one.parameter("rate");
    if (name == "limit_req_zone" && !rate.empty() &&
        !((rate.ends_with("r/s") || rate.ends_with("r/m")) && number_of(rate) >= 1 &&
          only_digits(rate.substr(0, rate.size() - 3))))
      wrong(one, 0, fmt::format("limit_req_zone takes a rate such as 10r/s, not \"{}\"", rate));
  }

  void servers(const Directive& one) {
    const std::string_view name = one.name();
    if (name == "listen") return port(one, only_digits(one.word(1)) ? one.word(1) : behind_colon(one.word(1)));
    if (name != "server" || one.block || one.words.size() < 2) return;
    port(one, behind_colon(one.word(1)));
  }

  // "" for an address without one, or that has none.
  static std::string_view behind_colon(std::string_view address) {
    if (address.starts_with("unix:") || address.find('$') != std::string_view::npos) return "";
    const std::size_t bracket = address.rfind(']'), colon = address.rfind(':');
    if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) return "";
    return address.substr(colon + 1);
  }
  void port(const Directive& one, std::string_view text) {
    if (!text.empty() && !is_port(text)) wrong(one, 1, fmt::format("\"{}\" is no port", text));
  }

  void locations(const Directive& one) {
    if (one.name() != "location" || !one.block || one.words.size() < 2) return;
    std::string_view modifier = one.words.size() > 2 ? one.word(1) : "", path = one.word(one.words.size() - 1);
    for (const std::string_view glued : {"=", "^~", "~*", "~"})
      if (modifier.empty() && path.starts_with(glued)) {
        modifier = glued;
        path.remove_prefix(glued.size());
      }
    if (modifier.starts_with('~')) {
      if (is_unpaired(path)) wrong(one, one.words.size() - 1, fmt::format("\"{}\" is no pattern", path));
      return;
    }
    const std::string key = (modifier == "=" ? "= " : "") + std::string{path};
    const auto [it, fresh] = locations_.try_emplace({one.parent, key}, &one);
    if (!fresh) wrong(one, 0, fmt::format("there is a location {} already, at line {}", key, it->second->spot().line));
  }

  void others(const Directive& one) {
    const std::string_view name = one.name(), value = one.word(1);
    if (name == "rewrite" && is_unpaired(value)) wrong(one, 1, fmt::format("\"{}\" is no pattern", value));
    if (name == "server_name")
      for (std::size_t i = 1; i < one.words.size(); ++i)
        if (one.word(i).starts_with('~') && is_unpaired(one.word(i)))
          wrong(one, i, fmt::format("\"{}\" is no pattern", one.word(i)));
    const bool http = (one.context & (in_stream | in_stream_server)) == 0;
    if (name == "return" && http && one.words.size() > 1) {
      const bool url = one.words.size() == 2 &&
                       (value.starts_with("http://") || value.starts_with("https://") || value.starts_with('$'));
      if (!url && !(only_digits(value) && value.size() <= 3))
        wrong(one, 1, fmt::format("return takes a status, or a URL alone, not \"{}\"", value));
    }
  }

  Findings& findings_;
  std::map<std::pair<const Directive*, std::string>, const Directive*> locations_;
};

}  // namespace

void check_values(const Tree& tree, Findings& findings) {
  Values{findings}.check(tree);
  check_tables(tree, findings);
  check_variables(tree, findings);
}

}  // namespace firedrill::lint::nginx
