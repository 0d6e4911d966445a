// Line by line, against the tables.
#include "lint/haproxy_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
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

bool is_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.size() < 19 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

void check_value(const Line& line, std::size_t at, Kind kind, std::string_view name, Findings& findings) {
  const std::string_view value = line.word(at);
  if (kind == Kind::time && !parse_time(value))
    findings.add(refused, line.spot_of(at),
                 fmt::format("{} takes a time up to 24 days, such as 5s or 500ms, not \"{}\"", name, value));
  if (kind == Kind::number && !is_number(value))
    findings.add(refused, line.spot_of(at),
                 fmt::format("{} takes a whole number, not \"{}\"; HAProxy refuses it or reads {}", name, value,
                             lax_number(value)));
}

struct Enumeration {
  std::string_view option, values;  // between blanks
};
constexpr Enumeration enumerations[] = {{"observe", " layer4 layer7 "},
                                        {"on-error", " fastinter fail-check sudden-death mark-down "},
                                        {"on-marked-down", " shutdown-sessions "},
                                        {"on-marked-up", " shutdown-backup-sessions "},
                                        {"log-proto", " legacy octet-count "},
                                        {"resolve-prefer", " ipv4 ipv6 "},
                                        {"verify", " none required optional "},
                                        {"ws", " auto h1 h2 "},
                                        {"proto", " h1 h2 fcgi none "},
                                        {"check-proto", " h1 h2 fcgi none "},
                                        {"ssl-min-ver", " SSLv3 TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3 "},
                                        {"ssl-max-ver", " SSLv3 TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3 "},
                                        {"severity-output", " none number string "},
                                        {"level", " user operator admin "}};

constexpr std::string_view times = " inter fastinter downinter agent-inter slowstart pool-purge-delay tcp-ut ";
constexpr std::string_view numbers =
    " maxconn minconn maxqueue weight fall rise error-limit id pool-max-conn pool-low-conn max-reuse backlog nice mss "
    "port "
    "agent-port ";

bool listed(std::string_view list, std::string_view word) {
  return list.find(" " + std::string{word} + " ") != std::string_view::npos;
}

void check_option_value(const Line& line, std::size_t at, Findings& findings) {
  const std::string_view name = line.word(at);
  const std::size_t value = at + 1;
  if (listed(times, name)) check_value(line, value, Kind::time, name, findings);
  if (listed(numbers, name)) check_value(line, value, Kind::number, name, findings);
  for (const Enumeration& one : enumerations)
    if (one.option == name && !listed(one.values, line.word(value)))
      findings.add(refused, line.spot_of(value),
                   fmt::format("{} takes one of:{}; not \"{}\"", name, one.values, line.word(value)));
  const std::int64_t number = lax_number(line.word(value));
  if (name == "weight" && (number < 0 || number > 256))
    findings.add(refused, line.spot_of(value), "weight takes a number from 0 to 256");
  if ((name == "fall" || name == "rise" || name == "error-limit" || name == "id") && number < 1)
    findings.add(refused, line.spot_of(value), fmt::format("{} takes a number from 1", name));
}

void check_options(const Line& line, std::size_t first, Options table, Findings& findings) {
  for (std::size_t at = first; at < line.words.size();) {
    const std::string_view name = line.word(at);
    if (!is_option(table, name)) {
      findings.add(unknown_directive, line.spot_of(at),
                   fmt::format("{} has no option \"{}\"{}", line.word(0), name, near_text(name, option_names(table))));
      return;
    }
    const std::size_t takes = arguments_of(table, line, at);
    Line probe;
    probe.words.resize(3);
    probe.words[0].text = name;
    if (takes < arguments_of(table, probe, 0))
      findings.add(refused, line.spot_of(at), fmt::format("{} {}: an argument is missing", line.word(0), name));
    else if (takes > 0)
      check_option_value(line, at, findings);
    at += takes + 1;
  }
}

void check_port(const Line& line, std::size_t at, std::string_view address, bool needed, Findings& findings) {
  if (address.find('/') != std::string_view::npos || address.find('@') != std::string_view::npos) return;
  const std::size_t colon = address.rfind(':');
  const std::string_view port = colon == std::string_view::npos ? "" : address.substr(colon + 1);
  const auto valid = [](std::string_view one) {
    if (one.starts_with('+') || one.starts_with('-')) one.remove_prefix(1);
    return is_number(one) && lax_number(one) <= 65535;
  };
  const std::size_t dash = port.find('-', 1);
  const bool good =
      port.empty() ? !needed
                   : valid(port.substr(0, dash)) && (dash == std::string_view::npos || valid(port.substr(dash + 1)));
  if (!good && address.find("::") == std::string_view::npos)
    findings.add(refused, line.spot_of(at), fmt::format("\"{}\" has no valid port", address));
}

