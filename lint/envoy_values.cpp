// From the API's definitions of Envoy 1.33 and the rules of its validation.
#include "lint/envoy_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>

#include "lint/envoy.hpp"
#include "lint/ground_rules.hpp"
#include "lint/listed.hpp"

namespace firedrill::lint::envoy {
namespace {

struct WordField {
  std::string_view message, field;
  std::string_view words;  // between blanks
};
constexpr WordField word_fields[] = {
    {"Cluster", "type", " STATIC STRICT_DNS LOGICAL_DNS EDS ORIGINAL_DST "},
    {"Cluster", "lb_policy",
     " ROUND_ROBIN LEAST_REQUEST RING_HASH RANDOM MAGLEV CLUSTER_PROVIDED LOAD_BALANCING_POLICY_CONFIG "},
    {"Cluster", "dns_lookup_family", " AUTO V4_ONLY V6_ONLY V4_PREFERRED ALL "},
    {"Cluster", "protocol_selection", " USE_CONFIGURED_PROTOCOL USE_DOWNSTREAM_PROTOCOL "},
    {"HttpConnectionManager", "codec_type", " AUTO HTTP1 HTTP2 HTTP3 "},
    {"HttpConnectionManager", "server_header_transformation", " OVERWRITE APPEND_IF_ABSENT PASS_THROUGH "},
    {"HttpConnectionManager", "forward_client_cert_details",
     " SANITIZE FORWARD_ONLY APPEND_FORWARD SANITIZE_SET ALWAYS_FORWARD_ONLY "},
    {"HttpConnectionManager", "path_with_escaped_slashes_action",
     " IMPLEMENTATION_SPECIFIC_DEFAULT KEEP_UNCHANGED REJECT_REQUEST UNESCAPE_AND_REDIRECT UNESCAPE_AND_FORWARD "},
    {"LbEndpoint", "health_status", " UNKNOWN HEALTHY UNHEALTHY DRAINING TIMEOUT DEGRADED "},
    {"Listener", "drain_type", " DEFAULT MODIFY_ONLY "},
    {"Listener", "traffic_direction", " UNSPECIFIED INBOUND OUTBOUND "},
    {"RouteAction", "cluster_not_found_response_code", " SERVICE_UNAVAILABLE NOT_FOUND INTERNAL_SERVER_ERROR "},
    {"RouteAction", "priority", " DEFAULT HIGH "},
    {"SocketAddress", "protocol", " TCP UDP "},
    {"VirtualHost", "require_tls", " NONE EXTERNAL_ONLY ALL "},
};

struct Figures {
  std::string_view message;
  double least, most;
  std::string_view fields;  // between blanks
};
constexpr double most_of_32_bits = 4294967295.0;
constexpr Figures figures[] = {
    {"Cluster", 0, most_of_32_bits, " per_connection_buffer_limit_bytes max_requests_per_connection "},
    {"ClusterWeight", 0, most_of_32_bits, " weight "},
    {"CommonHttpProtocolOptions", 0, most_of_32_bits, " max_requests_per_connection "},
    {"CommonHttpProtocolOptions", 1, most_of_32_bits, " max_headers_count "},
    {"DirectResponse", 200, 599, " status "},
    {"HealthCheck", 0, most_of_32_bits, " unhealthy_threshold healthy_threshold interval_jitter_percent "},
    {"Http2ProtocolOptions", 1, 2147483647, " max_concurrent_streams "},
    {"Http2ProtocolOptions", 65535, 2147483647, " initial_stream_window_size initial_connection_window_size "},
    {"HttpConnectionManager", 0, most_of_32_bits, " xff_num_trusted_hops "},
    {"HttpConnectionManager", 1, 8192, " max_request_headers_kb "},
    {"LbEndpoint", 1, most_of_32_bits, " load_balancing_weight "},
    {"Listener", 0, most_of_32_bits, " per_connection_buffer_limit_bytes tcp_backlog_size "},
    {"LocalityLbEndpoints", 0, 128, " priority "},
    {"LocalityLbEndpoints", 1, most_of_32_bits, " load_balancing_weight "},
    {"OutlierDetection", 0, 100,
     " max_ejection_percent enforcing_consecutive_5xx enforcing_success_rate enforcing_consecutive_gateway_failure "
     "enforcing_consecutive_local_origin_failure enforcing_local_origin_success_rate failure_percentage_threshold "
     "enforcing_failure_percentage enforcing_failure_percentage_local_origin "},
    {"OutlierDetection", 0, most_of_32_bits,
     " consecutive_5xx success_rate_minimum_hosts success_rate_request_volume success_rate_stdev_factor "
     "consecutive_gateway_failure consecutive_local_origin_failure failure_percentage_minimum_hosts "
     "failure_percentage_request_volume "},
    {"RetryPolicy", 0, most_of_32_bits, " num_retries "},
    {"SocketAddress", 0, 65535, " port_value "},
    {"TcpProxy", 1, most_of_32_bits, " max_connect_attempts "},
    {"VirtualHost", 0, most_of_32_bits, " per_request_buffer_limit_bytes "},
};

struct Fieldset {
  std::string_view message, fields;
};
constexpr Fieldset durations[] = {
    {"Bootstrap", " stats_flush_interval "},
    {"Cluster", " dns_refresh_rate cleanup_interval "},  // connect_timeout is looked at with the cluster
    {"CommonHttpProtocolOptions", " idle_timeout max_connection_duration max_stream_duration "},
    {"FilterChain", " transport_socket_connect_timeout "},
    {"HealthCheck",
     " timeout interval initial_jitter interval_jitter no_traffic_interval no_traffic_healthy_interval "
     "unhealthy_interval unhealthy_edge_interval healthy_edge_interval "},
    {"HttpConnectionManager",
     " stream_idle_timeout request_timeout request_headers_timeout drain_timeout delayed_close_timeout "
     "access_log_flush_interval "},
    {"Listener", " listener_filters_timeout "},
    {"OutlierDetection", " interval base_ejection_time max_ejection_time max_ejection_time_jitter "},
    {"RetryPolicy", " per_try_timeout per_try_idle_timeout "},
    {"RouteAction", " timeout idle_timeout max_grpc_timeout grpc_timeout_offset "},
    {"TcpProxy",
     " idle_timeout downstream_idle_timeout upstream_idle_timeout max_downstream_connection_duration "
     "access_log_flush_interval "},
};

// One of the fields is enough.
constexpr Fieldset required[] = {
    {"Address", " socket_address pipe envoy_internal_address "},
    {"HealthCheck", " timeout "},
    {"HealthCheck", " interval "},
    {"HealthCheck", " unhealthy_threshold "},
    {"HealthCheck", " healthy_threshold "},
    {"HealthCheck", " http_health_check tcp_health_check grpc_health_check custom_health_check "},
    {"HttpConnectionManager", " stat_prefix "},
    {"HttpConnectionManager", " route_config rds scoped_routes "},
    {"HttpHealthCheck", " path "},
    {"HttpProtocolOptions", " explicit_http_config use_downstream_protocol_config auto_config "},
    {"Listener", " address api_listener internal_listener "},
    {"Route", " match "},
    {"Route", " route redirect direct_response filter_action non_forwarding_action "},
    {"RouteAction",
     " cluster cluster_header weighted_clusters cluster_specifier_plugin inline_cluster_specifier_plugin "},
    {"RouteMatch", " prefix path safe_regex connect_matcher path_separated_prefix path_match_policy "},
    {"SocketAddress", " address "},
    {"SocketAddress", " port_value named_port "},
    {"TcpProxy", " stat_prefix "},
    {"TcpProxy", " cluster weighted_clusters "},
    {"VirtualHost", " name "},
    {"VirtualHost", " domains "},
};

// Only one of the fields can be there.
constexpr Fieldset exclusive[] = {
    {"Address", " socket_address pipe envoy_internal_address "},
    {"Cluster", " type cluster_type "},
    {"Filter", " typed_config config_discovery "},
    {"HealthCheck", " http_health_check tcp_health_check grpc_health_check custom_health_check "},
    {"HttpConnectionManager", " route_config rds scoped_routes "},
    {"HttpFilter", " typed_config config_discovery "},
    {"HttpProtocolOptions", " explicit_http_config use_downstream_protocol_config auto_config "},
    {"LbEndpoint", " endpoint endpoint_name "},
    {"Route", " route redirect direct_response filter_action non_forwarding_action "},
    {"RouteAction",
     " cluster cluster_header weighted_clusters cluster_specifier_plugin inline_cluster_specifier_plugin "},
    {"RouteAction", " host_rewrite_literal auto_host_rewrite host_rewrite_header host_rewrite_path_regex "},
    {"RouteMatch", " prefix path safe_regex connect_matcher path_separated_prefix path_match_policy "},
    {"SocketAddress", " port_value named_port "},
    {"TcpProxy", " cluster weighted_clusters "},
};

// true or false.
constexpr Fieldset switches[] = {
    {"Cluster",
     " respect_dns_ttl use_tcp_for_dns_lookups wait_for_warm_on_init close_connections_on_host_health_failure "
     "ignore_health_on_host_removal track_timeout_budgets connection_pool_per_downstream_connection "},
    {"HealthCheck", " reuse_connection always_log_health_check_failures always_log_health_check_success "},
    {"HttpConnectionManager",
     " add_user_agent http1_safe_max_connection_duration flush_access_log_on_new_request use_remote_address "
     "skip_xff_append generate_request_id preserve_external_request_id always_set_request_id_in_response "
     "proxy_100_continue represent_ipv4_remote_address_as_ipv4_mapped_ipv6 normalize_path merge_slashes "
     "strip_matching_host_port strip_any_host_port stream_error_on_invalid_http_message strip_trailing_host_dot "
     "append_x_forwarded_port append_local_overload add_proxy_protocol_connection_state "},
    {"HttpFilter", " is_optional disabled "},
    {"Listener",
     " use_original_dst continue_on_listener_filters_timeout transparent freebind reuse_port enable_reuse_port "
     "bind_to_port enable_mptcp ignore_global_conn_limit bypass_overload_manager "},
    {"OutlierDetection",
     " split_external_local_origin_errors successful_active_health_check_uneject_host always_eject_one_host "},
    {"RouteAction", " auto_host_rewrite append_x_forwarded_host include_vh_rate_limits "},
    {"RouteConfiguration",
     " most_specific_header_mutations_wins validate_clusters ignore_port_in_host_matching "
     "ignore_path_parameters_in_path_matching "},
    {"RouteMatch", " case_sensitive "},
    {"SocketAddress", " ipv4_compat "},
    {"Thresholds", " track_remaining "},
    {"VirtualHost",
     " include_request_attempt_count include_attempt_count_in_response include_is_timeout_retry_header "},
};

constexpr std::string_view known_types[] = {
    "envoy.config.cluster.v3.Cluster",
    "envoy.config.endpoint.v3.ClusterLoadAssignment",
    "envoy.config.listener.v3.Listener",
    "envoy.config.route.v3.RouteConfiguration",
    "envoy.extensions.access_loggers.file.v3.FileAccessLog",
    "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
    "envoy.extensions.filters.http.fault.v3.HTTPFault",
    "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
    "envoy.extensions.filters.http.router.v3.Router",
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
    "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
    "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
};

std::string_view without_blanks_around(std::string_view words) { return words.substr(1, words.size() - 2); }

bool is_whole(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// 100, and 1e2 and 100.0, which JSON has for the same.
std::optional<double> figure_of(const Yaml& value) {
  double number = 0;
  const char* const end = value.text.data() + value.text.size();
  const auto [at, error] = std::from_chars(value.text.data(), end, number);
  if (value.kind != Yaml::Kind::scalar || error != std::errc{} || at != end || std::trunc(number) != number)
    return std::nullopt;
  return number;
}

// YAML has more words for them than JSON; in quotes they are texts.
bool is_switch(const Yaml& value) {
  if (value.kind != Yaml::Kind::scalar) return false;
  std::string word = value.text;
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word == "true" || word == "false" || (!value.quoted && listed(" yes no y n on off ", word));
}

// One field after the other, without the blanks between them.
template <typename Visit>
void each_field(std::string_view fields, const Visit& visit) {
  for (std::string_view rest = fields.substr(1); !rest.empty();) {
    const std::string_view field = rest.substr(0, rest.find(' '));
    visit(field);
    rest.remove_prefix(field.size() + 1);
  }
}

// All but two letters in the middle are the same.
bool is_slip(std::string_view text, std::string_view of) {
  const std::size_t shorter = std::min(text.size(), of.size());
  std::size_t front = 0, back = 0;
  while (front < shorter && text[front] == of[front]) ++front;
  while (back < shorter - front && text[text.size() - 1 - back] == of[of.size() - 1 - back]) ++back;
  return text != of && std::max(text.size(), of.size()) - front - back <= 2;
}

}  // namespace

void check_value(std::string_view message, std::string_view field, const Yaml& value, Findings& findings) {
  if (value.kind == Yaml::Kind::null) return;
  const auto wrong = [&](const std::string& what) { findings.add(refused, value.spot, what); };
  for (const WordField& one : word_fields)
    if (one.message == message && one.field == field && !listed(one.words, value.text) && !is_whole(value.text))
      wrong(fmt::format("{} is one of {}, not \"{}\"", field, without_blanks_around(one.words), value.text));
  for (const Figures& one : figures) {
    if (one.message != message || !listed(one.fields, field)) continue;
    const auto number = figure_of(value);
    if (!number || *number < one.least || *number > one.most)
      wrong(fmt::format("{} takes a whole number from {:.0f} to {:.0f}, not \"{}\"", field, one.least, one.most,
                        value.text));
  }
  for (const Fieldset& one : durations)
    if (one.message == message && listed(one.fields, field) && value.kind == Yaml::Kind::scalar &&
        !parse_duration(value.text))
      wrong(fmt::format("{} takes seconds with an s behind them, such as 0.25s, not \"{}\"", field, value.text));
  for (const Fieldset& one : switches)
    if (one.message == message && listed(one.fields, field) && !is_switch(value))
      wrong(fmt::format("{} takes true or false, not \"{}\"", field, value.text));
  if (message == "VirtualHost" && field == "domains" && value.kind != Yaml::Kind::scalar && value.items.empty())
    wrong("a virtual host takes one domain or more, or \"*\"");
}

void check_required(std::string_view message, const Yaml& value, Findings& findings) {
  for (const Fieldset& one : required) {
    if (one.message != message) continue;
    bool there = false;
    each_field(one.fields, [&](std::string_view field) { there = there || value.find(field) != nullptr; });
    if (!there)
      findings.add(
          refused, value.spot,
          fmt::format("a {} takes{} {}", message, one.fields.find(' ', 1) + 1 < one.fields.size() ? " one of" : "",
                      without_blanks_around(one.fields)));
  }
  for (const Fieldset& one : exclusive) {
    if (one.message != message) continue;
    const Yaml* first = nullptr;
    std::string_view name;
    each_field(one.fields, [&](std::string_view field) {
      const Yaml* next = value.find(field);
      if (next == nullptr || next->kind == Yaml::Kind::null) return;
      if (first != nullptr)
        findings.add(refused, next->spot, fmt::format("a {} takes {} or {}, not both", message, name, field));
      first = next;
      name = field;
    });
  }
}

void check_type(const Yaml& value, Findings& findings) {
  const std::size_t slash = value.text.rfind('/');
  if (slash == std::string::npos) {
    findings.add(refused, value.spot,
                 fmt::format("\"{}\" is no type: it begins with type.googleapis.com/", value.text));
    return;
  }
  const std::string_view type = std::string_view{value.text}.substr(slash + 1);
  for (const std::string_view known : known_types)
    if (is_slip(type, known))
      findings.add(refused, value.spot, fmt::format("there is no type \"{}\"; did you mean \"{}\"?", type, known));
}

}  // namespace firedrill::lint::envoy
