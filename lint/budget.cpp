// The rules that would have caught the outage of 2023-05-10.
#include "lint/budget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lint/ground_rules.hpp"
#include "lint/haproxy_examples.hpp"
#include "lint/queueing.hpp"

namespace firedrill::lint::budget {
namespace {

void outward(const Rule& rule, const Subject& subject) {
  const Capacity& capacity = subject.capacity;
  struct Layer {
    const char* name;
    const std::optional<Figure>& figure;
  };
  const std::array<Layer, 4> layers{{{"[edge] timeout", capacity.edge_timeout},
                                     {"[app] timeout", capacity.app_timeout},
                                     {"[app] database_pool_timeout", capacity.pool_timeout},
                                     {"[database] statement_timeout", capacity.statement_timeout}}};
  const Layer* outer = nullptr;
  for (const Layer& layer : layers) {
    if (!layer.figure) continue;
    if (outer != nullptr && outer->figure->value <= layer.figure->value)
      subject.findings.add(
          rule, layer.figure->spot,
          fmt::format("{} is {}, and {} before it gives up after {}", layer.name, shown_seconds(layer.figure->value),
                      outer->name, shown_seconds(outer->figure->value)));
    outer = &layer;
  }
  for (const Way& way : subject.ways) {
    if (capacity.app_timeout && way.patience >= 0 && way.patience <= capacity.app_timeout->value)
      subject.findings.add(rule, way.patience_spot,
                           fmt::format("{} gives up after {}, and [app] timeout is {}", way.shown,
                                       shown_seconds(way.patience), shown_seconds(capacity.app_timeout->value)));
    if (capacity.edge_timeout && way.patience >= capacity.edge_timeout->value)
      subject.findings.add(rule, way.patience_spot,
                           fmt::format("{} gives up after {}, and the edge after {}", way.shown,
                                       shown_seconds(way.patience), shown_seconds(capacity.edge_timeout->value)));
  }
}

void grows(const Rule& rule, const Subject& subject) {
  const Capacity& capacity = subject.capacity;
  if (capacity.workers) {
    const double workers = capacity.workers->value * capacity.instance_count();
    for (const Way& way : subject.ways)
      if (way.slots > workers)
        subject.findings.add(
            rule, way.spot,
            fmt::format("{} lets {:g} through at once, and the app has {:g} workers ({} instance{} of {:g})", way.shown,
                        way.slots, workers, capacity.instance_count(), capacity.instance_count() == 1 ? "" : "s",
                        capacity.workers->value));
  }
  if (!capacity.database_connections) return;
  const double most = capacity.database_connections->value;
  if (capacity.bouncer_pool) {
    const double all = capacity.bouncer_pool->value *
                       (capacity.bouncer_databases ? capacity.bouncer_databases->value : 1) *
                       (capacity.bouncer_users ? capacity.bouncer_users->value : 1);
    if (all > most)
      subject.findings.add(
          rule, capacity.bouncer_pool->spot,
          fmt::format(
              "PgBouncer may open {:g} connections (pool_size x databases x users), and the database takes {:g}", all,
              most));
  } else if (capacity.database_pool && capacity.database_pool->value * capacity.instance_count() > most) {
    subject.findings.add(
        rule, capacity.database_pool->spot,
        fmt::format("{:g} instances with {:g} database connections each are {:g}, and the database takes {:g}",
                    capacity.instance_count(), capacity.database_pool->value,
                    capacity.database_pool->value * capacity.instance_count(), most));
  }
}

void idle_capacity(const Rule& rule, const Subject& subject) {
  if (!subject.capacity.workers) return;
  const double workers = subject.capacity.workers->value * subject.capacity.instance_count();
  for (const Way& way : subject.ways)
    if (way.slots >= 0 && way.slots < workers / 2)
      subject.findings.add(
          rule, way.spot,
          fmt::format("{} lets {:g} through at once: the app's {:g} workers are never used by more than {:.0f} %",
                      way.shown, way.slots, workers, 100 * way.slots / workers));
}

void littles_law(const Rule& rule, const Subject& subject) {
  const auto& time = subject.capacity.service_time ? subject.capacity.service_time : subject.capacity.p95;
  if (!subject.capacity.rate || !time) return;
  const double rate = subject.capacity.rate->value, load = offered_load(rate, time->value),
               needed = slots_for_99_percent(load);
  for (const Way& way : subject.ways) {
    if (way.slots < 0 || way.slots >= needed) continue;
    const std::string sum = fmt::format(
        "{}: {:g} requests per second of {} each keep {:.1f} slots busy, {:g} in the busiest 1 % of the time, and "
        "there are {:g}",
        way.shown, rate, shown_seconds(time->value), load, needed, way.slots);
    const std::string then =
        load >= way.slots
            ? fmt::format("{:.0f} of them are served per second, the other {:.0f} queue until they give up",
                          way.slots / time->value, rate - way.slots / time->value)
            : fmt::format("{:.0f} % wait, {} on average", 100 * share_that_waits(way.slots, load),
                          shown_seconds(mean_wait(way.slots, load, time->value)));
    subject.findings.add(rule, way.spot, sum + ": " + then,
                         fmt::format("At least {:g} slots, if the app bears them.", needed));
  }
}

void edge_keeps_longer(const Rule& rule, const Subject& subject) {
  if (!subject.capacity.edge_keep_alive) return;
  for (const Idle& idle : subject.idle)
    if (subject.capacity.edge_keep_alive->value >= idle.seconds)
      subject.findings.add(rule, idle.spot,
                           fmt::format("{}, and the edge keeps them for {}", idle.shown,
                                       shown_seconds(subject.capacity.edge_keep_alive->value)));
}

// Of HAProxy, Envoy, nginx, php-fpm, PgBouncer, AWS and Firedrill itself.
constexpr std::array metrics{"_current_queue",
                             "_queue_time",
                             "qcur",
                             "rq_pending",
                             "cx_overflow",
                             "pending_overflow",
                             "remaining_",
                             "listen_queue",
                             "cl_waiting",
                             "maxwait",
                             "pool_queue",
                             "pool_active",
                             "pool_wait",
                             "rq_pending_open",
                             "pool_timeouts",
                             "_queue_limit",
                             "pool_in_use",
                             "RejectedConnectionCount",
                             "max_children_reached",
                             "no live upstreams"};

// A "#" at the beginning of a word, outside of quotes.
bool is_in_comment(std::string_view text, std::size_t at) {
  const std::size_t line = text.substr(0, at).rfind('\n') + 1;  // 0 when it is the first
  char quote = 0, before = ' ';
  for (std::size_t i = line; i < at; before = text[i++]) {
    if (quote != 0)
      quote = text[i] == quote ? 0 : quote;
    else if (text[i] == '#' && (before == ' ' || before == '\t'))
      return true;
    else if (text[i] == '"' || text[i] == '\'')
      quote = text[i];
  }
  return false;
}

bool asks_for(std::string_view text, std::string_view metric) {
  for (std::size_t at = text.find(metric); at != std::string_view::npos; at = text.find(metric, at + 1))
    if (!is_in_comment(text, at)) return true;
  return false;
}

void no_alert(const Rule& rule, const Subject& subject) {
  if (!subject.capacity.monitoring) return;
  for (const Capacity::Text& file : subject.capacity.alerts) {
    const std::string path = beside(*subject.capacity.source, file.value);
    std::string why;
    const Source* source = subject.sources.open(path, why);
    if (source == nullptr) {
      subject.findings.add(unreadable, file.spot, fmt::format("{}: {}", path, why));
      return;
    }
    for (const char* const metric : metrics)
      if (asks_for(source->text(), metric)) return;
  }
  subject.findings.add(rule, *subject.capacity.monitoring,
                       "no alert asks for the length of a queue, or for how full a pool is");
}

#define APP(LIMIT) HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn " LIMIT "\n"

const BudgetRule budget_rows[] = {
    {{"X01", Severity::error, "timeouts that do not shrink inward",
      "Of the edge, the load balancer, the app, its wait for a database connection and the database's statements, as "
      "far as they are "
      "declared, one gives up no later than the one behind it.",
      "Who is outside leaves while the work goes on inside for nobody: workers, connections and locks are held by "
      "requests that were given up.",
      "Each layer must be told to give up sooner than the one before it.", "slow-upstream-retries", APP("100"),
      HEAD "  timeout connect 4s\n  timeout client 40s\n  timeout server 25s\n  timeout queue 2s\n  timeout check 2s\n"
           "  timeout http-request 5s\n" FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 100\n",
      "[edge]\ntimeout = \"30s\"\n[app]\ntimeout = \"20s\"\n"},
     outward},
    {{"X02", Severity::error, "capacity that grows inward",
      "A load balancer lets more through at once than the app has workers, or the app's (PgBouncer's) connections "
      "exceed the database's.",
      "The queue forms where nothing bounds or shows it, and the innermost layer, which bears least, gets the crowd.",
      "Limits must become smaller from layer to layer, or equal.", "thundering-herd", APP("100"), APP("40"),
      "[app]\nworkers = 40\n"},
     grows},
    {{"X03", Severity::warning, "a load balancer that keeps the app idle",
      "A load balancer lets through less than half of what the app has workers for.",
      "The outage of 2023-05-10: users queue before a backend that is idle, and whoever looks at the backend finds "
      "nothing.",
      "Raise the limit to the app's workers.", "pool-exhaustion", APP("100"), APP("240"),
      "[app]\nworkers = 40\ninstances = 6\n"},
     idle_capacity},
    {{"X04", Severity::warning, "fewer slots than the traffic needs",
      "The slots are fewer than Little's law asks for: rate times service time, and 2.33 times its square root for the "
      "busiest 1 % of the time.",
      "What finds no slot queues. Up to the limit the wait grows as M/M/c says, beyond it until users give up.",
      "As many slots as the message says, if the app bears them.", "pool-exhaustion", APP("100"), APP("160"),
      "[traffic]\nrate = 2100\nservice_time = \"50ms\"\n"},
     littles_law},
    {{"X05", Severity::warning, "an edge that keeps connections longer",
      "[edge] keep_alive is not below what the load balancer keeps an idle client connection for.",
      "The edge sends a request on a connection that is just being closed: a 502 of the edge's, with nothing in the "
      "log behind it.",
      "timeout http-keep-alive (keepalive_timeout, idle_timeout) above the edge's.", "dropped-connections", APP("100"),
      HEAD TIMES "  timeout http-keep-alive 75s\n" FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 100\n",
      "[edge]\nkeep_alive = \"60s\"\n"},
     edge_keeps_longer},
    {{"X06", Severity::warning, "no alert on a queue",
      "None of the files in [monitoring] alerts mentions a metric of a queue or a pool, comments aside.",
      "Latency and errors say that users suffer. Only the queue says where: sixteen hours went by in 2023 without it.",
      "Alert on haproxy_backend_current_queue, envoy_cluster_upstream_rq_pending_active, phpfpm_listen_queue or "
      "pgbouncer_pools_client_waiting.",
      "pool-exhaustion", APP("100"), APP("100"), "[monitoring]\nalerts = []\n",
      "[monitoring]\nalerts = [\"alerts.yml\"]\n"},
     no_alert},
};

}  // namespace

std::span<const BudgetRule> budget_rules() { return budget_rows; }

std::string beside(const Source& file, const std::string& path) {
  const std::size_t slash = file.name().rfind('/');
  return path.starts_with('/') || slash == std::string::npos ? path : file.name().substr(0, slash + 1) + path;
}

}  // namespace firedrill::lint::budget