void check_bind(const Line& line, Findings& findings) {
  std::string_view addresses = line.word(1);
  while (!addresses.empty()) {
    check_port(line, 1, addresses.substr(0, addresses.find(',')), true, findings);
    const std::size_t comma = addresses.find(',');
    addresses = comma == std::string_view::npos ? "" : addresses.substr(comma + 1);
  }
  check_options(line, 2, Options::bind, findings);
  const auto has = [&](std::string_view option) {
    return std::any_of(line.words.begin() + 2, line.words.end(), [&](const Word& word) { return word.text == option; });
  };
  if (has("ssl") && !has("crt") && !has("crt-list") && !has("generate-certificates"))
    findings.add(refused, line.spot(), "bind with ssl takes a certificate: crt FILE");
}

bool is_proxy_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
  });
}

void check_server(const Line& line, Findings& findings) {
  const bool templated = line.word(0) == "server-template";
  const std::size_t address = templated ? 3 : 2;
  if (!is_proxy_name(line.word(1)))
    findings.add(refused, line.spot_of(1), fmt::format("\"{}\" is no name: letters, digits, - _ . :", line.word(1)));
  if (templated && lax_number(line.word(2)) < 1)
    findings.add(refused, line.spot_of(2), "server-template takes how many servers, or a range such as 1-3");
  if (line.word(address).empty())
    findings.add(refused, line.spot_of(address), "the address is empty");
  else
    check_port(line, address, line.word(address), false, findings);
  check_options(line, address + 1, Options::server, findings);
}

// Arguments whose values are few.
void check_words(const Line& line, std::size_t words, Findings& findings) {
  const std::string_view name = line.word(0), value = line.word(words);
  constexpr Enumeration few[] = {{"mode", " http tcp health "},
                                 {"http-reuse", " never safe aggressive always "},
                                 {"load-server-state-from-file", " global local none "},
                                 {"hash-type", " consistent map-based "}};
  for (const Enumeration& one : few)
    if (one.option == name && !listed(one.values, value))
      findings.add(refused, line.spot_of(words),
                   fmt::format("{} takes one of:{}; not \"{}\"", name, one.values, value));
  constexpr std::string_view balances =
      " roundrobin static-rr leastconn first source uri url_param hdr random rdp-cookie ";
  if (name == "balance" && !value.empty() && !listed(balances, value.substr(0, value.find('('))))
    findings.add(refused, line.spot_of(words), fmt::format("\"{}\" is no algorithm of balance", value));
  if (name == "id" && lax_number(value) < 1) findings.add(refused, line.spot_of(words), "id takes a number from 1");
  if (name == "filter" && !listed(" cache compression fcgi-app opentracing spoe trace ", value))
    findings.add(refused, line.spot_of(words), fmt::format("there is no filter \"{}\"", value));
  if (name == "errorfile" || name.starts_with("errorloc")) {
    constexpr std::string_view codes = " 200 400 401 403 404 405 407 408 410 413 425 429 500 501 502 503 504 ";
    if (!listed(codes, value))
      findings.add(refused, line.spot_of(words), fmt::format("{} takes no status {}", name, value));
  }
}

void check_action(const Section& section, const Line& line, std::size_t words, Findings& findings) {
  std::string ruleset{line.word(0)};
  if (ruleset == "tcp-request" || ruleset == "tcp-response") ruleset += " " + std::string{line.word(1)};
  if (!is_action(ruleset, line.word(words)))
    findings.add(refused, line.spot_of(words),
                 fmt::format("{} has no action \"{}\"{}", ruleset, line.word(words),
                             near_text(line.word(words), action_names(ruleset))));
  if (section.place == Place::defaults && section.name.empty() &&
      (ruleset.starts_with("http-") || line.word(1) == "connection" || line.word(1) == "content" ||
       line.word(1) == "session"))
    if (ruleset != "http-check" && ruleset != "http-error" && ruleset != "http-reuse")
      findings.add(refused, line.spot(),
                   fmt::format("{} can stand in a defaults section only if that has a name", ruleset));
}

