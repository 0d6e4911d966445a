// The rules about nginx, each a row with a function.
#pragma once

#include <span>

#include "lint/capacity.hpp"
#include "lint/nginx_tree.hpp"

namespace firedrill::lint::nginx {

/// What a rule looks at.
struct Subject {
  const Tree& tree;
  const Capacity& capacity;  // empty when there is no capacity.toml
  Findings& findings;
};

struct TreeRule {
  Rule rule;
  void (*check)(const Rule& rule, const Subject& subject);
};

std::span<const TreeRule> upstream_rules();
std::span<const TreeRule> passing_rules();
std::span<const TreeRule> worker_rules();

/// proxy_pass, fastcgi_pass and their like, everywhere.
std::vector<const Directive*> passes(const Tree& tree);
/// The upstream block a pass leads to; null for an address or a variable.
const Directive* upstream_of(const Tree& tree, const Directive& pass);
std::vector<const Directive*> servers_of(const Directive& upstream);
/// Of worker_processes; 1 when it is not set, nothing for auto.
std::optional<double> workers_of(const Tree& tree);

}  // namespace firedrill::lint::nginx
