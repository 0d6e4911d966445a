// The fields of Envoy 1.33, from its API's own definitions (envoy/config/…/v3, envoy/extensions/…/v3), deprecated ones
// included.
#include "lint/envoy_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "faults/reader.hpp"
#include "lint/envoy_values.hpp"
#include "lint/ground_rules.hpp"

namespace firedrill::lint::envoy {
namespace {

struct Message {
  std::string_view name, shown;
  std::string_view fields;  // between blanks
};

constexpr Message messages[] = {
    {"Bootstrap", "a bootstrap",
     " node node_context_params static_resources dynamic_resources cluster_manager hds_config flags_path "
     "stats_sinks deferred_stat_options stats_config stats_flush_interval stats_flush_on_admin watchdog "
     "watchdogs tracing layered_runtime admin overload_manager enable_dispatcher_stats header_prefix "
     "stats_server_version_override use_tcp_for_dns_lookups dns_resolution_config "
     "typed_dns_resolver_config bootstrap_extensions fatal_actions config_sources default_config_source "
     "default_socket_interface certificate_provider_instances inline_headers perf_tracing_file_path "
     "default_regex_engine xds_delegate_extension xds_config_tracker_extension listener_manager "
     "application_log_config grpc_async_client_manager_config memory_allocator_manager "},
    {"StaticResources", "static_resources", " listeners clusters secrets "},
    {"Listener", "a listener",
     " name address additional_addresses stat_prefix filter_chains filter_chain_matcher use_original_dst "
     "default_filter_chain per_connection_buffer_limit_bytes metadata deprecated_v1 drain_type "
     "listener_filters listener_filters_timeout continue_on_listener_filters_timeout transparent freebind "
     "socket_options tcp_fast_open_queue_length traffic_direction udp_listener_config api_listener "
     "connection_balance_config reuse_port enable_reuse_port access_log tcp_backlog_size "
     "max_connections_to_accept_per_socket_event bind_to_port internal_listener enable_mptcp "
     "ignore_global_conn_limit bypass_overload_manager "},
    {"FilterChain", "a filter chain",
     " filter_chain_match filters use_proxy_proto metadata transport_socket "
     "transport_socket_connect_timeout name "},
    {"Admin", "admin", " access_log access_log_path profile_path address socket_options ignore_global_conn_limit "},
    {"Address", "an address", " socket_address pipe envoy_internal_address "},
    {"SocketAddress", "a socket_address", " protocol address port_value named_port resolver_name ipv4_compat "},
    {"Filter", "a filter", " name typed_config config_discovery "},
    {"HttpConnectionManager", "an HttpConnectionManager",
     " codec_type stat_prefix rds route_config scoped_routes http_filters add_user_agent tracing "
     "common_http_protocol_options http1_safe_max_connection_duration http_protocol_options "
     "http2_protocol_options http3_protocol_options server_name server_header_transformation "
     "scheme_header_transformation max_request_headers_kb stream_idle_timeout request_timeout "
     "request_headers_timeout drain_timeout delayed_close_timeout access_log access_log_flush_interval "
     "flush_access_log_on_new_request access_log_options use_remote_address xff_num_trusted_hops "
     "original_ip_detection_extensions early_header_mutation_extensions internal_address_config "
     "skip_xff_append via generate_request_id preserve_external_request_id "
     "always_set_request_id_in_response forward_client_cert_details set_current_client_cert_details "
     "proxy_100_continue represent_ipv4_remote_address_as_ipv4_mapped_ipv6 upgrade_configs normalize_path "
     "merge_slashes path_with_escaped_slashes_action request_id_extension local_reply_config "
     "strip_matching_host_port strip_any_host_port stream_error_on_invalid_http_message "
     "path_normalization_options strip_trailing_host_dot proxy_status_config "
     "typed_header_validation_config append_x_forwarded_port append_local_overload "
     "add_proxy_protocol_connection_state "},
    {"HttpFilter", "an HTTP filter", " name typed_config config_discovery is_optional disabled "},
    {"TcpProxy", "a TcpProxy",
     " stat_prefix cluster weighted_clusters on_demand metadata_match idle_timeout downstream_idle_timeout "
     "upstream_idle_timeout access_log max_connect_attempts hash_policy tunneling_config "
     "max_downstream_connection_duration access_log_flush_interval flush_access_log_on_connected "
     "access_log_options "},
    {"HTTPFault", "an HTTPFault",
     " delay abort upstream_cluster headers downstream_nodes max_active_faults response_rate_limit "
     "delay_percent_runtime abort_percent_runtime delay_duration_runtime abort_http_status_runtime "
     "max_active_faults_runtime response_rate_limit_percent_runtime abort_grpc_status_runtime "
     "disable_downstream_cluster_stats filter_metadata "},
    {"RouteConfiguration", "a route_config",
     " name virtual_hosts vhds internal_only_headers response_headers_to_add response_headers_to_remove "
     "request_headers_to_add request_headers_to_remove most_specific_header_mutations_wins "
     "validate_clusters max_direct_response_body_size_bytes cluster_specifier_plugins "
     "request_mirror_policies ignore_port_in_host_matching ignore_path_parameters_in_path_matching "
     "typed_per_filter_config metadata "},
    {"VirtualHost", "a virtual host",
     " name domains routes matcher require_tls virtual_clusters rate_limits request_headers_to_add "
     "request_headers_to_remove response_headers_to_add response_headers_to_remove cors "
     "typed_per_filter_config include_request_attempt_count include_attempt_count_in_response retry_policy "
     "retry_policy_typed_config hedge_policy include_is_timeout_retry_header "
     "per_request_buffer_limit_bytes request_mirror_policies metadata "},
    {"Route", "a route",
     " name match route redirect direct_response filter_action non_forwarding_action metadata decorator "
     "typed_per_filter_config request_headers_to_add request_headers_to_remove response_headers_to_add "
     "response_headers_to_remove tracing per_request_buffer_limit_bytes stat_prefix "},
    {"RouteMatch", "the match of a route",
     " prefix path safe_regex connect_matcher path_separated_prefix path_match_policy case_sensitive "
     "runtime_fraction headers query_parameters grpc tls_context dynamic_metadata filter_state "},
    {"DirectResponse", "a direct_response", " status body "},
    {"RouteAction", "the action of a route",
     " cluster cluster_header weighted_clusters cluster_specifier_plugin inline_cluster_specifier_plugin "
     "cluster_not_found_response_code metadata_match prefix_rewrite regex_rewrite path_rewrite_policy "
     "host_rewrite_literal auto_host_rewrite host_rewrite_header host_rewrite_path_regex "
     "append_x_forwarded_host timeout idle_timeout early_data_policy retry_policy "
     "retry_policy_typed_config request_mirror_policies priority rate_limits include_vh_rate_limits "
     "hash_policy cors max_grpc_timeout grpc_timeout_offset upgrade_configs internal_redirect_policy "
     "internal_redirect_action max_internal_redirects hedge_policy max_stream_duration "},
    {"RetryPolicy", "a retry_policy",
     " retry_on num_retries per_try_timeout per_try_idle_timeout retry_priority retry_host_predicate "
     "retry_options_predicates host_selection_retry_max_attempts retriable_status_codes retry_back_off "
     "rate_limited_retry_back_off retriable_headers retriable_request_headers "},
    {"WeightedCluster", "weighted_clusters", " clusters total_weight runtime_key_prefix header_name "},
    {"ClusterWeight", "one of the weighted_clusters",
     " name cluster_header weight metadata_match request_headers_to_add request_headers_to_remove "
     "response_headers_to_add response_headers_to_remove typed_per_filter_config host_rewrite_literal "},
    {"Cluster", "a cluster",
     " transport_socket_matches name alt_stat_name type cluster_type eds_cluster_config connect_timeout "
     "per_connection_buffer_limit_bytes lb_policy load_assignment health_checks "
     "max_requests_per_connection circuit_breakers upstream_http_protocol_options "
     "common_http_protocol_options http_protocol_options http2_protocol_options "
     "typed_extension_protocol_options dns_refresh_rate dns_jitter dns_failure_refresh_rate "
     "respect_dns_ttl dns_lookup_family dns_resolvers use_tcp_for_dns_lookups dns_resolution_config "
     "typed_dns_resolver_config wait_for_warm_on_init outlier_detection cleanup_interval "
     "upstream_bind_config lb_subset_config ring_hash_lb_config maglev_lb_config original_dst_lb_config "
     "least_request_lb_config round_robin_lb_config common_lb_config transport_socket metadata "
     "protocol_selection upstream_connection_options close_connections_on_host_health_failure "
     "ignore_health_on_host_removal filters load_balancing_policy lrs_server lrs_report_endpoint_metrics "
     "track_timeout_budgets upstream_config track_cluster_stats preconnect_policy "
     "connection_pool_per_downstream_connection "},
    {"CircuitBreakers", "circuit_breakers", " thresholds per_host_thresholds "},
    {"Thresholds", "thresholds",
     " priority max_connections max_pending_requests max_requests max_retries retry_budget track_remaining "
     "max_connection_pools "},
    {"RetryBudget", "a retry_budget", " budget_percent min_retry_concurrency "},
    {"OutlierDetection", "outlier_detection",
     " consecutive_5xx interval base_ejection_time max_ejection_percent enforcing_consecutive_5xx "
     "enforcing_success_rate success_rate_minimum_hosts success_rate_request_volume "
     "success_rate_stdev_factor consecutive_gateway_failure enforcing_consecutive_gateway_failure "
     "split_external_local_origin_errors consecutive_local_origin_failure "
     "enforcing_consecutive_local_origin_failure enforcing_local_origin_success_rate "
     "failure_percentage_threshold enforcing_failure_percentage enforcing_failure_percentage_local_origin "
     "failure_percentage_minimum_hosts failure_percentage_request_volume max_ejection_time "
     "max_ejection_time_jitter successful_active_health_check_uneject_host monitors always_eject_one_host "},
    {"ClusterLoadAssignment", "a load_assignment", " cluster_name endpoints named_endpoints policy "},
    {"LocalityLbEndpoints", "endpoints",
     " locality metadata lb_endpoints load_balancer_endpoints leds_cluster_locality_config "
     "load_balancing_weight priority proximity "},
    {"LbEndpoint", "one of the lb_endpoints", " endpoint endpoint_name health_status metadata load_balancing_weight "},
    {"Endpoint", "an endpoint", " address health_check_config hostname additional_addresses "},
    {"HealthCheck", "a health check",
     " timeout interval initial_jitter interval_jitter interval_jitter_percent unhealthy_threshold "
     "healthy_threshold alt_port reuse_connection http_health_check tcp_health_check grpc_health_check "
     "custom_health_check no_traffic_interval no_traffic_healthy_interval unhealthy_interval "
     "unhealthy_edge_interval healthy_edge_interval event_log_path event_logger event_service "
     "always_log_health_check_failures always_log_health_check_success tls_options "
     "transport_socket_match_criteria "},
    {"HttpHealthCheck", "an http_health_check",
     " host path send receive response_buffer_size request_headers_to_add request_headers_to_remove "
     "expected_statuses retriable_statuses codec_client_type service_name_matcher method "},
    {"HttpProtocolOptions", "the HttpProtocolOptions of a cluster",
     " common_http_protocol_options upstream_http_protocol_options explicit_http_config "
     "use_downstream_protocol_config auto_config http_filters header_validation_config "},
    {"CommonHttpProtocolOptions", "common_http_protocol_options",
     " idle_timeout max_connection_duration max_headers_count max_response_headers_kb max_stream_duration "
     "headers_with_underscores_action max_requests_per_connection "},
    {"Http2ProtocolOptions", "http2_protocol_options",
     " hpack_table_size max_concurrent_streams initial_stream_window_size initial_connection_window_size "
     "allow_connect allow_metadata max_outbound_frames max_outbound_control_frames "
     "max_consecutive_inbound_frames_with_empty_payload max_inbound_priority_frames_per_stream "
     "max_inbound_window_update_frames_per_data_frame_sent stream_error_on_invalid_http_messaging "
     "override_stream_error_on_invalid_http_message custom_settings_parameters connection_keepalive "
     "use_oghttp2_codec "},
};

// Where a message stands in another one, by itself or in a list.
struct Inner {
  std::string_view message, field, type;
  bool list = false;
};
constexpr Inner below[] = {
    {"Admin", "address", "Address"},
    {"Address", "socket_address", "SocketAddress"},
    {"Bootstrap", "admin", "Admin"},
    {"Endpoint", "address", "Address"},
    {"Listener", "address", "Address"},
    {"Route", "direct_response", "DirectResponse"},
    {"Route", "match", "RouteMatch"},
    {"Bootstrap", "static_resources", "StaticResources"},
    {"StaticResources", "listeners", "Listener", true},
    {"StaticResources", "clusters", "Cluster", true},
    {"Listener", "filter_chains", "FilterChain", true},
    {"Listener", "default_filter_chain", "FilterChain"},
    {"FilterChain", "filters", "Filter", true},
    {"HttpConnectionManager", "route_config", "RouteConfiguration"},
    {"HttpConnectionManager", "http_filters", "HttpFilter", true},
    {"HttpConnectionManager", "common_http_protocol_options", "CommonHttpProtocolOptions"},
    {"HttpConnectionManager", "http2_protocol_options", "Http2ProtocolOptions"},
    {"RouteConfiguration", "virtual_hosts", "VirtualHost", true},
    {"VirtualHost", "routes", "Route", true},
    {"VirtualHost", "retry_policy", "RetryPolicy"},
    {"Route", "route", "RouteAction"},
    {"RouteAction", "retry_policy", "RetryPolicy"},
    {"RouteAction", "weighted_clusters", "WeightedCluster"},
    {"WeightedCluster", "clusters", "ClusterWeight", true},
    {"Cluster", "circuit_breakers", "CircuitBreakers"},
    {"Cluster", "outlier_detection", "OutlierDetection"},
    {"Cluster", "load_assignment", "ClusterLoadAssignment"},
    {"Cluster", "health_checks", "HealthCheck", true},
    {"Cluster", "common_http_protocol_options", "CommonHttpProtocolOptions"},
    {"Cluster", "http2_protocol_options", "Http2ProtocolOptions"},
    {"CircuitBreakers", "thresholds", "Thresholds", true},
    {"CircuitBreakers", "per_host_thresholds", "Thresholds", true},
    {"Thresholds", "retry_budget", "RetryBudget"},
    {"ClusterLoadAssignment", "endpoints", "LocalityLbEndpoints", true},
    {"LocalityLbEndpoints", "lb_endpoints", "LbEndpoint", true},
    {"LbEndpoint", "endpoint", "Endpoint"},
    {"HealthCheck", "http_health_check", "HttpHealthCheck"},
    {"HttpProtocolOptions", "common_http_protocol_options", "CommonHttpProtocolOptions"},
};

// What may stand under an "@type".
constexpr std::string_view typed[] = {
    "Listener", "Cluster",   "RouteConfiguration", "ClusterLoadAssignment", "HttpConnectionManager",
    "TcpProxy", "HTTPFault", "HttpProtocolOptions"};

const Message& message_named(std::string_view name) {
  return *std::find_if(std::begin(messages), std::end(messages), [&](const Message& one) { return one.name == name; });
}

std::string in_snake_case(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0) text += '_';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

std::vector<std::string> fields_of(const Message& message) {
  std::vector<std::string> list;
  for (std::string_view rest = message.fields.substr(1); !rest.empty();) {
    list.emplace_back(rest.substr(0, rest.find(' ')));
    rest.remove_prefix(std::min(rest.size(), list.back().size() + 1));
  }
  return list;
}

// The field that a key stands for; "" for none. JSON's form of one may have a digit: proxy100Continue.
std::string known_name(const std::string& key, const Message& message) {
  std::string name = in_snake_case(key);
  if (message.fields.find(" " + name + " ") != std::string_view::npos) return name;
  if (key.find('_') != std::string::npos) return "";
  for (const std::string& field : fields_of(message)) {
    std::string joined = field;
    joined.erase(std::remove(joined.begin(), joined.end(), '_'), joined.end());
    name.erase(std::remove(name.begin(), name.end(), '_'), name.end());
    if (joined == name) return field;
  }
  return "";
}

class Fields {
 public:
  explicit Fields(Findings& findings) : findings_{findings} {}

