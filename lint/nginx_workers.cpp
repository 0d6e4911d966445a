// Rules about worker processes: what they may hold open. ngx_core of nginx 1.22.
#include <fmt/format.h>

#include "lint/nginx_examples.hpp"
#include "lint/nginx_rules.hpp"
#include "lint/nginx_syntax.hpp"

namespace firedrill::lint::nginx {
namespace {

struct Connections {
  double number = 512;  // nginx's default
  const Directive* set = nullptr;
};

Connections connections_of(const Tree& tree) {
  Connections connections;
  if (const Directive* events = child(*tree.root, "events"))
    if (const Directive* set = child(*events, "worker_connections")) connections = {number_of(set->word(1)), set};
  return connections;
}

// A whole configuration that passes requests on: two connections for each client.
const Directive* passing(const Tree& tree) {
  if (tree.ground != in_main) return nullptr;
  const auto all = passes(tree);
  return all.empty() ? nullptr : all.front();
}

void few_descriptors(const Rule& rule, const Subject& subject) {
  const Directive* pass = passing(subject.tree);
  if (pass == nullptr) return;
  constexpr double usual = 1024;  // the soft limit that Linux gives to services
  const Connections connections = connections_of(subject.tree);
  const Directive* limit = child(*subject.tree.root, "worker_rlimit_nofile");
  const double descriptors = limit == nullptr ? usual : number_of(limit->word(1));
  if (descriptors >= 2 * connections.number) return;
  subject.findings.add(
      rule,
      limit != nullptr             ? limit->spot(1)
      : connections.set != nullptr ? connections.set->spot(1)
                                   : pass->spot(),
      fmt::format("worker_connections is {:g}, {}, and a proxied request takes two descriptors", connections.number,
                  limit == nullptr ? "worker_rlimit_nofile is not set (1024 is usual)"
                                   : fmt::format("worker_rlimit_nofile {:g}", descriptors)),
      fmt::format("worker_rlimit_nofile {:g};", 2 * connections.number));
}

void few_connections(const Rule& rule, const Subject& subject) {
  const Directive* pass = passing(subject.tree);
  const Connections connections = connections_of(subject.tree);
  if (pass == nullptr || connections.number > 1024) return;
  const auto workers = workers_of(subject.tree);
  subject.findings.add(
      rule, connections.set != nullptr ? connections.set->spot(1) : pass->spot(),
      fmt::format("worker_connections is {:g}{}: a worker serves {:g} clients at once{}", connections.number,
                  connections.set == nullptr ? " by default" : "", connections.number / 2,
                  workers && *workers > 1
                      ? fmt::format(", {:g} workers {:g}", *workers, *workers * connections.number / 2)
                      : ""));
}

#define SERVER                                                                                                 \
  "http {\n  server {\n    listen 8080;\n    location / {\n      proxy_connect_timeout 2s;\n      proxy_pass " \
  "http://127.0.0.1:8081;\n    }\n  }\n}\n"

const TreeRule worker_rows[] = {
    {{"NG11", Severity::error, "fewer descriptors than connections",
      "A configuration that passes requests on has a worker_rlimit_nofile below twice its worker_connections; not set "
      "it counts as 1024.",
      "Each proxied client takes two descriptors, and files take some. At the limit accept and connect fail, with "
      "every backend healthy.",
      "worker_rlimit_nofile at twice worker_connections, or more.", "thundering-herd",
      "events {\n  worker_connections 4096;\n}\n" SERVER,
      "worker_rlimit_nofile 8192;\nevents {\n  worker_connections 4096;\n}\n" SERVER},
     few_descriptors},
    {{"NG12", Severity::warning, "few connections for a proxy",
      "A configuration that passes requests on has at most 1024 worker_connections; 512 is the default.",
      "They count those to backends, too: half of them are clients. Then nginx accepts no one, and clients wait in the "
      "kernel.",
      "worker_connections 4096; and worker_rlimit_nofile to match.", "thundering-herd",
      "events {\n  worker_connections 768;\n}\n" SERVER,
      "worker_rlimit_nofile 8192;\nevents {\n  worker_connections 4096;\n}\n" SERVER},
     few_connections},
};

}  // namespace

std::span<const TreeRule> worker_rules() { return worker_rows; }

}  // namespace firedrill::lint::nginx
