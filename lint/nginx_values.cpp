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
#include "lint/nginx_addresses.hpp"
#include "lint/nginx_conditions.hpp"
#include "lint/nginx_syntax.hpp"
#include "lint/nginx_variables.hpp"
#include "lint/regex.hpp"

namespace firedrill::lint::nginx {
namespace {

// In bytes; -1 for what is no size.
double size_of(std::string_view text) {
  double unit = 1;
  if (text.ends_with('k') || text.ends_with('K')) unit = 1024;
  if (text.ends_with('m') || text.ends_with('M')) unit = 1024.0 * 1024;
  if (unit > 1) text.remove_suffix(1);
  return only_digits(text) ? number_of(text) * unit : -1;
}

class Values {
 public:
  explicit Values(Findings& findings) : findings_{findings} {}

  void check(const Tree& tree) {
    each(*tree.root, [&](const Directive& one) {
      if (findings_.full() || one.context == in_entries || one.context == in_unknown) return;
      zones(one);
      addresses(one);
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
    if (colon == std::string_view::npos || colon == 0 || size_of(zone.substr(colon + 1)) < smallest)
      wrong(one, 2, fmt::format("{} takes a name and a size of 32k or more, such as zone=name:1m", name));
    const std::string_view rate = one.parameter("rate");
    const bool unit = rate.ends_with("r/s") || rate.ends_with("r/m");
    if (name == "limit_req_zone" && !rate.empty() &&
        value_of(Kind::number, rate.substr(0, rate.size() - (unit ? 3 : 0))).value_or(0) < 1)
      wrong(one, 0, fmt::format("limit_req_zone takes a rate such as 10r/s, not \"{}\"", rate));
  }

  void addresses(const Directive& one) {
    const std::string_view name = one.name(), text = one.word(1);
    std::string what;
    if (name == "listen") what = wrong_address(text, Address::listen);
    if (name == "server" && !one.block && one.words.size() > 1)
      what = wrong_address(text, is_stream(one) ? Address::needs_port : Address::with_default_port);
    if ((name == "allow" || name == "deny") && text != "all" && text != "unix:" && !is_network(text))
      what = fmt::format("\"{}\" is no network, nor all", text);
    if (name == "set_real_ip_from" || name == "debug_connection")
      if (text.find('/') != std::string_view::npos && !is_network(text))
        what = fmt::format("\"{}\" is no network", text);
    if (!what.empty()) wrong(one, 1, what);
  }

  void locations(const Directive& one) {
    if (one.name() != "location" || !one.block || one.words.size() < 2) return;
    const auto [modifier, path] = place_of(one);
    if (const std::string what = wrong_nesting(one); !what.empty()) wrong(one, 0, what);
    if (modifier.starts_with('~')) {
      if (!regex_mistake(path).empty()) wrong(one, one.words.size() - 1, fmt::format("\"{}\" is no pattern", path));
      return;
    }
    if (modifier.empty() && path.starts_with('@')) return;  // of two named ones nginx takes the first
    const std::string key = (modifier == "=" ? "= " : "") + std::string{path};
    const auto [it, fresh] = locations_.try_emplace({one.parent, key}, &one);
    if (!fresh) wrong(one, 0, fmt::format("there is a location {} already, at line {}", key, it->second->spot().line));
  }

  void others(const Directive& one) {
    const std::string_view name = one.name(), value = one.word(1);
    if (name == "if" && one.block)
      if (const std::string what = read_condition(one).wrong; !what.empty()) wrong(one, 1, what);
    if (name == "rewrite" && !regex_mistake(value).empty()) wrong(one, 1, fmt::format("\"{}\" is no pattern", value));
    if (name == "server_name")
      for (std::size_t i = 1; i < one.words.size(); ++i)
        if (one.word(i).starts_with('~') && !regex_mistake(one.word(i)).empty())
          wrong(one, i, fmt::format("\"{}\" is no pattern", one.word(i)));
    if (name == "return" && !is_stream(one) && one.words.size() > 1) {
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
  check_special(tree, findings);
  check_entries(tree, findings);
  check_together(tree, findings);
  check_listens(tree, findings);
  check_passes(tree, findings);
  check_clashes(tree, findings);
  check_variables(tree, findings);
}

}  // namespace firedrill::lint::nginx
