// A bootstrap of Envoy as the rules see it: clusters, and the routes and filters that lead to them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lint/capacity.hpp"
#include "lint/yaml.hpp"

namespace firedrill::lint::envoy {

struct Cluster {
  const Yaml* yaml = nullptr;
  std::string name;
  std::size_t hosts = 0;
  bool discovered = false;  // its hosts are not in the file
  bool http2 = false, tls = false;
  std::vector<const Yaml*> routes;  // "route" of those that lead to it
  /// The thresholds of a priority, DEFAULT if none is said; null when there are none.
  const Yaml* thresholds(std::string_view priority = "DEFAULT") const;
  Spot spot() const { return yaml->spot; }
};

struct Config {
  std::vector<Cluster> clusters;
  std::vector<const Yaml*> faults;    // typed_config of fault filters
  std::vector<const Yaml*> managers;  // typed_config of HTTP connection managers
};

/// Whether it can be a bootstrap, or a file of resources that is watched; what else it is goes to `findings`.
bool is_configuration(const Yaml& root, Findings& findings);
Config read_config(const Yaml& root);
/// Unknown fields, and references that lead nowhere.
void check_fields(const Yaml& root, const Config& config, Findings& findings);
/// What only several fields together make wrong.
void check_consistency(const Yaml& root, const Config& config, Findings& findings);

/// "5s", "0.25s"; nothing for what is none.
std::optional<double> parse_duration(std::string_view text);
/// Of an unsigned number; `otherwise` when the field is not there.
double number_of(const Yaml* yaml, std::string_view field, double otherwise);

/// What a rule looks at.
struct Subject {
  const Config& config;
  const Capacity& capacity;  // empty when there is no capacity.toml
  Findings& findings;
};

struct ClusterRule {
  Rule rule;
  void (*check)(const Rule& rule, const Subject& subject);
};

std::span<const ClusterRule> breaker_rules();
std::span<const ClusterRule> cluster_rules();

}  // namespace firedrill::lint::envoy
