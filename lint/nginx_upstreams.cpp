// Rules about groups of servers: the modules ngx_http_upstream and ngx_http_proxy of nginx 1.22.
#include <fmt/format.h>

#include <algorithm>

#include "lint/nginx_examples.hpp"
#include "lint/nginx_rules.hpp"
#include "lint/nginx_syntax.hpp"

namespace firedrill::lint::nginx {

std::vector<const Directive*> passes(const Tree& tree) {
  std::vector<const Directive*> list;
  each(*tree.root, [&](const Directive& one) {
    constexpr std::string_view names[] = {"proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass"};
    if (!one.block && one.words.size() > 1 &&
        std::find(std::begin(names), std::end(names), one.name()) != std::end(names))
      list.push_back(&one);
  });
  return list;
}

std::vector<const Directive*> servers_of(const Directive& upstream) {
  std::vector<const Directive*> list;
  for (const Directive& one : upstream.children)
    if (one.name() == "server" && !one.block && one.words.size() > 1) list.push_back(&one);
  return list;
}

const Directive* upstream_of(const Tree& tree, const Directive& pass) {
  std::string_view target = pass.word(1);
  if (const std::size_t scheme = target.find("://"); scheme != std::string_view::npos) target.remove_prefix(scheme + 3);
  target = target.substr(0, target.find('/'));
  const auto it = tree.upstreams_by_name.find({is_stream(pass), target});
  return it == tree.upstreams_by_name.end() ? nullptr : it->second;
}

std::optional<double> workers_of(const Tree& tree) {
  const Directive* workers = child(*tree.root, "worker_processes");
  if (workers == nullptr) return 1;
  if (workers->word(1) == "auto") return std::nullopt;
  return number_of(workers->word(1));
}

namespace {

const Directive* first_limited(const Directive& upstream) {
  for (const Directive* server : servers_of(upstream))
    if (number_of(server->parameter("max_conns")) > 0) return server;
  return nullptr;
}

void limit_per_worker(const Rule& rule, const Subject& subject) {
  const auto workers = workers_of(subject.tree);
  if (workers && *workers <= 1) return;
  for (const Directive* upstream : subject.tree.upstreams) {
    const Directive* server = first_limited(*upstream);
    if (server == nullptr || child(*upstream, "zone") != nullptr) continue;
    const Directive* processes = child(*subject.tree.root, "worker_processes");
    subject.findings.add(
        rule, server->spot(),
        fmt::format("upstream {}: max_conns {} without a zone counts in each worker; worker_processes is {} (line {})",
                    upstream->word(1), server->parameter("max_conns"), processes->word(1), processes->spot().line));
  }
}

void no_queue(const Rule& rule, const Subject& subject) {
  for (const Directive* upstream : subject.tree.upstreams) {
    const std::vector<const Directive*> servers = servers_of(*upstream);
    const bool all = !servers.empty() && std::all_of(servers.begin(), servers.end(), [](const Directive* server) {
      return number_of(server->parameter("max_conns")) > 0 && !server->has("backup");
    });
    if (all && child(*upstream, "queue") == nullptr)
      subject.findings.add(
          rule, servers.front()->spot(),
          fmt::format("upstream {}: when every server has its max_conns, the next {} at once", upstream->word(1),
                      is_stream(*upstream) ? "connection is closed" : "request gets a 502"));
  }
}

void large_idle_pool(const Rule& rule, const Subject& subject) {
  if (!subject.capacity.workers) return;
  const double slots = subject.capacity.workers->value * subject.capacity.instance_count();
  for (const Directive* upstream : subject.tree.upstreams) {
    const Directive* keepalive = child(*upstream, "keepalive");
    if (keepalive == nullptr) continue;
    const double workers = workers_of(subject.tree).value_or(1), idle = number_of(keepalive->word(1)) * workers;
    if (idle > slots)
      subject.findings.add(
          rule, keepalive->spot(1),
          fmt::format("upstream {}: keepalive {} in {:g} worker{} may keep {:g} connections idle, and the app has {:g} "
                      "workers in all",
                      upstream->word(1), keepalive->word(1), workers, workers == 1 ? "" : "s", idle, slots));
  }
}

void unlimited(const Rule& rule, const Subject& subject) {
  for (const Directive* pass : passes(subject.tree)) {
    const Directive* upstream = upstream_of(subject.tree, *pass);
    if (upstream == nullptr || first_limited(*upstream) != nullptr || servers_of(*upstream).empty()) continue;
    subject.findings.add(rule, upstream->spot(),
                         fmt::format("upstream {}: no server has a max_conns", upstream->word(1)));
  }
}

void ejected_by_default(const Rule& rule, const Subject& subject) {
  for (const Directive* upstream : subject.tree.upstreams) {
    const std::vector<const Directive*> servers = servers_of(*upstream);
    if (servers.size() < 2) continue;
    std::vector<Spot> places;
    std::string_view first;
    for (const Directive* server : servers) {
      if (!server->parameter("max_fails").empty()) continue;
      if (places.empty()) first = server->word(1);
      places.push_back(server->spot());
    }
    if (!places.empty())
      subject.findings.add(
          rule, places,
          fmt::format("upstream {}: one failed {} takes server {} out for 10 s{}", upstream->word(1),
                      is_stream(*upstream) ? "connection" : "request", first, more_like_it(places.size())));
  }
}

void alone(const Rule& rule, const Subject& subject) {
  for (const Directive* upstream : subject.tree.upstreams) {
    const std::vector<const Directive*> servers = servers_of(*upstream);
    if (servers.size() != 1) continue;
    for (const std::string_view name : {"max_fails", "fail_timeout", "slow_start"})
      if (!servers.front()->parameter(name).empty())
        subject.findings.add(
            rule, servers.front()->spot(),
            fmt::format("upstream {} has one server, for which {} is ignored", upstream->word(1), name));
  }
}

void idle_too_long(const Rule& rule, const Subject& subject) {
  if (!subject.capacity.app_keep_alive) return;
  for (const Directive* upstream : subject.tree.upstreams) {
    const Directive* keepalive = child(*upstream, "keepalive");
    if (keepalive == nullptr) continue;
    const Directive* timeout = child(*upstream, "keepalive_timeout");
    const double kept = timeout == nullptr ? 60 : parse_time(timeout->word(1)).value_or(60);
    if (kept >= subject.capacity.app_keep_alive->value)
      subject.findings.add(
          rule, timeout == nullptr ? keepalive->spot() : timeout->spot(1),
          fmt::format("upstream {}: idle connections are kept for {}{}, and the app closes them after {}",
                      upstream->word(1), shown_seconds(kept), timeout == nullptr ? " by default" : "",
                      shown_seconds(subject.capacity.app_keep_alive->value)));
  }
}

void long_queue(const Rule& rule, const Subject& subject) {
  for (const Directive* upstream : subject.tree.upstreams)
    if (const Directive* queue = child(*upstream, "queue"); queue != nullptr && queue->parameter("timeout").empty())
      subject.findings.add(rule, queue->spot(),
                           fmt::format("upstream {}: one may wait 60 s in this queue", upstream->word(1)));
}

#define SAFE "    server 127.0.0.1:8081 max_conns=100 max_fails=3 fail_timeout=5s;\n"
#define SPARE "    server 127.0.0.1:8082 backup max_fails=3 fail_timeout=5s;\n"

const TreeRule upstream_rows[] = {
    {{"NG01", Severity::error, "max_conns that counts in each worker",
      "A server has a max_conns, its upstream no zone, and worker_processes is not 1.",
      "Without shared memory each worker counts for itself: the real limit is max_conns times the workers.",
      "Add a zone to the upstream: zone api 64k;", "pool-exhaustion",
      NG_HTTP "  upstream api {\n" SAFE SPARE "  }\n" NG_PASS,
      NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE SPARE "  }\n" NG_PASS},
     limit_per_worker},
    {{"NG02", Severity::warning, "a limit without anywhere to wait",
      "Every server of an upstream has a max_conns, none is a backup, and there is no queue.",
      "nginx has no queue: with all servers at their max_conns the next request gets a 502, in stream the next "
      "connection is closed, and the log says \"no live upstreams\", as if they were dead.",
      "Keep a backup server that says so, or limit what comes in with limit_conn. A queue takes nginx Plus.",
      "pool-exhaustion", NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE "  }\n" NG_PASS,
      NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE SPARE "  }\n" NG_PASS},
     no_queue},
    {{"NG03", Severity::warning, "idle connections that fill the app",
      "keepalive times worker_processes exceeds the workers of the app in capacity.toml.",
      "keepalive is no cap, it is how many each worker keeps idle. An app that gives a worker to each connection is "
      "full of idle ones.",
      "Set keepalive to a fraction of the app's workers.", "pool-exhaustion",
      NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE SPARE "    keepalive 64;\n  }\n" NG_PASS,
      NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE SPARE "    keepalive 4;\n  }\n" NG_PASS,
      "[app]\nworkers = 32\ninstances = 2\nkeep_alive = \"75s\"\n"},
     large_idle_pool},
    {{"NG05", Severity::warning, "servers without max_conns",
      "Requests are passed to an upstream none of whose servers has a max_conns.",
      "At a peak nginx opens as many connections as there are requests, and the app drowns where a limit would have "
      "turned some away.",
      "Give each server what it bears, with a zone: max_conns=100.", "thundering-herd",
      NG_HTTP "  upstream api {\n    zone api 64k;\n    server 127.0.0.1:8081;\n  }\n" NG_PASS,
      NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE SPARE "  }\n" NG_PASS},
     unlimited},
    {{"NG09", Severity::warning, "servers that one failure ejects",
      "A server of several has no max_fails: it is 1, and fail_timeout 10 s.",
      "Under saturation timeouts count as failures. Each takes a server out for 10 s, the others get its load, and go "
      "the same way.",
      "Say how many failures in what time mean that it is gone: max_fails=3 fail_timeout=5s, or max_fails=0.",
      "flapping-backend",
      NG_HTTP "  upstream api {\n    zone api 64k;\n    server 127.0.0.1:8081 max_conns=100;\n    server "
              "127.0.0.1:8082 backup;\n  }\n" NG_PASS,
      NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE SPARE "  }\n" NG_PASS},
     ejected_by_default},
    {{"NG10", Severity::warning, "failures of an only server",
      "The only server of an upstream has max_fails, fail_timeout or slow_start.",
      "nginx ignores them where there is one server only: the protection is not there.",
      "Remove them, or add a second server.", "backend-stall",
      NG_HTTP
      "  upstream api {\n    zone api 64k;\n    server 127.0.0.1:8081 max_conns=100 max_fails=3;\n  }\n" NG_PASS,
      NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE SPARE "  }\n" NG_PASS},
     alone},
    {{"NG14", Severity::warning, "idle connections that the app closes first",
      "An upstream with keepalive whose keepalive_timeout (60 s by default) is not below [app] keep_alive in "
      "capacity.toml.",
      "A request may be sent on a connection that the app is just closing: a 502 that has nothing to do with the app.",
      "Set keepalive_timeout of the upstream below the app's.", "dropped-connections",
      NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE SPARE "    keepalive 4;\n  }\n" NG_PASS,
      NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE SPARE
              "    keepalive 4;\n    keepalive_timeout 4s;\n  }\n" NG_PASS,
      "[app]\nkeep_alive = \"5s\"\n"},
     idle_too_long},
    {{"NG17", Severity::info, "a queue of nginx Plus with its default timeout", "A queue without timeout=.",
      "60 s is longer than users wait: they leave, and their requests are served all the same.",
      "Say how long: queue 100 timeout=2s;", "pool-exhaustion",
      NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE SPARE "    queue 100;\n  }\n" NG_PASS,
      NG_HTTP "  upstream api {\n    zone api 64k;\n" SAFE SPARE "    queue 100 timeout=2s;\n  }\n" NG_PASS},
     long_queue},
};

}  // namespace

std::span<const TreeRule> upstream_rules() { return upstream_rows; }

}  // namespace firedrill::lint::nginx
