// Rules about how servers share the load: configuration.txt of 2.6, sections 4.2 and 5.2.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lint/haproxy_examples.hpp"
#include "lint/haproxy_rules.hpp"

namespace firedrill::lint::haproxy {

bool is_persistent(const Section& section) {
  for (const std::string_view first : {"cookie", "stick", "use-server", "persist"})
    if (find(section, {first})) return true;
  const Setting balance = find(section, {"balance"});
  constexpr std::array hashes{"source", "uri", "url_param", "hdr", "hash", "rdp-cookie"};
  const std::string_view algorithm = balance ? balance.value().substr(0, balance.value().find('(')) : "";
  return std::find(hashes.begin(), hashes.end(), algorithm) != hashes.end();
}

bool gets_requests(const Server& server, const Section& backend) {
  return !server.is_off() && (server.weight() != 0 || is_persistent(backend));
}

namespace {

using namespace std::chrono_literals;

bool is_leastconn(const Section& section) {
  const Setting balance = find(section, {"balance"});
  return balance && balance.value() == "leastconn";
}

const Option* queue_limit(const std::vector<Server>& servers, const Server** which) {
  for (const Server& server : servers) {
    if (server.number("maxqueue") <= 0) continue;
    *which = &server;
    return server.option("maxqueue");
  }
  return nullptr;
}

void useless_maxqueue(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    if (is_persistent(section) || is_leastconn(section)) continue;
    const std::vector<Server> servers = servers_of(section);
    const Server* server = nullptr;
    if (const Option* limit = queue_limit(servers, &server))
      subject.findings.add(rule, limit->spot(),
                           fmt::format("{}: maxqueue {}{}, and nothing ties requests to a server", section.shown(),
                                       limit->value(), inherited(*limit, *server)));
  }
}

void full_and_tied(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    if (!is_persistent(section) || has_option(section, "redispatch")) continue;
    const std::vector<Server> servers = servers_of(section);
    const Server* server = nullptr;
    if (const Option* limit = queue_limit(servers, &server); limit != nullptr && servers.size() > 1)
      subject.findings.add(rule, limit->spot(),
                           fmt::format("{}: maxqueue {}{} and persistence without option redispatch", section.shown(),
                                       limit->value(), inherited(*limit, *server)));
  }
}

void no_slow_start(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    const std::vector<Server> servers = servers_of(section);
    if (servers.size() < 2) continue;
    std::vector<Spot> places;
    std::string first;
    for (const Server& server : servers) {
      const std::int64_t most = server.number("maxconn");
      if (server.option("check") == nullptr || server.option("slowstart") != nullptr || most <= 0 || most > 50)
        continue;
      if (places.empty())
        first = fmt::format("server {} is checked, has maxconn {}{} and no slowstart", server.name, most,
                            inherited(*server.option("maxconn"), server));
      places.push_back(server.line->spot());
    }
    if (!places.empty()) subject.findings.add(rule, places, first + more_like_it(places.size()));
  }
}

// Whether servers keep idle connections that a first request may be sent on, or any number of them.
void stale_connections(const Rule& rule, const Subject& subject) {
  if (!subject.capacity.app_keep_alive) return;
  const Time kept{static_cast<std::int64_t>(subject.capacity.app_keep_alive->value * 1e6)};
  for (const Section& section : subject.config.sections) {
    const Setting reuse = find(section, {"http-reuse"});
    const bool shared = reuse && (reuse.value() == "always" || reuse.value() == "aggressive");
    if (!is_http(section) || (reuse && reuse.value() == "never") || find(section, {"retry-on"})) continue;
    for (const Server& server : servers_of(section)) {
      const Option* idle = server.option("pool-max-conn");
      const Option* purge = server.option("pool-purge-delay");
      const Time delay = purge == nullptr ? Time{5s} : parse_time(purge->value()).value_or(5s);
      const bool unlimited = idle != nullptr && lax_number(idle->value()) < 0;
      if ((idle != nullptr && idle->value() == "0") || kept > delay || (!shared && !unlimited)) continue;
      const std::string after = fmt::format("keeps idle connections for {} and more, the app closes them after {}",
                                            shown(delay), shown(kept));
      if (shared)
        subject.findings.add(
            rule, reuse.where == &section ? reuse.spot() : section.spot(),
            fmt::format("{}: http-reuse {}{} {}", section.shown(), reuse.value(), inherited(reuse, section), after));
      else
        subject.findings.add(rule, idle->spot(),
                             fmt::format("{}: pool-max-conn {}{} keeps any number, and it {}", section.shown(),
                                         idle->value(), inherited(*idle, server), after));
      break;
    }
  }
}

