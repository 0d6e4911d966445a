// Sections that are neither global nor of proxies: what their directives take, and what they cannot do without.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "lint/ground_rules.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

struct Entry {
  std::string_view kind, directive, takes;
};
// clang-format off
constexpr Entry entries[] = {
    {"resolvers", "nameserver", "word address"},
    {"resolvers", "hold", "event time"},
    {"resolvers", "timeout", "try time"},
    {"resolvers", "resolve_retries", "word"},
    {"resolvers", "accepted_payload_size", "payload"},
    {"mailers", "mailer", "word address"},
    {"mailers", "timeout", "mail time"},
    {"cache", "total-max-size", "megabytes"},
    {"cache", "max-object-size", "number"},
    {"cache", "max-age", "number"},
    {"cache", "max-secondary-entries", "number"},
    {"cache", "process-vary", "switch"},
    {"program", "command", "word"},
    {"program", "option", "start"},
    {"ring", "size", "size"},
    {"ring", "maxlen", "size"},
    {"ring", "format", "format"},
    {"ring", "server", "word address"},
    {"fcgi-app", "docroot", "word"},
    {"fcgi-app", "index", "word"},
    {"fcgi-app", "path-info", "regex"},
    {"fcgi-app", "pass-header", "word"},
    {"fcgi-app", "set-param", "word word"},
    {"fcgi-app", "option", "fcgi"},
    {"fcgi-app", "log-stderr", "log"},
    {"log-forward", "maxconn", "word"},
    {"log-forward", "timeout", "client time"},
    {"ring", "timeout", "word time"},
    {"http-errors", "errorfile", "code word"},
    {"userlist", "user", "word"},
    {"userlist", "group", "word"},
};

struct Range {
  std::string_view kind, values;
};
constexpr Range ranges[] = {
    {"event", " nx other refused timeout valid obsolete "},
    {"try", " retry resolve "},
    {"mail", " mail "},
    {"client", " client "},
    {"code", statuses_of_errors},
    {"switch", " on off "},
    {"start", " start-on-reload "},
    {"format", " local rfc3164 rfc5424 priority short timed iso raw "},
    {"fcgi", " keep-conn get-values max-reqs mpxs-conns "},
};
// clang-format on

