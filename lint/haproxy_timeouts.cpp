// Rules about timeouts. What HAProxy does is in configuration.txt of 2.6: section 4.2, "timeout …" and "retries".
#include <fmt/format.h>

#include <algorithm>

#include "lint/haproxy_examples.hpp"
#include "lint/haproxy_rules.hpp"

namespace firedrill::lint::haproxy {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t default_retries = 3;

std::int64_t retries_of(const Section& section) {
  const Setting setting = find(section, {"retries"});
  return setting ? lax_number(setting.value()) : default_retries;
}

// The longest one waits for a slot.
std::optional<Time> queue_time(const Section& section) {
  const Setting wait = wait_of(section);
  return wait ? finite(parse_time(wait.value())) : std::nullopt;
}

// All attempts to connect, with the pause of up to a second between them.
Time connecting(const Section& section) {
  const Time once = time_of(section, "connect").value_or(0us);
  return once * (retries_of(section) + 1) + std::min<Time>(once, 1s) * retries_of(section);
}

// What is written as 0 is shown where it stands.
void missing(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    if (!section.is_proxy()) continue;
    std::string absent, zeros;
    Setting zero;
    const auto look = [&](std::string_view name) {
      if (finite(time_of(section, name))) return;
      const Setting setting = find(section, {"timeout", name});
      if (!setting) {
        absent += (absent.empty() ? "" : ", ") + std::string{name};
        return;
      }
      zeros += fmt::format("{}timeout {} {}{}", zeros.empty() ? "" : ", ", name, setting.value(),
                           inherited(setting, section));
      if (!zero) zero = setting;
    };
    if (section.faces_clients()) look("client");
    if (has_servers(section)) {
      look("connect");
      look("server");
    }
    if (absent.empty() && zeros.empty()) continue;
    std::string what = zeros;
    if (!absent.empty()) what += fmt::format("{}no timeout for {}", zeros.empty() ? "" : ", and ", absent);
    subject.findings.add(rule, zero ? zero.spot() : section.spot(),
                         fmt::format("{}: {}: it never ends", section.shown(), what));
  }
}

void no_queue_timeout(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    if (!section.is_proxy()) continue;
    const Setting queue = find(section, {"timeout", "queue"});
    if (queue && parse_time(queue.value()) != Time{0}) continue;
    const std::string none = queue ? fmt::format("timeout queue is 0{}, which is none", inherited(queue, section))
                                   : "there is no timeout queue";
    for (const Server& server : servers_of(section)) {
      const Option* limit = server.option("maxconn");
      if (server.number("maxconn") <= 0) continue;
      const Setting connect = find(section, {"timeout", "connect"});
      subject.findings.add(rule, limit->spot(),
                           fmt::format("{}: servers have a maxconn{}, but {}; timeout connect counts{}",
                                       section.shown(), inherited(*limit, server), none,
                                       connect ? fmt::format(": {}{}", connect.value(), inherited(connect, section))
                                               : ", and there is none"));
      break;
    }
  }
}

void longer_than_patience(const Rule& rule, const Subject& subject) {
  if (!subject.capacity.edge_timeout) return;
  const Time patience{static_cast<std::int64_t>(subject.capacity.edge_timeout->value * 1e6)};
  for (const Section& section : subject.config.sections) {
    if (!has_servers(section)) continue;
    const auto queue = queue_time(section), server = finite(time_of(section, "server"));
    if (!queue || !server) continue;
    const Time worst = *queue + connecting(section) + *server;
    if (worst < patience) continue;
    const Setting setting = find(section, {"timeout", "server"});
    subject.findings.add(rule, setting.where == &section ? setting.line->spot() : section.spot(),
                         fmt::format("{}: queue {} + connecting {} + server {}{} = {}, and the edge leaves after {}",
                                     section.shown(), shown(*queue), shown(connecting(section)), shown(*server),
                                     inherited(setting, section), shown(worst), shown(patience)));
  }
}

