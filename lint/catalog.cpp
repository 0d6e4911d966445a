// Collects the tables.
#include "lint/catalog.hpp"

#include <algorithm>
#include <tuple>

#include "lint/budget.hpp"
#include "lint/envoy.hpp"
#include "lint/ground_rules.hpp"
#include "lint/haproxy_rules.hpp"
#include "lint/nginx_rules.hpp"

namespace firedrill::lint {
namespace {

template <typename Rows>
void take(std::vector<Entry>& all, Product product, const Rows& rows) {
  for (const auto& row : rows) all.push_back({product, &row.rule});
}

std::vector<Entry> collected() {
  std::vector<Entry> all;
  for (const Rule* rule : ground_rules()) all.push_back({Product::any, rule});
  take(all, Product::haproxy, haproxy::timeout_rules());
  take(all, Product::haproxy, haproxy::slot_rules());
  take(all, Product::haproxy, haproxy::server_rules());
  take(all, Product::haproxy, haproxy::process_rules());
  take(all, Product::haproxy, haproxy::drift_rules());
  take(all, Product::nginx, nginx::upstream_rules());
  take(all, Product::nginx, nginx::passing_rules());
  take(all, Product::nginx, nginx::worker_rules());
  take(all, Product::envoy, envoy::breaker_rules());
  take(all, Product::envoy, envoy::cluster_rules());
  take(all, Product::budget, budget::budget_rules());
  take(all, Product::budget, budget::proof_rules());
  std::sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.product, a.rule->id) < std::tie(b.product, b.rule->id);
  });
  return all;
}

}  // namespace

const std::vector<Entry>& catalog() {
  static const std::vector<Entry> all = collected();
  return all;
}

const Rule* rule_named(std::string_view id) {
  const auto it =
      std::find_if(catalog().begin(), catalog().end(), [&](const Entry& one) { return one.rule->id == id; });
  return it == catalog().end() ? nullptr : it->rule;
}

}  // namespace firedrill::lint
