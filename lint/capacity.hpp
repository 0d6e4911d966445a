// capacity.toml: what the layers can bear, as the people who run them declare it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lint/finding.hpp"

namespace firedrill::lint {

/// A figure and where it stands. Times are in seconds.
struct Figure {
  double value = 0;
  Spot spot;
};

struct Capacity {
  struct Text {
    std::string value;
    Spot spot;
  };
  const Source* source = nullptr;
  // [traffic]: requests per second at the peak; how long one takes a worker, on average and at the 95th percentile
  std::optional<Figure> rate, service_time, p95;
  // [edge]: whoever stands before the load balancer
  std::optional<Figure> edge_timeout, edge_keep_alive;
  // [app]: one instance unless said otherwise
  std::optional<Figure> instances, workers, app_timeout, app_keep_alive, database_pool, pool_timeout;
  // [database], [pgbouncer]
  std::optional<Figure> database_connections, statement_timeout, bouncer_pool, bouncer_databases, bouncer_users;
  std::optional<Text> backend;  // [app]: the backend, upstream or cluster that leads to it; none: every one does
  std::vector<Text> alerts;     // [monitoring]: files with alert rules
  std::optional<Spot> monitoring;
  std::optional<Text> runs;  // [drills]: the directory of past runs

  double instance_count() const { return instances ? instances->value : 1; }
};

/// Reads it; what is wrong goes to `findings`.
Capacity read_capacity(const Source& source, Findings& findings);
/// "250ms", "1.5s".
std::string shown_seconds(double seconds);
/// Whether a TOML text declares capacities: it has one of their tables, and none of a drill's.
bool looks_like_capacity(std::string_view text);

}  // namespace firedrill::lint
