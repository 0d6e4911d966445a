// From the tree to clusters: the fields of Envoy's API v3, as documented for Envoy 1.33.
#include "lint/envoy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"

namespace firedrill::lint::envoy {
namespace {

// Every map and list below, outer ones first.
template <typename Visit>
void each(const Yaml& yaml, const Visit& visit) {
  visit(yaml);
  for (const Yaml& item : yaml.items) each(item, visit);
  for (const Yaml::Member& member : yaml.members) each(member.value, visit);
}

bool ends_with_type(const Yaml& yaml, std::string_view type) {
  const std::string_view url = yaml.value("@type");
  return url.ends_with(type) && (url.size() == type.size() || url[url.size() - type.size() - 1] == '.');
}

std::vector<const Yaml*> list_of(const Yaml* yaml) {
  std::vector<const Yaml*> list;
  if (yaml != nullptr)
    for (const Yaml& item : yaml->items) list.push_back(&item);
  return list;
}

std::vector<const Yaml*> clusters_of(const Yaml& root) {
  std::vector<const Yaml*> list = list_of(root.find("static_resources", "clusters"));
  for (const Yaml* resource : list_of(root.find("resources")))  // a file that is watched (CDS)
    if (ends_with_type(*resource, "Cluster")) list.push_back(resource);
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

struct Message {
  std::string_view name, fields;  // between blanks
};
constexpr Message bootstrap{
    "a bootstrap",
    " node static_resources dynamic_resources cluster_manager hds_config flags_path stats_sinks stats_config "
    "stats_flush_interval "
    "stats_flush_on_admin watchdog watchdogs tracing layered_runtime admin overload_manager enable_dispatcher_stats "
    "header_prefix "
    "stats_server_version_override use_tcp_for_dns_lookups dns_resolution_config typed_dns_resolver_config "
    "bootstrap_extensions "
    "fatal_actions config_sources default_config_source default_socket_interface certificate_provider_instances "
    "inline_headers "
    "perf_tracing_file_path default_regex_engine xds_delegate_extension xds_config_tracker_extension listener_manager "
    "application_log_config grpc_async_client_manager_config memory_allocator_manager node_context_params "
    "stats_flush_interval "
    "version_info resources default_regex_engine deferred_stat_options "};
constexpr Message resources{"static_resources", " listeners clusters secrets "};
constexpr Message cluster_fields{
    "a cluster",
    " @type name alt_stat_name type cluster_type eds_cluster_config connect_timeout per_connection_buffer_limit_bytes "
    "lb_policy "
    "load_assignment health_checks max_requests_per_connection circuit_breakers upstream_http_protocol_options "
    "common_http_protocol_options http_protocol_options http2_protocol_options typed_extension_protocol_options "
    "dns_refresh_rate "
    "dns_failure_refresh_rate dns_jitter respect_dns_ttl dns_lookup_family dns_resolvers use_tcp_for_dns_lookups "
    "dns_resolution_config typed_dns_resolver_config wait_for_warm_on_init outlier_detection cleanup_interval "
    "upstream_bind_config "
    "lb_subset_config ring_hash_lb_config maglev_lb_config original_dst_lb_config least_request_lb_config "
    "round_robin_lb_config "
    "common_lb_config transport_socket transport_socket_matches metadata protocol_selection "
    "upstream_connection_options "
    "close_connections_on_host_health_failure ignore_health_on_host_removal filters load_balancing_policy lrs_server "
    "lrs_report_endpoint_metrics track_timeout_budgets upstream_config track_cluster_stats preconnect_policy "
    "connection_pool_per_downstream_connection "};
constexpr Message breaker_fields{"circuit_breakers", " thresholds per_host_thresholds "};
constexpr Message threshold{
    "thresholds",
    " priority max_connections max_pending_requests max_requests max_retries retry_budget track_remaining "
    "max_connection_pools "};
constexpr Message outliers{
    "outlier_detection",
    " consecutive_5xx interval base_ejection_time max_ejection_percent enforcing_consecutive_5xx "
    "enforcing_success_rate "
    "success_rate_minimum_hosts success_rate_request_volume success_rate_stdev_factor consecutive_gateway_failure "
    "enforcing_consecutive_gateway_failure split_external_local_origin_errors consecutive_local_origin_failure "
    "enforcing_consecutive_local_origin_failure enforcing_local_origin_success_rate failure_percentage_threshold "
    "enforcing_failure_percentage enforcing_failure_percentage_local_origin failure_percentage_minimum_hosts "
    "failure_percentage_request_volume max_ejection_time max_ejection_time_jitter "
    "successful_active_health_check_uneject_host "
    "monitors always_eject_one_host "};

std::string snake(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0) text += '_';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

void check_message(const Yaml* yaml, const Message& message, Findings& findings) {
  if (yaml == nullptr) return;
  if (yaml->kind != Yaml::Kind::map) {
    if (yaml->kind != Yaml::Kind::null)
      findings.add(refused, yaml->spot, fmt::format("{} is a map of fields", message.name));
    return;
  }
  std::vector<std::string_view> seen;
  for (const Yaml::Member& member : yaml->members) {
    const std::string name = snake(member.key);
    if (message.fields.find(" " + name + " ") != std::string_view::npos) {
      if (std::count(seen.begin(), seen.end(), member.key) > 0)
        findings.add(refused, member.spot, fmt::format("{} has \"{}\" twice", message.name, member.key));
      if (seen.size() < 100) seen.push_back(member.key);
      continue;
    }
    std::vector<std::string> known;
    for (std::string_view rest = message.fields.substr(1); !rest.empty();) {
      known.emplace_back(rest.substr(0, rest.find(' ')));
      rest.remove_prefix(std::min(rest.size(), known.back().size() + 1));
    }
    const std::string near = faults::nearest(name, known);
    findings.add(unknown_directive, member.spot,
                 fmt::format("{} of Envoy 1.33 has no field \"{}\"{}", message.name, member.key,
                             near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
  }
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
    if (ends_with_type(yaml, "HTTPFault")) config.faults.push_back(&yaml);
    const Yaml* action = yaml.find("route");
    if (action == nullptr || yaml.find("match") == nullptr) return;
    for (const std::string_view name : targets_of(*action))
      for (auto [at, end] = by_name.equal_range(name); at != end; ++at) at->second->routes.push_back(action);
  });
  return config;
}

void check_fields(const Yaml& root, const Config& config, Findings& findings) {
  if (root.kind != Yaml::Kind::map) {
    findings.add(unreadable, root.spot.source == nullptr ? Spot{} : root.spot,
                 "this is no configuration of Envoy: it is no map of fields");
    return;
  }
  check_message(&root, bootstrap, findings);
  check_message(root.find("static_resources"), resources, findings);
  std::set<std::string_view> names;
  for (const Cluster& cluster : config.clusters) {
    if (findings.full()) return;
    check_message(cluster.yaml, cluster_fields, findings);
    check_message(cluster.yaml->find("circuit_breakers"), breaker_fields, findings);
    check_message(cluster.yaml->find("outlier_detection"), outliers, findings);
    check_duration(*cluster.yaml, "connect_timeout", findings);
    for (const char* const list : {"thresholds", "per_host_thresholds"})
      for (const Yaml* one : list_of(cluster.yaml->find("circuit_breakers", list))) {
        check_message(one, threshold, findings);
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
  if (config.clusters.empty() || root.find("dynamic_resources") != nullptr) return;
  each(root, [&](const Yaml& yaml) {
    const Yaml* action = yaml.find("route");
    if (action == nullptr || yaml.find("match") == nullptr || action->find("cluster") == nullptr) return;
    const std::string_view name = action->value("cluster");
    if (names.count(name) == 0)
      findings.add(refused, action->find("cluster")->spot, fmt::format("there is no cluster \"{}\"", name));
  });
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