  void check(const Yaml& yaml, const Message& message) {
    if (findings_.full() || yaml.kind == Yaml::Kind::null) return;
    if (yaml.kind != Yaml::Kind::map) {
      findings_.add(refused, yaml.spot, fmt::format("{} is a map of fields", message.shown));
      return;
    }
    std::vector<std::string> seen;
    for (const Yaml::Member& member : yaml.members) {
      if (member.key == "@type") continue;
      const std::string name = known_name(member.key, message);
      if (name.empty()) {
        unknown(member, message);
        continue;
      }
      if (std::find(seen.begin(), seen.end(), name) != seen.end())
        findings_.add(refused, member.spot, fmt::format("{} has \"{}\" twice", message.shown, member.key));
      if (seen.size() < 100) seen.push_back(name);
      check_value(message.name, name, member.value, findings_);
      look_into(member.value, name, message);
    }
    check_required(message.name, yaml, findings_);
  }

  void check_typed(const Yaml& yaml) {
    for (const std::string_view type : typed)
      if (is_of_type(yaml, type)) return check(yaml, message_named(type));
  }

  void check_all_typed(const Yaml* list) {
    if (list == nullptr) return;
    for (const Yaml& one : list->items) check_typed(one);
    for (const Yaml::Member& one : list->members) check_typed(one.value);
  }

