// From the tree to clusters: the fields of Envoy's API v3, as documented for Envoy 1.33.
#include "lint/envoy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "lint/envoy_fields.hpp"
#include "lint/envoy_values.hpp"
#include "lint/ground_rules.hpp"

namespace firedrill::lint::envoy {
namespace {

std::vector<const Yaml*> list_of(const Yaml* yaml) {
  std::vector<const Yaml*> list;
  if (yaml != nullptr)
    for (const Yaml& item : yaml->items) list.push_back(&item);
  return list;
}

std::vector<const Yaml*> clusters_of(const Yaml& root) {
  std::vector<const Yaml*> list = list_of(root.find("static_resources", "clusters"));
  for (const Yaml* resource : list_of(root.find("resources")))  // a file that is watched (CDS)
    if (is_of_type(*resource, "Cluster")) list.push_back(resource);
  return list;
}

Cluster read_cluster(const Yaml& yaml) {
  Cluster cluster{&yaml, std::string{yaml.value("name")}, 0, false, false, false, {}};
  const std::string_view type = yaml.value("type");
  cluster.discovered = type == "EDS" || type == "STRICT_DNS" || type == "LOGICAL_DNS" || type == "ORIGINAL_DST" ||
                       yaml.find("cluster_type") != nullptr;
  for (const Yaml* group : list_of(yaml.find("load_assignment", "endpoints")))
    cluster.hosts += list_of(group->find("lb_endpoints")).size();
  cluster.http2 = yaml.find("http2_protocol_options") != nullptr;
  if (const Yaml* extensions = yaml.find("typed_extension_protocol_options"))
    for (const Yaml::Member& member : extensions->members)
      if (member.value.find("explicit_http_config", "http2_protocol_options") != nullptr) cluster.http2 = true;
  const Yaml* socket = yaml.find("transport_socket");
  cluster.tls = socket != nullptr && socket->value("name") == "envoy.transport_sockets.tls";
  return cluster;
}

// Which clusters a route action leads to.
std::vector<std::string_view> targets_of(const Yaml& action) {
  std::vector<std::string_view> names;
  if (!action.value("cluster").empty()) names.push_back(action.value("cluster"));
  for (const Yaml* one : list_of(action.find("weighted_clusters", "clusters"))) names.push_back(one->value("name"));
  return names;
}

void check_number(const Yaml& yaml, std::string_view field, Findings& findings) {
  const Yaml* value = yaml.find(field);
  if (value == nullptr) return;
  const bool digits = !value->text.empty() && value->text.find_first_not_of("0123456789") == std::string::npos;
  if (value->kind != Yaml::Kind::scalar || !digits || value->text.size() > 10 || std::stoll(value->text) > 4294967295)
    findings.add(refused, value->spot, fmt::format("{} takes a whole number from 0, not \"{}\"", field, value->text));
}

void check_duration(const Yaml& yaml, std::string_view field, Findings& findings) {
  const Yaml* value = yaml.find(field);
  if (value != nullptr && value->kind == Yaml::Kind::scalar && !parse_duration(value->text))
    findings.add(refused, value->spot,
                 fmt::format("{} takes seconds with an s behind them, such as 0.25s, not \"{}\"", field, value->text));
}

// Envoy looks up the clusters of routes in the file when it loads it, unless it is told not to; those of a tcp_proxy it
// does not. More of them may come by CDS.
void check_routes(const Yaml& root, const std::set<std::string_view>& clusters, Findings& findings) {
  const Yaml* dynamic = root.find("dynamic_resources");
  if (root.find("resources") != nullptr || (dynamic != nullptr && (dynamic->find("cds_config") != nullptr ||
                                                                   dynamic->find("cds_resources_locator") != nullptr)))
    return;
  const auto look_up = [&](const Yaml* name) {
    if (name != nullptr && !name->text.empty() && clusters.count(name->text) == 0)
      findings.add(refused, name->spot, fmt::format("there is no cluster \"{}\"", name->text));
  };
  each(root, [&](const Yaml& yaml) {
    const Yaml* routes = yaml.find("route_config");
    if (routes == nullptr || routes->value("validate_clusters") == "false") return;
    each(*routes, [&](const Yaml& one) {
      for (const Yaml* mirror : list_of(one.find("request_mirror_policies"))) look_up(mirror->find("cluster"));
      const Yaml* action = one.find("match") == nullptr ? nullptr : one.find("route");
      if (action == nullptr) return;
      look_up(action->find("cluster"));
      for (const Yaml* weighted : list_of(action->find("weighted_clusters", "clusters")))
        look_up(weighted->find("name"));
    });
  });
}

// "apiVersion, kind, data".
std::string keys_of(const Yaml& map) {
  std::string text;
  for (std::size_t i = 0; i < map.members.size() && i < 4; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ", ", std::string_view{map.members[i].key}.substr(0, 40));
  return text + (map.members.size() > 4 ? ", …" : "");
}

}  // namespace

const Yaml* Cluster::thresholds(std::string_view priority) const {
  const Yaml* list = yaml->find("circuit_breakers", "thresholds");
  for (const Yaml* one : list_of(list)) {
    const std::string_view of = one->value("priority");
    if (of == priority || (of.empty() && priority == "DEFAULT")) return one;  // the first one counts
  }
  return nullptr;
}

Config read_config(const Yaml& root) {
  Config config;
  for (const Yaml* yaml : clusters_of(root)) config.clusters.push_back(read_cluster(*yaml));
  std::multimap<std::string_view, Cluster*> by_name;
  for (Cluster& cluster : config.clusters) by_name.emplace(cluster.name, &cluster);
  each(root, [&](const Yaml& yaml) {
    if (is_of_type(yaml, "HTTPFault")) config.faults.push_back(&yaml);
    if (is_of_type(yaml, "HttpConnectionManager")) config.managers.push_back(&yaml);
    const Yaml* action = yaml.find("route");
    if (action == nullptr || yaml.find("match") == nullptr) return;
    for (const std::string_view name : targets_of(*action))
      for (auto [at, end] = by_name.equal_range(name); at != end; ++at) at->second->routes.push_back(action);
  });
  return config;
}

bool is_configuration(const Yaml& root, Findings& findings) {
  if (root.kind != Yaml::Kind::map) {
    findings.add(unreadable, root.spot, "this is no configuration of Envoy: it is no map of fields");
    return false;
  }
  if (resembles_bootstrap(root)) return true;
  const bool kubernetes = root.find("apiVersion") != nullptr && root.find("kind") != nullptr;
  const bool prometheus = root.find("groups") != nullptr || root.find("scrape_configs") != nullptr;
  findings.add(
      unreadable, root.members.front().spot,
      fmt::format("this is no configuration of Envoy, for which it was taken by its name: a bootstrap has admin, "
                  "node, static_resources, …; this has {}{}",
                  keys_of(root),
                  kubernetes   ? ", as a manifest of Kubernetes does"
                  : prometheus ? ", as a file of Prometheus does"
                               : ""));
  return false;
}

void check_fields(const Yaml& root, const Config& config, Findings& findings) {
  check_messages(root, findings);
  each(root, [&](const Yaml& yaml) {
    if (const Yaml* type = yaml.find("@type"); type != nullptr && !findings.full()) check_type(*type, findings);
  });
  std::map<std::string_view, const Yaml*> listeners;
  for (const Yaml* listener : list_of(root.find("static_resources", "listeners"))) {
    const std::string_view name = listener->value("name");
    const auto [it, fresh] = listeners.try_emplace(name, listener);
    if (!fresh && !name.empty())
      findings.add(no_effect, listener->find("name")->spot,
                   fmt::format("there is a listener \"{}\" at line {} already: Envoy ignores this one without a word",
                               name, it->second->spot.line));
  }
  std::set<std::string_view> names;
  for (const Cluster& cluster : config.clusters) {
    if (findings.full()) return;
    check_duration(*cluster.yaml, "connect_timeout", findings);
    for (const char* const list : {"thresholds", "per_host_thresholds"})
      for (const Yaml* one : list_of(cluster.yaml->find("circuit_breakers", list))) {
        for (const char* const field :
             {"max_connections", "max_pending_requests", "max_requests", "max_retries", "max_connection_pools"})
          check_number(*one, field, findings);
        const std::string_view priority = one->value("priority");
        if (!priority.empty() && priority != "DEFAULT" && priority != "HIGH")
          findings.add(refused, one->find("priority")->spot,
                       fmt::format("there is no priority {}: DEFAULT or HIGH", priority));
      }
    if (cluster.name.empty()) findings.add(refused, cluster.spot(), "a cluster takes a name");
    if (!names.insert(cluster.name).second)
      findings.add(refused, cluster.spot(), fmt::format("there are two clusters \"{}\"", cluster.name));
  }
  check_routes(root, names, findings);
  check_consistency(root, config, findings);
}

std::optional<double> parse_duration(std::string_view text) {
  if (!text.ends_with('s')) return std::nullopt;
  text.remove_suffix(1);
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds > 3.2e11) return std::nullopt;
  return seconds;
}

double number_of(const Yaml* yaml, std::string_view field, double otherwise) {
  const Yaml* value = yaml == nullptr ? nullptr : yaml->find(field);
  if (value == nullptr) return otherwise;
  double number = otherwise;
  std::from_chars(value->text.data(), value->text.data() + value->text.size(), number);
  return number;
}

}  // namespace firedrill::lint::envoy