void check_word(const Context& context, std::size_t at, std::string_view kind) {
  const std::string_view name = context.word(0), given = context.word(at);
  const auto bounded = [&](std::int64_t least, std::int64_t most) {
    if (!is_whole_number(given) || lax_number(given) < least || lax_number(given) > most)
      context.wrong(at, fmt::format("{} takes a number from {} to {}, not \"{}\"", name, least, most, given));
  };
  if (given.empty()) return context.wrong(0, fmt::format("{}: an argument is missing", name));
  if (kind == "address") check_address(context, at, given, Ports::needed);
  if (kind == "time") check_value(context, at, Kind::time, name);
  if (kind == "regex") check_regex(context, at);
  if (kind == "payload") bounded(12, 65'535);
  if (kind == "megabytes") bounded(1, 4'095);
  if (kind == "number") bounded(0, 4'294'967'295);
  if (kind == "size" && lax_number(given) < 1)
    context.wrong(at, fmt::format("{} takes a size, not \"{}\"", name, given));
  if (kind == "log" && given != "global" && context.word(at + 1).empty())
    context.wrong(at, "log-stderr takes global, or an address and a facility");
  for (const Range& choice : ranges)
    if (choice.kind == kind && !listed(choice.values, given))
      context.wrong(at, fmt::format("{} takes one of:{}; not \"{}\"", name, choice.values, given));
}

bool has_line(const Section& section, std::string_view directive) {
  return std::any_of(section.lines.begin(), section.lines.end(),
                     [&](const Line& line) { return line.word(0) == directive; });
}

// Groups that users are said to be in, and users that groups are said to have.
void check_members(const Section& section, Findings& findings) {
  for (const Line& line : section.lines) {
    const bool user = line.word(0) == "user";
    for (std::size_t i = 2; i + 1 < line.words.size(); ++i) {
      if (line.word(i) != (user ? "groups" : "users")) continue;
      std::string_view names = line.word(i + 1);
      while (!names.empty()) {
        const std::size_t comma = std::min(names.find(','), names.size());
        const std::string_view name = names.substr(0, comma);
        const bool there = std::any_of(section.lines.begin(), section.lines.end(), [&](const Line& one) {
          return one.word(0) == (user ? "group" : "user") && one.word(1) == name;
        });
        if (!there)
          findings.add(refused, line.spot_of(i + 1),
                       fmt::format("there is no {} \"{}\" in this userlist", user ? "group" : "user", name));
        names.remove_prefix(std::min(comma + 1, names.size()));
      }
    }
  }
}

// Behind a name, words with a value each.
void check_member(const Context& context) {
  const std::string_view known = context.word(0) == "user" ? " password insecure-password groups " : " users ";
  for (std::size_t at = 2; at < context.line.words.size(); at += 2)
    if (!listed(known, context.word(at)))
      return context.wrong(at, fmt::format("{} takes{}and not \"{}\"", context.word(0), known, context.word(at)));
}

void check_application(const Context& context) {
  if (context.word(0) == "acl" && context.word(2).empty()) context.wrong(0, "acl takes a name and an expression");
  check_conditions(context);
  if (context.word(0) != "option" || context.word(1) != "max-reqs") return;
  if (lax_number(context.word(2)) < 1)
    context.wrong(context.word(2).empty() ? 1 : 2,
                  fmt::format("option max-reqs takes a number from 1, not \"{}\"", context.word(2)));
  else if (lax_number(context.word(2)) > 1 && !find(context.section, {"option", "mpxs-conns"}))
    context.wrong(2, "option max-reqs above 1 takes option mpxs-conns");
}

void check_cache(const Section& section, Findings& findings) {
  const Setting total = find(section, {"total-max-size"}), object = find(section, {"max-object-size"});
  if (total && object && lax_number(object.value()) > lax_number(total.value()) * 1024 * 1024 / 2)
    findings.add(refused, object.spot(), "max-object-size is at most half of total-max-size");
}

// Of both forms one: bind and server lines, or peer lines with addresses.
void check_peers(const Section& section, Findings& findings) {
  const Line *bind = nullptr, *peer = nullptr;
  for (const Line& line : section.lines) {
    if (line.word(0) == "bind" && bind != nullptr)
      findings.add(refused, line.spot(),
                   fmt::format("a peers section has one bind: there is one at line {} already", bind->spot().line));
    if (line.word(0) == "bind") bind = &line;
    if (line.word(0) == "peer") peer = &line;
    if (bind != nullptr && peer != nullptr && (bind == &line || peer == &line))
      findings.add(refused, line.spot(),
                   "bind and peer lines cannot stand in one section: beside a bind, peers are server lines");
  }
}

}  // namespace

void check_other_line(const Context& context) {
  const std::string_view kind = context.section.kind, name = context.word(0);
  if (kind == "log-forward" && name == "log") check_log(context);
  if (kind == "log-forward" && name == "dgram-bind" && !context.word(1).empty())
    check_address(context, 1, context.word(1), Ports::of_listener);
  if (kind == "peers" && name == "table") check_stick_table(context, 2);
  if (kind == "peers" && name == "peer" && !context.word(2).empty())
    check_address(context, 2, context.word(2), Ports::optional);
  if (kind == "fcgi-app") check_application(context);
  if (kind == "userlist") check_member(context);
  const auto entry = std::find_if(std::begin(entries), std::end(entries), [&](const Entry& one) {
    return one.kind == context.section.kind && one.directive == context.word(0);
  });
  if (entry == std::end(entries)) return;
  std::string_view takes = entry->takes;
  for (std::size_t at = 1; !takes.empty(); ++at) {
    const std::size_t blank = std::min(takes.find(' '), takes.size());
    const bool missing = context.word(at).empty();
    check_word(context, at, takes.substr(0, blank));
    if (missing) return;
    takes.remove_prefix(std::min(blank + 1, takes.size()));
  }
  if (entry->kind == "ring" && entry->directive == "server") check_options(context, 3, Options::server);
}

void check_other_section(const Section& section, Findings& findings) {
  const std::string_view needed = section.kind == "cache"      ? "total-max-size"
                                  : section.kind == "program"  ? "command"
                                  : section.kind == "fcgi-app" ? "docroot"
                                                               : "";
  if (!needed.empty() && !has_line(section, needed))
    findings.add(refused, section.spot(), fmt::format("{} lacks a {}", section.shown(), needed));
  if (section.kind == "cache") check_cache(section, findings);
  if (section.kind == "userlist") check_members(section, findings);
  if (section.kind == "peers") check_peers(section, findings);
  if (section.kind != "resolvers") return;
  std::set<std::string_view> servers;
  for (const Line& line : section.lines)
    if (line.word(0) == "nameserver" && !servers.insert(line.word(1)).second)
      findings.add(refused, line.spot_of(1), fmt::format("the name \"{}\" is taken", line.word(1)));
}

}  // namespace firedrill::lint::haproxy