 private:
  void unknown(const Yaml::Member& member, const Message& message) {
    const std::string near = faults::nearest(in_snake_case(member.key), fields_of(message));
    findings_.add(unknown_directive, member.spot,
                  fmt::format("{} of Envoy 1.33 has no field \"{}\"{}", message.shown, member.key,
                              near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
  }

  void look_into(const Yaml& value, const std::string& name, const Message& message) {
    if (name == "typed_config") return check_typed(value);
    if (name == "typed_extension_protocol_options") return check_all_typed(&value);
    for (const Inner& one : below) {
      if (one.message != message.name || one.field != name) continue;
      const Message& inner = message_named(one.type);
      if (!one.list || value.kind == Yaml::Kind::null) return check(value, inner);
      if (value.kind != Yaml::Kind::list) {
        findings_.add(refused, value.spot, fmt::format("{} is a list; each item begins with a dash", name));
        return;
      }
      for (const Yaml& item : value.items) check(item, inner);
    }
  }

  Findings& findings_;
};

}  // namespace

bool is_of_type(const Yaml& yaml, std::string_view type) {
  const std::string_view url = yaml.value("@type");
  return url.ends_with(type) && (url.size() == type.size() || url[url.size() - type.size() - 1] == '.');
}

bool resembles_bootstrap(const Yaml& root) {
  const Message& bootstrap = message_named("Bootstrap");
  const std::vector<std::string> fields = fields_of(bootstrap);
  const auto known = [&](std::string_view key) { return root.find(key) != nullptr; };
  if (known("apiVersion") && known("kind")) return false;  // Kubernetes', whatever else it has
  std::size_t looked_at = 0;
  return root.members.empty() || known("resources") ||
         std::any_of(root.members.begin(), root.members.end(), [&](const Yaml::Member& one) {
           return !known_name(one.key, bootstrap).empty() ||
                  (++looked_at <= 20 && !faults::nearest(in_snake_case(one.key), fields).empty());
         });
}

void check_messages(const Yaml& bootstrap, Findings& findings) {
  Fields fields{findings};
  if (const Yaml* resources = bootstrap.find("resources"); resources != nullptr && bootstrap.members.size() <= 2)
    return fields.check_all_typed(resources);  // a file that is watched
  fields.check(bootstrap, message_named("Bootstrap"));
}

}  // namespace firedrill::lint::envoy
