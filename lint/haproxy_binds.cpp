// bind and server lines by themselves: addresses, options and what those take.
#include <fmt/format.h>

#include <algorithm>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"
#include "lint/haproxy_keywords.hpp"
#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

constexpr std::string_view times = " inter fastinter downinter agent-inter slowstart pool-purge-delay tcp-ut ";
constexpr std::string_view numbers =
    " maxconn minconn maxqueue weight fall rise error-limit id pool-max-conn pool-low-conn max-reuse backlog nice mss "
    "port agent-port ";
// Without an argument they are 0.
constexpr std::string_view of_nothing = " maxconn minconn maxqueue ";

bool is_cpus(std::string_view text) {
  const auto valid = [](std::string_view one) {
    if (one == "all" || one == "odd" || one == "even") return true;
    const std::size_t dash = one.find('-');
    const std::string_view low = one.substr(0, dash);
    const std::string_view high = dash == std::string_view::npos ? low : one.substr(dash + 1);
    return is_whole_number(low) && (high.empty() || is_whole_number(high)) && lax_number(low) > 0;
  };
  const std::size_t slash = text.find('/');
  return valid(text.substr(0, slash)) && (slash == std::string_view::npos || valid(text.substr(slash + 1)));
}

// Words between commas; of init-addr an address, too.
void check_list(const Context& context, std::size_t at, std::string_view name) {
  const std::string_view known = name == "init-addr" ? " last libc none "
                                 : name == "resolve-opts"
                                     ? " allow-dup-ip ignore-weight prevent-dup-ip "
                                     : " crc32c unique-id ssl cert-cn cert-key cert-sig ssl-cipher authority ";
  std::string_view rest = context.word(at);
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view one = rest.substr(0, comma);
    const bool address = name == "init-addr" && one.find_first_of(".:") != std::string_view::npos;
    if (!address && !listed(known, one)) context.wrong(at, fmt::format("{} takes{}and not \"{}\"", name, known, one));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
}

void check_option_value(const Context& context, std::size_t at) {
  const std::string_view name = context.word(at), value = context.word(at + 1);
  if (name != "mode")
    check_value(context, at + 1,
                listed(times, name)     ? Kind::time
                : listed(numbers, name) ? Kind::number
                                        : Kind::any,
                name);
  const std::int64_t number = lax_number(value);
  if (name == "weight" && (number < 0 || number > 256)) context.wrong(at + 1, "weight takes a number from 0 to 256");
  if (listed(" fall rise error-limit ", name) && number < 1)
    context.wrong(at + 1, fmt::format("{} takes a number from 1", name));
  if (listed(" inter fastinter downinter agent-inter ", name) && parse_time(value) == Time::zero())
    context.wrong(at + 1, fmt::format("{} cannot be 0", name));
  if (name == "mode" && value.find_first_not_of("01234567") != std::string_view::npos)
    context.wrong(at + 1, fmt::format("mode takes an octal number, not \"{}\"", value));
  if (listed(" proxy-v2-options init-addr resolve-opts ", name)) check_list(context, at + 1, name);
  if (name == "socks4") check_address(context, at + 1, value, Ports::needed);
  if ((name == "source" || name == "addr") && is_impossible_host(host_of(value)))
    context.wrong(at + 1, fmt::format("{}: \"{}\" is no address", name, host_of(value)));
  if (name == "sni") check_whole_expression(context, at + 1, From::anywhere);
  if (listed(" process thread ", name) && !is_cpus(value))
    context.wrong(at + 1, fmt::format("{} takes all, odd, even, a number from 1 or a range, not \"{}\"", name, value));
}

}  // namespace

void check_options(const Context& context, std::size_t first, Options table) {
  const Line& line = context.line;
  for (std::size_t at = first; at < line.words.size();) {
    const std::string_view name = line.word(at);
    if (!is_option(table, name)) {
      const std::string near = faults::nearest(name, option_names(table));
      context.findings.add(unknown_directive, line.spot_of(at),
                           fmt::format("{} has no option \"{}\"{}", line.word(0), name,
                                       near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
      return;
    }
    const std::size_t takes = arguments_of(table, line, at);
    Line probe;
    probe.words.resize(3);
    probe.words[0].text = name;
    if (takes < arguments_of(table, probe, 0))
      context.findings.add(table == Options::server && listed(of_nothing, name) ? no_effect : refused, line.spot_of(at),
                           fmt::format("{} {}: an argument is missing", line.word(0), name));
    else if (takes > 0)
      check_option_value(context, at);
    at += takes + 1;
  }
}

void check_bind(const Context& context) {
  const Line& line = context.line;
  std::string_view addresses = line.word(1);
  while (!addresses.empty()) {
    const std::size_t comma = std::min(addresses.find(','), addresses.size());
    check_address(context, 1, addresses.substr(0, comma), Ports::of_listener);
    addresses.remove_prefix(std::min(comma + 1, addresses.size()));
  }
  check_options(context, 2, Options::bind);
  const auto has = [&](std::string_view option) {
    return std::any_of(line.words.begin() + 2, line.words.end(), [&](const Word& word) { return word.text == option; });
  };
  if (has("ssl") && !has("crt") && !has("crt-list") && !has("generate-certificates"))
    context.wrong(0, "bind with ssl takes a certificate: crt FILE");
  for (std::size_t at = 2; at + 1 < line.words.size(); at += 1 + arguments_of(Options::bind, line, at))
    if (line.word(at) == "proto" && !is_http(context.section) && listed(" h1 h2 ", line.word(at + 1)))
      context.wrong(at + 1, fmt::format("proto {} takes mode http", line.word(at + 1)));
}

bool is_proxy_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
  });
}

void check_server(const Context& context) {
  const Line& line = context.line;
  const bool templated = line.word(0) == "server-template";
  const std::size_t address = templated ? 3 : 2;
  if (!is_proxy_name(line.word(1)))
    context.wrong(1, fmt::format("\"{}\" is no name: letters, digits, - _ . :", line.word(1)));
  if (templated) {
    const std::string_view range = line.word(2);
    const std::size_t dash = range.find('-');
    if (lax_number(range) < 1 ||
        (dash != std::string_view::npos && lax_number(range.substr(dash + 1)) < lax_number(range)))
      context.wrong(2, "server-template takes how many servers, or a range such as 1-3");
  }
  if (line.word(address).empty())
    context.wrong(address, "the address is empty");
  else
    check_address(context, address, line.word(address), Ports::of_server);
  check_options(context, address + 1, Options::server);
}

}  // namespace firedrill::lint::haproxy