void no_check_timeout(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    if (!section.is_proxy() || find(section, {"timeout", "check"})) continue;
    for (const Server& server : servers_of(section)) {
      const Option* check = server.option("check");
      if (check == nullptr) continue;
      subject.findings.add(
          rule, check->spot(),
          fmt::format("{}: servers are checked{} without a timeout check: inter ({}) counts for all of it",
                      section.shown(), inherited(*check, server),
                      server.option("inter") != nullptr ? server.option("inter")->value() : "2s"));
      break;
    }
  }
}

void long_connect(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    for (const Line& line : section.lines) {
      if (line.word(0) != "timeout" || line.word(1) != "connect") continue;
      const auto time = parse_time(line.word(2));
      if (time && *time > 10s)
        subject.findings.add(rule, line.spot_of(2),
                             fmt::format("{}: timeout connect is {}", section.shown(), shown(*time)));
    }
  }
}

void unequal(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    if (!section.is_proxy() || !section.faces_clients() || is_http(section)) continue;
    const auto client = time_of(section, "client");
    for (const Section* backend : backends_of(subject.config, section)) {
      if (is_http(*backend) || !has_servers(*backend)) continue;
      const auto server = time_of(*backend, "server");
      if (!client || !server || *client == *server) continue;
      const Setting setting = find(section, {"timeout", "client"});
      subject.findings.add(rule, setting.where == &section ? setting.spot() : section.spot(),
                           fmt::format("{} has timeout client {}{}, {} has timeout server {}{}", section.shown(),
                                       shown(*client), inherited(setting, section), backend->shown(), shown(*server),
                                       inherited(find(*backend, {"timeout", "server"}), *backend)));
    }
  }
}

void slow_requests(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections)
    if (section.is_proxy() && section.faces_clients() && is_http(section) && !finite(time_of(section, "http-request")))
      subject.findings.add(rule, section.spot(),
                           fmt::format("{} is in mode http and has no timeout http-request", section.shown()));
}

void retry_storm(const Rule& rule, const Subject& subject) {
  const bool declared = subject.capacity.edge_timeout.has_value();
  const Time patience =
      declared ? Time{static_cast<std::int64_t>(subject.capacity.edge_timeout->value * 1e6)} : Time{30s};
  for (const Section& section : subject.config.sections) {
    if (!has_servers(section) || connecting(section) <= patience) continue;
    const Setting connect = find(section, {"timeout", "connect"});
    subject.findings.add(
        rule, connect.where == &section ? connect.spot() : section.spot(),
        fmt::format("{}: {} attempts of {}{}, and up to 1s between them, take {}; {} {}", section.shown(),
                    retries_of(section) + 1, connect.value(), inherited(connect, section), shown(connecting(section)),
                    declared ? "the edge leaves after" : "users leave after some", shown(patience)));
  }
}

void units_and_repeats(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    if (section.place == Place::other || section.place == Place::global) continue;
    std::vector<const Line*> seen;
    for (const Line& line : section.lines) {
      if (line.word(0) != "timeout") continue;
      const std::string_view value = line.word(2);
      const bool bare = !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
      if (bare && lax_number(value) > 0 && lax_number(value) < 100)
        subject.findings.add(rule, line.spot_of(2),
                             fmt::format("timeout {} {} is {} milliseconds", line.word(1), value, value),
                             fmt::format("Write the unit: {}s, or {}ms if that is what is meant.", value, value));
      const auto same =
          std::find_if(seen.begin(), seen.end(), [&](const Line* one) { return one->word(1) == line.word(1); });
      if (same != seen.end())
        subject.findings.add(rule, line.spot(),
                             fmt::format("timeout {} stands in this section twice; the one at line {} has no effect",
                                         line.word(1), (*same)->spot().line),
                             "Remove one of the two lines.");
      else if (seen.size() < 20)
        seen.push_back(&line);
    }
  }
}