void uneven(const Rule& rule, const Subject& subject) {
  for (const Section& section : subject.config.sections) {
    // One is filled up to its maxconn before the next one gets anything: weights have no meaning.
    if (const Setting balance = find(section, {"balance"}); balance && balance.value() == "first") continue;
    const std::vector<Server> servers = servers_of(section);
    const Server* first = nullptr;
    for (const Server& server : servers) {
      if (server.is_backup() || server.is_off() || server.weight() == 0 || server.number("maxconn") <= 0) continue;
      if (first == nullptr) first = &server;
      if (server.number("maxconn") * first->weight() == first->number("maxconn") * server.weight()) continue;
      subject.findings.add(
          rule, server.option("maxconn")->spot(),
          fmt::format("server {} has maxconn {}{} and {} has {}{}, and their weights do not say so", server.name,
                      server.number("maxconn"), inherited(*server.option("maxconn"), server), first->name,
                      first->number("maxconn"), inherited(*first->option("maxconn"), *first)));
      break;
    }
  }
}

const ConfigRule server_rows[] = {
    {{"HA09", Severity::warning, "a maxqueue that limits nothing",
      "A server has a maxqueue, and its backend neither ties requests to servers (cookie, stick, use-server, a hash) "
      "nor balances by "
      "leastconn.",
      "Requests that are tied to no server wait in the queue of the backend, which has no limit. The figure looks like "
      "a bound, and is none.",
      "Bound the wait instead: timeout queue 2s. Or balance leastconn, which heeds maxqueue.", "pool-exhaustion",
      HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 100 maxqueue 20\n",
      HEAD TIMES FRONT BACK "  balance leastconn\n  server api1 127.0.0.1:8081 check maxconn 100 maxqueue 20\n"},
     useless_maxqueue},
    {{"HA10", Severity::warning, "a full queue that nobody may leave",
      "A server of several has a maxqueue, requests are tied to servers, and option redispatch is off.",
      "When the queue of their server is full users get a 503 while the others are idle.", "Add option redispatch.",
      "pool-exhaustion",
      HEAD TIMES FRONT BACK
      "  cookie S insert indirect nocache\n  server api1 127.0.0.1:8081 cookie a maxconn 100 maxqueue 20\n"
      "  server api2 127.0.0.1:8082 cookie b maxconn 100 maxqueue 20\n",
      HEAD TIMES FRONT BACK "  option redispatch\n  cookie S insert indirect nocache\n"
                            "  server api1 127.0.0.1:8081 cookie a maxconn 100 maxqueue 20\n"
                            "  server api2 127.0.0.1:8082 cookie b maxconn 100 maxqueue 20\n"},
     full_and_tied},
    {{"HA18", Severity::info, "small servers that come back at full load",
      "One of several servers is checked, has a maxconn of at most 50 and no slowstart.",
      "A server that comes back with cold caches takes its full share at once, slows down, fails its check, and goes "
      "again.",
      "Add slowstart 30s; it grows maxconn and weight from nothing to all, and never applies when HAProxy itself "
      "starts.",
      "flapping-backend",
      HEAD TIMES "  maxconn 1000\n" FRONT BACK
                 "  server api1 127.0.0.1:8081 check maxconn 40\n  server api2 127.0.0.1:8082 check maxconn 40\n",
      HEAD TIMES "  maxconn 1000\n" FRONT BACK
                 "  default-server check maxconn 40 slowstart 30s\n  server api1 127.0.0.1:8081\n"
                 "  server api2 127.0.0.1:8082\n"},
     no_slow_start},
    {{"HA19", Severity::info, "idle connections that the app closes first",
      "In mode http http-reuse is always or aggressive, or a server's pool-max-conn is -1, without a limit; there is "
      "no "
      "retry-on, and [app] keep_alive in capacity.toml is not above pool-purge-delay (5s by default).",
      "A first request may be sent on a connection that the app is just closing: an error that has nothing to do with "
      "the app.",
      "http-reuse safe, or pool-purge-delay below the app's keep-alive, or retry-on conn-failure empty-response.",
      "dropped-connections",
      HEAD TIMES FRONT BACK "  http-reuse always\n  server api1 127.0.0.1:8081 check maxconn 100\n",
      HEAD TIMES FRONT BACK "  http-reuse always\n  server api1 127.0.0.1:8081 check maxconn 100 pool-purge-delay 1s\n",
      "[app]\nkeep_alive = \"2s\"\n"},
     stale_connections},
    {{"HA20", Severity::info, "servers of different size with the same weight",
      "Servers of one backend differ in maxconn and not in weight, and share the load (not balance first).",
      "They get the same share, so the small one is full and queues while the large one is idle.",
      "Give them weights in proportion to maxconn.", "pool-exhaustion",
      HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 maxconn 100\n  server api2 127.0.0.1:8082 maxconn 200\n",
      HEAD TIMES FRONT BACK
      "  server api1 127.0.0.1:8081 maxconn 100 weight 50\n  server api2 127.0.0.1:8082 maxconn 200 weight 100\n"},
     uneven},
};

}  // namespace

std::span<const ConfigRule> server_rules() { return server_rows; }

}  // namespace firedrill::lint::haproxy
