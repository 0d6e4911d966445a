// Line by line, against the tables.
#include "lint/haproxy_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"
#include "lint/haproxy_keywords.hpp"

namespace firedrill::lint::haproxy {
namespace {

std::string near_text(std::string_view given, const std::vector<std::string>& known) {
  const std::string near = faults::nearest(given, known);
  return near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near);
}

void check_rules(const Context& context, std::size_t words) {
  const Line& line = context.line;
  std::string ruleset{line.word(0)};
  if (ruleset == "stats" && line.word(1) == "http-request") {
    if (!listed(" allow deny auth ", line.word(2)))
      context.wrong(2, fmt::format("stats http-request takes allow, deny or auth, not \"{}\"", line.word(2)));
    return;
  }
  if (ruleset == "redirect") return check_action(context, ruleset, 0);
  if (ruleset == "tcp-request" || ruleset == "tcp-response") ruleset += " " + std::string{line.word(1)};
  const bool rules = listed(" connection content session ", line.word(1)) ||
                     listed(" http-request http-response http-after-response ", ruleset);
  if (!rules) return;
  if (context.section.place == Place::defaults && context.section.name.empty())
    context.wrong(0, fmt::format("{} can stand in a defaults section only if that has a name", ruleset));
  check_action(context, ruleset, words);
}

void check_place(const Context& context, const Keyword& keyword) {
  const Section& section = context.section;
  const Line& line = context.line;
  if (may_stand(keyword, section.place)) return;
  // Of most HAProxy only warns.
  constexpr std::string_view refused_elsewhere[] = {"server",
                                                    "server-template",
                                                    "default-server",
                                                    "retry-on",
                                                    "use-server",
                                                    "tcp-response content",
                                                    "tcp-response inspect-delay",
                                                    "declare capture",
                                                    "tcp-request connection",
                                                    "tcp-request session"};
  const bool fatal = section.place == Place::defaults ||
                     std::find(std::begin(refused_elsewhere), std::end(refused_elsewhere), keyword.name) !=
                         std::end(refused_elsewhere);
  if (fatal)
    context.findings.add(unknown_directive, line.spot(),
                         fmt::format("\"{}\" cannot stand in a {} section", keyword.name, section.kind));
  else
    context.findings.add(no_effect, line.spot(),
                         fmt::format("\"{}\" has no effect in a {}", keyword.name, section.kind));
}

// Such as a variable that is not set.
bool lacks_number(const Context& context, std::size_t at, Kind kind, std::string_view name) {
  if (kind != Kind::number || at >= context.line.words.size() || !context.word(at).empty()) return false;
  context.wrong(at, fmt::format("{} takes a whole number, and this is an empty text", name));
  return true;
}

void check_proxy_line(const Context& context) {
  const Section& section = context.section;
  const Line& line = context.line;
  std::size_t words = 0;
  const Keyword* keyword = proxy_keyword(line, words);
  if (keyword == nullptr) {
    const std::vector<std::string> names = proxy_keyword_names(line.word(0));
    const bool family = names.front().starts_with(std::string{line.word(0)} + " ");
    const std::string given = family ? fmt::format("{} {}", line.word(0), line.word(1)) : std::string{line.word(0)};
    context.findings.add(
        unknown_directive, line.spot_of(family && line.words.size() > 1 ? 1 : 0),
        fmt::format("HAProxy has no \"{}\" in a {} section{}", given, section.kind, near_text(given, names)));
    return;
  }
  check_place(context, *keyword);
  const std::size_t arguments = line.words.size() - words;
  if (arguments < keyword->least || (keyword->kind != Kind::any && arguments == 0))
    return context.wrong(0, fmt::format("{}: an argument is missing", keyword->name));
  if (keyword->most != any_number && arguments > keyword->most)
    context.wrong(words + keyword->most, fmt::format("{} takes {} argument{}", keyword->name,
                                                     keyword->most == 0 ? "no" : std::to_string(keyword->most),
                                                     keyword->most == 1 ? "" : "s"));
  if (lacks_number(context, words, keyword->kind, keyword->name)) return;
  if (arguments > 0) check_value(context, words, keyword->kind, keyword->name);
  if (keyword->name == "acl" && section.place == Place::defaults && section.name.empty())
    context.wrong(0, "acl can stand in a defaults section only if that has a name");
  if (keyword->name == "bind") check_bind(context);
  if (keyword->name == "server" || keyword->name == "server-template") check_server(context);
  if (keyword->name == "default-server") check_options(context, 1, Options::server);
  check_arguments(context);
  check_probe(context);
  check_rules(context, words);
  check_conditions(context);
}

void check_global_line(const Context& context) {
  const Line& line = context.line;
  const Keyword* keyword = global_keyword(line.word(0));
  if (keyword == nullptr) {
    context.findings.add(unknown_directive, line.spot(),
                         fmt::format("HAProxy has no \"{}\" in a global section{}", line.word(0),
                                     near_text(line.word(0), global_keyword_names())));
    return;
  }
  const std::size_t arguments = line.words.size() - 1;
  if (arguments < keyword->least)
    context.wrong(0, fmt::format("{}: an argument is missing", keyword->name));
  else if (keyword->most != any_number && arguments > keyword->most)
    context.wrong(1 + keyword->most, fmt::format("{} takes no more arguments", keyword->name));
  else if (arguments > 0 && !lacks_number(context, 1, keyword->kind, keyword->name))
    check_value(context, 1, keyword->kind, keyword->name);
  check_arguments(context);
  if (keyword->name != "stats" || arguments == 0) return;
  if (!listed(" socket timeout maxconn bind-process ", line.word(1)))
    context.wrong(1, fmt::format("stats takes socket, timeout, maxconn or bind-process, not \"{}\"", line.word(1)));
  if (line.word(1) == "timeout") check_value(context, 2, Kind::time, "stats timeout");
  if (line.word(1) == "maxconn") check_value(context, 2, Kind::any, "stats maxconn");
  if (line.word(1) == "socket") check_options(context, 3, Options::bind);
}

}  // namespace

void check_lines(const Config& config, const KnownNames& names, Findings& findings) {
  for (const Section& section : config.sections) {
    if (section.is_proxy() && !is_proxy_name(section.name))
      findings.add(refused, section.spot(), fmt::format("\"{}\" is no name: letters, digits, - _ . :", section.name));
    const Acls acls{section};
    for (const Line& line : section.lines) {
      if (findings.full()) return;
      const Context context{section, acls, names, line, findings};
      if (section.place == Place::global)
        check_global_line(context);
      else if (section.place != Place::other)
        check_proxy_line(context);
      else if (other_keyword(section.kind, line.word(0)))
        check_other_line(context);
      else
        findings.add(unknown_directive, line.spot(),
                     fmt::format("HAProxy has no \"{}\" in a {} section", line.word(0), section.kind));
    }
    if (section.place == Place::other) check_other_section(section, findings);
    if (section.faces_servers()) check_servers(section, names, findings);
  }
}

}  // namespace firedrill::lint::haproxy
