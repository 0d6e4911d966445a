// Rules about circuit breakers: envoy.config.cluster.v3.CircuitBreakers, Envoy 1.33.
#include <fmt/format.h>

#include <algorithm>

#include "lint/envoy.hpp"
#include "lint/envoy_examples.hpp"

namespace firedrill::lint::envoy {
namespace {

constexpr double standard = 1024;  // of connections, pending requests and requests

Spot spot_of(const Yaml* yaml, std::string_view field, Spot otherwise) {
  const Yaml* value = yaml == nullptr ? nullptr : yaml->find(field);
  return value == nullptr ? otherwise : value->spot;
}

const Yaml* breakers_of(const Cluster& cluster) { return cluster.yaml->find("circuit_breakers"); }

void no_breakers(const Rule& rule, const Subject& subject) {
  for (const Cluster& cluster : subject.config.clusters) {
    const Yaml* breakers = breakers_of(cluster);
    const Yaml* thresholds = breakers == nullptr ? nullptr : breakers->find("thresholds");
    if (thresholds == nullptr || thresholds->items.empty())
      subject.findings.add(
          rule, breakers == nullptr ? cluster.spot() : breakers->spot,
          fmt::format(
              "cluster {} has no thresholds: 1024 connections, 1024 pending and 1024 active requests, 3 retries",
              cluster.name));
  }
}

void half_raised(const Rule& rule, const Subject& subject) {
  for (const Cluster& cluster : subject.config.clusters)
    for (const char* const priority : {"DEFAULT", "HIGH"}) {
      const Yaml* limits = cluster.thresholds(priority);
      const double connections = number_of(limits, "max_connections", standard);
      const double pending = number_of(limits, "max_pending_requests", standard);
      if (limits == nullptr || connections <= standard || limits->find("max_pending_requests") != nullptr) continue;
      subject.findings.add(rule, spot_of(limits, "max_connections", cluster.spot()),
                           fmt::format("cluster {}: max_connections is {:g}, max_pending_requests still {:g}",
                                       cluster.name, connections, pending));
    }
}

void deep_queue(const Rule& rule, const Subject& subject) {
  if (!subject.capacity.rate) return;
  for (const Cluster& cluster : subject.config.clusters) {
    double patience = cluster.routes.empty() ? 15 : 0;
    for (const Yaml* route : cluster.routes)
      patience = std::max(patience, parse_duration(route->value("timeout")).value_or(15));
    const Yaml* limits = cluster.thresholds();
    const double pending = number_of(limits, "max_pending_requests", standard),
                 wait = pending / subject.capacity.rate->value;
    if (limits == nullptr || limits->find("max_pending_requests") == nullptr || patience <= 0 || wait <= patience)
      continue;
    subject.findings.add(
        rule, spot_of(limits, "max_pending_requests", cluster.spot()),
        fmt::format("cluster {}: {:g} pending requests take {} at {:g} per second, and routes give up after {}",
                    cluster.name, pending, shown_seconds(wait), subject.capacity.rate->value, shown_seconds(patience)));
  }
}

void retries(const Rule& rule, const Subject& subject) {
  for (const Cluster& cluster : subject.config.clusters) {
    const bool retried = std::any_of(cluster.routes.begin(), cluster.routes.end(),
                                     [](const Yaml* route) { return route->find("retry_policy") != nullptr; });
    const Yaml* limits = cluster.thresholds();
    if (limits != nullptr && limits->find("retry_budget") != nullptr) continue;
    const bool set = limits != nullptr && limits->find("max_retries") != nullptr;
    const double most = number_of(limits, "max_retries", 3), requests = number_of(limits, "max_requests", standard);
    if (retried && !set)
      subject.findings.add(
          rule, limits == nullptr ? cluster.spot() : limits->spot,
          fmt::format("cluster {}: its routes retry, and max_retries is 3 for all of them together", cluster.name));
    else if (set && most > 0.2 * requests)
      subject.findings.add(rule, spot_of(limits, "max_retries", cluster.spot()),
                           fmt::format("cluster {}: {:g} retries beside {:g} requests", cluster.name, most, requests));
  }
}

void untracked(const Rule& rule, const Subject& subject) {
  for (const Cluster& cluster : subject.config.clusters)
    for (const char* const priority : {"DEFAULT", "HIGH"}) {
      const Yaml* limits = cluster.thresholds(priority);
      if (limits != nullptr && limits->value("track_remaining") != "true")
        subject.findings.add(
            rule, limits->spot,
            fmt::format("cluster {}: the thresholds of {} have no track_remaining", cluster.name, priority));
    }
}

void forgotten_priority(const Rule& rule, const Subject& subject) {
  for (const Cluster& cluster : subject.config.clusters) {
    const Yaml* breakers = breakers_of(cluster);
    if (breakers == nullptr || cluster.thresholds("HIGH") != nullptr) continue;
    for (const Yaml* route : cluster.routes)
      if (route->value("priority") == "HIGH") {
        subject.findings.add(
            rule, breakers->spot,
            fmt::format("cluster {}: a route (line {}) has priority HIGH, for which there are no thresholds",
                        cluster.name, route->spot.line));
        break;
      }
  }
}

void no_limit_by_host(const Rule& rule, const Subject& subject) {
  for (const Cluster& cluster : subject.config.clusters) {
    const Yaml* breakers = breakers_of(cluster);
    if (breakers == nullptr || cluster.discovered || cluster.hosts < 2 || cluster.hosts > 5) continue;
    if (breakers->find("per_host_thresholds") == nullptr)
      subject.findings.add(
          rule, breakers->spot,
          fmt::format("cluster {}: one of its {} hosts may take all connections", cluster.name, cluster.hosts));
  }
}

const ClusterRule breaker_rows[] = {
    {{"EN01", Severity::warning, "circuit breakers of nobody's choice",
      "A cluster without thresholds in circuit_breakers.",
      "The defaults are in force, not none: 1024 connections, pending requests and requests, for each cluster and "
      "priority. They were meant "
      "for no service in particular.",
      "Write down what the cluster bears: max_connections, max_pending_requests, max_requests, max_retries.",
      "pool-exhaustion", EN_CLUSTER, EN_CLUSTER EN_LIMITS},
     no_breakers},
    {{"EN02", Severity::error, "connections raised, the queue forgotten",
      "Thresholds raise max_connections above 1024 and leave max_pending_requests at its default.",
      "The limit that was left bites first: 503 with UO at 1024 pending requests. For traffic that is not HTTP "
      "max_pending_requests is itself "
      "applied as a limit of connections.",
      "Set both.", "pool-exhaustion",
      EN_CLUSTER "    circuit_breakers:\n      thresholds:\n      - {max_connections: 5000, track_remaining: true}\n",
      EN_CLUSTER "    circuit_breakers:\n      thresholds:\n      - {max_connections: 5000, max_pending_requests: "
                 "5000, track_remaining: true}\n"},
     half_raised},
    {{"EN03", Severity::warning, "a queue that outlasts its requests",
      "max_pending_requests divided by [traffic] rate in capacity.toml exceeds the route's timeout, 15 s by default.",
      "Who is last in the queue is never served: the queue makes everybody slow instead of turning a few away at once.",
      "max_pending_requests below rate times timeout; a second's worth is a lot.", "pool-exhaustion",
      EN_CLUSTER "    circuit_breakers:\n      thresholds:\n      - {max_connections: 100, max_pending_requests: "
                 "10000, track_remaining: true}\n",
      EN_CLUSTER EN_LIMITS, "[traffic]\nrate = 210\nservice_time = \"50ms\"\n"},
     deep_queue},
    {{"EN04", Severity::warning, "retries without a budget",
      "Routes to a cluster retry, and it has neither max_retries nor a retry_budget; or max_retries exceeds a fifth of "
      "max_requests.",
      "Three retries at once for the whole cluster are none when it matters; hundreds are a storm when the backend is "
      "slow.",
      "retry_budget: {budget_percent: {value: 20}, min_retry_concurrency: 3}", "slow-upstream-retries",
      EN_CLUSTER "    circuit_breakers:\n      thresholds:\n      - {max_connections: 100, max_pending_requests: 50, "
                 "track_remaining: true}\n" EN_ROUTE("{cluster: api, timeout: 5s, retry_policy: {retry_on: 5xx}}"),
      EN_CLUSTER EN_LIMITS EN_ROUTE("{cluster: api, timeout: 5s, retry_policy: {retry_on: 5xx}}")},
     retries},
    {{"EN05", Severity::warning, "nobody sees the breakers close in", "Thresholds without track_remaining: true.",
      "Without it there are no remaining_cx, remaining_pending, remaining_rq: an alert can say that a breaker is open, "
      "not that it soon will be.",
      "track_remaining: true", "pool-exhaustion",
      EN_CLUSTER "    circuit_breakers:\n      thresholds:\n      - {max_connections: 100, max_pending_requests: 50}\n",
      EN_CLUSTER EN_LIMITS},
     untracked},
    {{"EN07", Severity::warning, "no limits for high priority",
      "A route has priority HIGH, and its cluster no thresholds for it.",
      "Limits of DEFAULT do not count for HIGH; 1024 of everything come on top.", "Add thresholds with priority: HIGH.",
      "pool-exhaustion", EN_CLUSTER EN_LIMITS EN_ROUTE("{cluster: api, timeout: 5s, priority: HIGH}"),
      EN_CLUSTER
      "    circuit_breakers:\n      thresholds:\n      - {max_connections: 100, max_pending_requests: 50, "
      "track_remaining: true}\n"
      "      - {priority: HIGH, max_connections: 20, max_pending_requests: 10, track_remaining: true}\n" EN_ROUTE(
          "{cluster: api, timeout: 5s, priority: HIGH}")},
     forgotten_priority},
    {{"EN08", Severity::info, "one host may take it all",
      "A cluster of two to five hosts has circuit_breakers without per_host_thresholds.",
      "The limits count for the cluster: one host that hangs collects all of its connections, and the others get none.",
      "per_host_thresholds: [{max_connections: …}] somewhat above an even share.", "bad-deploy",
      EN_CLUSTER "    circuit_breakers:\n      thresholds:\n      - {max_connections: 100, max_pending_requests: 50, "
                 "track_remaining: true}\n",
      EN_CLUSTER EN_LIMITS},
     no_limit_by_host},
};

}  // namespace

std::span<const ClusterRule> breaker_rules() { return breaker_rows; }

}  // namespace firedrill::lint::envoy
