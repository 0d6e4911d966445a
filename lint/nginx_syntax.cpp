// Directive by directive, against the table.
#include "lint/nginx_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
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

// Words that a single directive takes in place of a figure.
bool is_word_for(std::string_view name, std::string_view text) {
  const bool rate = name == "limit_rate" || name == "limit_rate_after" || name == "proxy_download_rate" ||
                    name == "proxy_upload_rate";
  if (rate && text.find('$') != std::string_view::npos) return true;  // known at run time only
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
    if (is_word_for(one.name(), text)) return;
    if (!value_of(known.kind, text))
      findings_.add(refused, one.spot(1), fmt::format("{} takes {}, not \"{}\"", one.name(), wanted(known.kind), text));
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

void check_directives(const Tree& tree, Findings& findings) { Checking{findings}.block(*tree.root); }

}  // namespace firedrill::lint::nginx
