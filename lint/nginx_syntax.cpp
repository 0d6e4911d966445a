// Directive by directive, against the table.
#include "lint/nginx_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <string>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"
#include "lint/nginx_directives.hpp"

namespace firedrill::lint::nginx {
namespace {

// Of nginx Plus, and of modules that are built apart: not in this table, and yet no slip of the pen.
constexpr std::array plus{"queue",        "sticky",
                          "health_check", "status_zone",
                          "api",          "sticky_cookie_insert",
                          "zone_sync",    "zone_sync_server",
                          "keyval",       "keyval_zone",
                          "auth_jwt",     "auth_jwt_key_file",
                          "slow_start",   "ntlm",
                          "state",        "least_time",
                          "status",       "match",
                          "js_import",    "js_content"};

bool digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

bool is_size(std::string_view text, std::string_view units) {
  if (!text.empty() && units.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return digits(text);
}

// Words that a single directive takes in place of a figure.
bool is_word_for(std::string_view name, std::string_view text) {
  return (name == "worker_processes" && text == "auto") || (name == "directio" && text == "off") ||
         (name == "userid_expires" && (text == "off" || text == "max"));
}

std::string where(const Directive& directive) {
  if (directive.parent == nullptr || directive.parent->words.empty()) return "at the top";
  return fmt::format("in {}", directive.parent->name());
}

class Checking {
 public:
  explicit Checking(Findings& findings) : findings_{findings} {}

  void block(const Directive& block) {
    std::map<std::string_view, const Directive*> seen;
    for (const Directive& one : block.children) {
      if (findings_.full()) return;
      if (one.context != in_entries && one.context != in_unknown) directive(one, seen);
      if (one.block) this->block(one);
    }
  }

 private:
  void directive(const Directive& one, std::map<std::string_view, const Directive*>& seen) {
    const std::vector<const Known*> rows = directives_named(one.name());
    if (rows.empty()) return unknown(one);
    const Known* known = nullptr;
    for (const Known* row : rows)
      if ((row->contexts & one.context) != 0) known = row;
    if (known == nullptr) {
      findings_.add(refused, one.spot(), fmt::format("\"{}\" is not allowed {}", one.name(), where(one)));
      return;
    }
    if (known->block != one.block) {
      findings_.add(refused, one.spot(),
                    known->block ? fmt::format("\"{}\" takes a block in braces", one.name())
                                 : fmt::format("\"{}\" takes no block; it ends with a semicolon", one.name()));
      return;
    }
    const std::size_t arguments = std::min<std::size_t>(one.words.size() - 1, 10);
    if ((known->arguments & (1U << arguments)) == 0) {
      findings_.add(refused, one.spot(),
                    fmt::format("\"{}\" takes another number of arguments than {}", one.name(), one.words.size() - 1));
      return;
    }
    if (one.words.size() == 2) value(*known, one);
    if (!known->once) return;
    const auto [it, fresh] = seen.try_emplace(one.name(), &one);
    if (!fresh)
      findings_.add(refused, one.spot(),
                    fmt::format("\"{}\" stands twice {}; the other one is at line {}", one.name(), where(one),
                                it->second->spot().line));
  }

  void unknown(const Directive& one) {
    const bool paid = std::find(plus.begin(), plus.end(), one.name()) != plus.end();
    const std::string near = faults::nearest(one.name(), names());
    findings_.add(unknown_directive, one.spot(),
                  fmt::format("nginx 1.22 has no directive \"{}\"{}", one.name(),
                              paid           ? "; nginx Plus, or another module, has"
                              : near.empty() ? ""
                                             : fmt::format("; did you mean \"{}\"?", near)));
  }

  void value(const Known& known, const Directive& one) {
    const std::string_view text = one.word(1);
    if (text.find('$') != std::string_view::npos || is_word_for(one.name(), text)) return;  // $: known at run time only
    const char* wanted = nullptr;
    switch (known.kind) {
      case Kind::any:
        return;
      case Kind::flag:
        wanted = text == "on" || text == "off" || text == "ON" || text == "OFF" ? nullptr : "on or off";
        break;
      case Kind::number:
        wanted = digits(text) ? nullptr : "a whole number";
        break;
      case Kind::time:
        wanted = parse_time(text) && text.find_first_of("yM") == std::string_view::npos ? nullptr : "a time such as 5s";
        break;
      case Kind::long_time:
        wanted = parse_time(text) ? nullptr : "a time such as 5s";
        break;
      case Kind::size:
        wanted = is_size(text, "kKmM") ? nullptr : "a size such as 16k";
        break;
      case Kind::large_size:
        wanted = is_size(text, "kKmMgG") ? nullptr : "a size such as 16k";
    }
    if (wanted != nullptr)
      findings_.add(refused, one.spot(1), fmt::format("{} takes {}, not \"{}\"", one.name(), wanted, text));
  }

  const std::vector<std::string>& names() {
    if (names_.empty()) names_ = directive_names();
    return names_;
  }

  Findings& findings_;
  std::vector<std::string> names_;
};

}  // namespace

double number_of(std::string_view text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::optional<double> parse_time(std::string_view text) {
  if (digits(text) && text.size() < 10) return std::stod(std::string{text});
  double sum = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    if (text.front() == ' ') {
      text.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    if (end == 0 || end > 9) return std::nullopt;
    const double number = std::stod(std::string{text.substr(0, end)});
    text.remove_prefix(end);
    constexpr struct {
      std::string_view name;
      double seconds;
    } units[] = {{"ms", 0.001}, {"s", 1},      {"m", 60},      {"h", 3600},
                 {"d", 86400},  {"w", 604800}, {"M", 2592000}, {"y", 31536000}};
    const auto* unit =
        std::find_if(std::begin(units), std::end(units), [&](const auto& one) { return text.starts_with(one.name); });
    if (unit == std::end(units)) {
      if (!text.empty()) return std::nullopt;
      return sum + number;
    }
    sum += number * unit->seconds;
    text.remove_prefix(unit->name.size());
  }
  return sum;
}

void check_directives(const Tree& tree, Findings& findings) { Checking{findings}.block(*tree.root); }

}  // namespace firedrill::lint::nginx