void check_proxy_line(const Section& section, const Acls& acls, const Line& line, Findings& findings) {
  std::size_t words = 0;
  const Keyword* keyword = proxy_keyword(line, words);
  if (keyword == nullptr) {
    const std::vector<std::string> names = proxy_keyword_names(line.word(0));
    const bool family = names.front().starts_with(std::string{line.word(0)} + " ");
    const std::string given = family ? fmt::format("{} {}", line.word(0), line.word(1)) : std::string{line.word(0)};
    findings.add(unknown_directive, line.spot_of(family && line.words.size() > 1 ? 1 : 0),
                 fmt::format("HAProxy has no \"{}\" in a {} section{}", given, section.kind, near_text(given, names)));
    return;
  }
  if (!may_stand(*keyword, section.place)) {
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
                       std::find(std::begin(refused_elsewhere), std::end(refused_elsewhere), keyword->name) !=
                           std::end(refused_elsewhere);
    if (fatal)
      findings.add(unknown_directive, line.spot(),
                   fmt::format("\"{}\" cannot stand in a {} section", keyword->name, section.kind));
    else
      findings.add(no_effect, line.spot(), fmt::format("\"{}\" has no effect in a {}", keyword->name, section.kind));
  }
  const std::size_t arguments = line.words.size() - words;
  if (arguments < keyword->least || (keyword->kind != Kind::any && arguments == 0)) {
    findings.add(refused, line.spot(), fmt::format("{}: an argument is missing", keyword->name));
    return;
  }
  if (keyword->most != any_number && arguments > keyword->most)
    findings.add(refused, line.spot_of(words + keyword->most),
                 fmt::format("{} takes {} argument{}", keyword->name,
                             keyword->most == 0 ? "no" : std::to_string(keyword->most), keyword->most == 1 ? "" : "s"));
  if (arguments > 0) check_value(line, words, keyword->kind, keyword->name, findings);
  check_words(line, words, findings);
  if (keyword->name == "bind") check_bind(line, findings);
  if (keyword->name == "server" || keyword->name == "server-template") check_server(line, findings);
  if (keyword->name == "default-server") check_options(line, 1, Options::server, findings);
  check_arguments(line, findings);
  check_action(section, line, words, findings);
  check_conditions(acls, line, findings);
}

void check_global_line(const Line& line, Findings& findings) {
  const Keyword* keyword = global_keyword(line.word(0));
  if (keyword == nullptr) {
    findings.add(unknown_directive, line.spot(),
                 fmt::format("HAProxy has no \"{}\" in a global section{}", line.word(0),
                             near_text(line.word(0), global_keyword_names())));
    return;
  }
  const std::size_t arguments = line.words.size() - 1;
  if (arguments < keyword->least)
    findings.add(refused, line.spot(), fmt::format("{}: an argument is missing", keyword->name));
  else if (keyword->most != any_number && arguments > keyword->most)
    findings.add(refused, line.spot_of(1 + keyword->most), fmt::format("{} takes no more arguments", keyword->name));
  else if (arguments > 0)
    check_value(line, 1, keyword->kind, keyword->name, findings);
  constexpr std::string_view stats = " socket timeout maxconn bind-process ";
  if (keyword->name == "stats" && arguments > 0 && !listed(stats, line.word(1)))
    findings.add(refused, line.spot_of(1), fmt::format("stats takes one of:{}; not \"{}\"", stats, line.word(1)));
  check_arguments(line, findings);
  if (keyword->name == "stats" && line.word(1) == "timeout")
    check_value(line, 2, Kind::time, "stats timeout", findings);
  if (keyword->name == "stats" && line.word(1) == "socket") check_options(line, 3, Options::bind, findings);
}

}  // namespace

void check_lines(const Config& config, Findings& findings) {
  for (const Section& section : config.sections) {
    if (section.is_proxy() && !is_proxy_name(section.name))
      findings.add(refused, section.spot(), fmt::format("\"{}\" is no name: letters, digits, - _ . :", section.name));
    const Acls acls{section};
    for (const Line& line : section.lines) {
      if (findings.full()) return;
      if (section.place == Place::global)
        check_global_line(line, findings);
      else if (section.place != Place::other)
        check_proxy_line(section, acls, line, findings);
      else if (!other_keyword(section.kind, line.word(0)))
        findings.add(unknown_directive, line.spot(),
                     fmt::format("HAProxy has no \"{}\" in a {} section", line.word(0), section.kind));
    }
  }
}

}  // namespace firedrill::lint::haproxy
