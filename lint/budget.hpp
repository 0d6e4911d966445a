// Rules between the layers: what a load balancer allows against what capacity.toml says the others bear.
#pragma once

#include <span>
#include <vector>

#include "lint/capacity.hpp"
#include "lint/envoy.hpp"
#include "lint/haproxy_rules.hpp"
#include "lint/nginx_rules.hpp"

namespace firedrill::lint::budget {

/// A way to the app, whichever program it leads through.
struct Way {
  std::string shown;     // "backend api"
  Spot spot;             // of the limit, or of the whole
  double slots = -1;     // requests or connections at once; -1: unlimited
  double patience = -1;  // seconds until it gives up on the app; -1: never
  Spot patience_spot;
};
std::vector<Way> ways(const haproxy::Config& config, const Capacity& capacity);
std::vector<Way> ways(const nginx::Tree& tree, const Capacity& capacity);
std::vector<Way> ways(const envoy::Config& config, const Capacity& capacity);

/// How long a side that faces clients keeps an idle connection.
struct Idle {
  std::string shown;
  Spot spot;
  double seconds = 0;
};

/// What a rule looks at.
struct Subject {
  const Capacity& capacity;
  const std::vector<Way>& ways;
  const std::vector<Idle>& idle;
  const std::vector<const Source*>& configurations;  // the files themselves, without what they include
  Sources& sources;
  Findings& findings;
};
std::vector<Idle> idle_of(const haproxy::Config& config);
std::vector<Idle> idle_of(const nginx::Tree& tree);
std::vector<Idle> idle_of(const envoy::Config& config);

struct BudgetRule {
  Rule rule;
  void (*check)(const Rule& rule, const Subject& subject);
};
std::span<const BudgetRule> budget_rules();
std::span<const BudgetRule> proof_rules();

/// A path that another file names: found from where that file is.
std::string beside(const Source& file, const std::string& path);

}  // namespace firedrill::lint::budget