const ConfigRule timeout_rows[] = {
    {{"HA01", Severity::error, "no timeout for clients, connecting or servers",
      "A frontend without timeout client, or servers without timeout connect and timeout server, defaults included; 0 "
      "counts as none.",
      "Unset means forever, and HAProxy only warns at its start. When a backend stalls, sessions pile up until maxconn "
      "is reached, "
      "and then nobody is let in.",
      "Set all three in a defaults section: timeout connect 4s, timeout client 30s, timeout server 30s.",
      "backend-stall", HEAD FRONT "backend api\n  server api1 127.0.0.1:8081 maxconn 100\n",
      HEAD TIMES FRONT "backend api\n  server api1 127.0.0.1:8081 maxconn 100\n"},
     missing},
    {{"HA02", Severity::warning, "a queue without a timeout of its own",
      "A server has a maxconn, and neither its backend nor its defaults have a timeout queue above 0.",
      "timeout connect then also says how long one may wait for a slot. Made longer for a slow network, it silently "
      "makes the queue "
      "longer, and users leave before their 503.",
      "Set timeout queue to what a user would wait for on top of the answer: timeout queue 2s.", "pool-exhaustion",
      HEAD "  timeout connect 4s\n  timeout client 20s\n  timeout server 10s\n" FRONT
           "backend api\n  server api1 127.0.0.1:8081 maxconn 100\n",
      HEAD TIMES FRONT "backend api\n  server api1 127.0.0.1:8081 maxconn 100\n"},
     no_queue_timeout},
    {{"HA03", Severity::warning, "HAProxy waits longer than whoever asked",
      "timeout queue + all attempts to connect + timeout server reach the edge's timeout in capacity.toml.",
      "The edge has left with an error of its own by the time HAProxy would answer; the slot works for nobody (CQ, CD "
      "in the log).",
      "Shorten timeout queue, retries or timeout server until their sum lies below the edge's timeout.",
      "slow-upstream-retries",
      HEAD "  timeout connect 4s\n  timeout client 60s\n  timeout server 60s\n  timeout queue 30s\n" FRONT
           "backend api\n  server api1 127.0.0.1:8081 maxconn 100\n",
      HEAD TIMES FRONT "backend api\n  retries 1\n  server api1 127.0.0.1:8081 maxconn 100\n",
      "[edge]\ntimeout = \"60s\"\n"},
     longer_than_patience},
    {{"HA13", Severity::warning, "health checks without timeout check",
      "A server is checked, and there is no timeout check.",
      "Without it inter bounds the whole check, connecting and answer together: a server whose answers take seconds "
      "passes for healthy.",
      "Set timeout check below timeout server: timeout check 2s.", "latency-brownout",
      HEAD "  timeout connect 4s\n  timeout client 20s\n  timeout server 10s\n  timeout queue 2s\n" FRONT
           "backend api\n  server api1 127.0.0.1:8081 check maxconn 100\n",
      HEAD TIMES FRONT "backend api\n  server api1 127.0.0.1:8081 check maxconn 100\n"},
     no_check_timeout},
    {{"HA14", Severity::warning, "timeout connect above 10 s", "A timeout connect of more than 10 s.",
      "The manual sees no valid reason for one so long. A server that is gone holds every request that long, times "
      "retries, and the "
      "queue too unless there is a timeout queue.",
      "Cover one or two lost packets: timeout connect 4s.", "silent-drop",
      HEAD "  timeout connect 30s\n  timeout client 20s\n  timeout server 10s\n  timeout queue 2s\n" FRONT
           "backend api\n  server api1 127.0.0.1:8081 maxconn 100\n",
      HEAD TIMES FRONT "backend api\n  server api1 127.0.0.1:8081 maxconn 100\n"},
     long_connect},
    {{"HA15", Severity::warning, "unequal timeouts on the two sides of TCP",
      "In mode tcp timeout client of a frontend differs from timeout server of a backend it leads to.",
      "One side gives up on a session that the other still holds; the manual strongly recommends equal ones. Which "
      "side ends it then "
      "depends on who was silent last.",
      "Give both the same value.", "dropped-connections",
      "global\n  maxconn 4000\n  stats socket /run/haproxy.sock\ndefaults\n  mode tcp\n  timeout connect 4s\n  timeout "
      "client 60s\n"
      "  timeout server 20s\n  timeout queue 2s\nlisten db\n  bind :5432\n  server db1 127.0.0.1:5433 maxconn 100\n",
      "global\n  maxconn 4000\n  stats socket /run/haproxy.sock\ndefaults\n  mode tcp\n  timeout connect 4s\n  timeout "
      "client 60s\n"
      "  timeout server 60s\n  timeout queue 2s\nlisten db\n  bind :5432\n  server db1 127.0.0.1:5433 maxconn 100\n"},
     unequal},
    {{"HA16", Severity::warning, "long sessions without timeout tunnel or timeout client-fin",
      "A frontend without timeout client-fin that leads to a backend with timeout tunnel, or is in mode tcp with a "
      "timeout client of 2 minutes or more. Or a use_backend for hdr(Upgrade) websocket whose backend has no timeout "
      "tunnel.",
      "A client that vanishes while its session closes leaves it in FIN_WAIT for as long as the long timeout says; "
      "each holds a slot. Without timeout tunnel a websocket that is silent for timeout client or timeout server is "
      "cut, and all of them come back at once.",
      "Write timeout tunnel 1h for long sessions, and timeout client-fin 30s beside it.", "silent-drop",
      HEAD TIMES FRONT "backend api\n  timeout tunnel 1h\n  server api1 127.0.0.1:8081 maxconn 100\n",
      HEAD TIMES "  timeout client-fin 30s\n" FRONT
                 "backend api\n  timeout tunnel 1h\n  server api1 127.0.0.1:8081 maxconn 100\n"},
     long_sessions},
    {{"HA17", Severity::warning, "no timeout http-request", "A frontend in mode http without timeout http-request.",
      "timeout client counts silence only: a client that sends a byte now and then holds its connection, and a place "
      "under maxconn, for ever.",
      "Add timeout http-request 5s.", "bandwidth-collapse",
      HEAD "  timeout connect 4s\n  timeout client 20s\n  timeout server 10s\n  timeout queue 2s\n" FRONT
           "backend api\n  server api1 127.0.0.1:8081 maxconn 100\n",
      HEAD TIMES FRONT "backend api\n  server api1 127.0.0.1:8081 maxconn 100\n"},
     slow_requests},
    {{"HA23", Severity::warning, "retries that outlast the user",
      "(retries + 1) times timeout connect, with up to a second between attempts, exceed the edge's timeout in "
      "capacity.toml, or 30 s "
      "without one. retries is 3 by default.",
      "Whoever asked has left, and asks again, while HAProxy still connects for the first time: every user becomes "
      "several.",
      "Fewer retries or a shorter timeout connect: retries 1, timeout connect 4s.", "slow-upstream-retries",
      HEAD "  timeout connect 10s\n  timeout client 20s\n  timeout server 10s\n  timeout queue 2s\n" FRONT
           "backend api\n  server api1 127.0.0.1:8081 maxconn 100\n",
      HEAD TIMES FRONT "backend api\n  server api1 127.0.0.1:8081 maxconn 100\n"},
     retry_storm},
    {{"HA24", Severity::info, "a timeout twice, or of a few milliseconds",
      "The same timeout twice in one section, or one below 100 without a unit.",
      "A bare number counts milliseconds: timeout queue 30 lets nobody wait. Of two lines the last one counts, which "
      "need not be the one "
      "that somebody changes at night.",
      "Write each timeout once, with its unit.", "pool-exhaustion",
      HEAD TIMES FRONT "backend api\n  timeout queue 30\n  server api1 127.0.0.1:8081 maxconn 100\n",
      HEAD TIMES FRONT "backend api\n  timeout queue 30s\n  server api1 127.0.0.1:8081 maxconn 100\n"},
     units_and_repeats},
};

}  // namespace

std::span<const ConfigRule> timeout_rules() { return timeout_rows; }

}  // namespace firedrill::lint::haproxy
