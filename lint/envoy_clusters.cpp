// Rules about clusters and filters beside their circuit breakers: Envoy 1.33, API v3.
#include <fmt/format.h>

#include <algorithm>

#include "lint/envoy.hpp"
#include "lint/envoy_examples.hpp"

namespace firedrill::lint::envoy {
namespace {

// "common_http_protocol_options" of the cluster, where it is now and where it was.
const Yaml* http_options(const Cluster& cluster) {
  if (const Yaml* extensions = cluster.yaml->find("typed_extension_protocol_options"))
    for (const Yaml::Member& member : extensions->members)
      if (const Yaml* options = member.value.find("common_http_protocol_options")) return options;
  return cluster.yaml->find("common_http_protocol_options");
}

void idle_too_long(const Rule& rule, const Subject& subject) {
  if (!subject.capacity.app_keep_alive) return;
  for (const Cluster& cluster : subject.config.clusters) {
    const Yaml* options = http_options(cluster);
    const Yaml* timeout = options == nullptr ? nullptr : options->find("idle_timeout");
    const double kept = timeout == nullptr ? 3600 : parse_duration(timeout->text).value_or(3600);
    if (kept >= subject.capacity.app_keep_alive->value)
      subject.findings.add(
          rule, timeout == nullptr ? cluster.spot() : timeout->spot,
          fmt::format("cluster {}: idle connections are kept for {}{}, and the app closes them after {}", cluster.name,
                      shown_seconds(kept), timeout == nullptr ? " by default" : "",
                      shown_seconds(subject.capacity.app_keep_alive->value)));
  }
}

void connecting(const Rule& rule, const Subject& subject) {
  for (const Cluster& cluster : subject.config.clusters) {
    const Yaml* timeout = cluster.yaml->find("connect_timeout");
    const auto seconds = timeout == nullptr ? std::nullopt : parse_duration(timeout->text);
    if (!seconds) continue;  // 5 s by default
    if (*seconds > 5)
      subject.findings.add(rule, timeout->spot,
                           fmt::format("cluster {}: connect_timeout is {}", cluster.name, shown_seconds(*seconds)));
    else if (cluster.tls && *seconds < 0.2)
      subject.findings.add(rule, timeout->spot,
                           fmt::format("cluster {}: {} for connecting and the TLS handshake together", cluster.name,
                                       shown_seconds(*seconds)),
                           "1s: two round trips of a handshake, and a packet that was lost.");
  }
}

void ejected(const Rule& rule, const Subject& subject) {
  for (const Cluster& cluster : subject.config.clusters) {
    const Yaml* detection = cluster.yaml->find("outlier_detection");
    if (detection == nullptr || cluster.discovered || cluster.hosts == 0 || cluster.hosts > 4) continue;
    if (detection->find("max_ejection_percent") == nullptr)
      subject.findings.add(rule, detection->spot,
                           fmt::format("cluster {} has {} host{}, and at least one may be ejected", cluster.name,
                                       cluster.hosts, cluster.hosts == 1 ? "" : "s"));
  }
}

void unbounded_streams(const Rule& rule, const Subject& subject) {
  for (const Cluster& cluster : subject.config.clusters) {
    if (!cluster.http2) continue;
    const Yaml* options = cluster.yaml->find("http2_protocol_options");
    if (const Yaml* extensions = cluster.yaml->find("typed_extension_protocol_options"))
      for (const Yaml::Member& member : extensions->members)
        if (const Yaml* found = member.value.find("explicit_http_config", "http2_protocol_options")) options = found;
    if (options->find("max_concurrent_streams") == nullptr)
      subject.findings.add(
          rule, options->spot,
          fmt::format("cluster {}: HTTP/2 without max_concurrent_streams; max_connections limits hardly anything",
                      cluster.name));
  }
}

void loose_faults(const Rule& rule, const Subject& subject) {
  for (const Yaml* fault : subject.config.faults) {
    const bool by_header =
        fault->find("delay", "header_delay") != nullptr || fault->find("abort", "header_abort") != nullptr;
    if (by_header)
      subject.findings.add(rule, fault->spot, "whoever sends the headers decides which requests fail");
    else if (fault->find("max_active_faults") == nullptr)
      subject.findings.add(rule, fault->spot, "there is no max_active_faults");
  }
}

#define FAULTS(MORE)                                                                                \
  EN_HTTP("{cluster: api, timeout: 5s}")                                                            \
  "          - name: envoy.filters.http.fault\n            typed_config:\n"                         \
  "              \"@type\": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault\n" \
  "              delay: {fixed_delay: 1s, percentage: {numerator: 5}}\n" MORE EN_ROUTER

#define PROTOCOL(MORE)                                                                                     \
  "    typed_extension_protocol_options:\n      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:\n" \
  "        \"@type\": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions\n" MORE

const ClusterRule cluster_rows[] = {
    {{"EN06", Severity::warning, "idle connections that the app closes first",
      "A cluster's idle_timeout (1 h by default) is not below [app] keep_alive in capacity.toml.",
      "A request may be sent on a connection that the app is just closing: 503 with UC, and nothing is wrong with the "
      "app.",
      "common_http_protocol_options: {idle_timeout: …} below the app's keep-alive.", "dropped-connections",
      EN_CLUSTER EN_LIMITS,
      EN_CLUSTER EN_LIMITS PROTOCOL("        common_http_protocol_options: {idle_timeout: 4s}\n        "
                                    "explicit_http_config: {http_protocol_options: {}}\n"),
      "[app]\nkeep_alive = \"5s\"\n"},
     idle_too_long},
    {{"EN09", Severity::warning, "a connect_timeout that is too long, or too short for TLS",
      "connect_timeout is above 5 s (the default), or below 200 ms with TLS, whose handshake it includes.",
      "A host that is gone holds each request that long; one that is only far away never gets through its handshake.",
      "connect_timeout: 1s", "silent-drop", EN_CLUSTER "    connect_timeout: 30s\n" EN_LIMITS,
      EN_CLUSTER "    connect_timeout: 1s\n" EN_LIMITS},
     connecting},
    {{"EN10", Severity::warning, "ejections from a small cluster",
      "A cluster of up to four hosts has outlier_detection without max_ejection_percent.",
      "The default is 10 %, but at least one host goes in any case: of two hosts half of the capacity, when both are "
      "slow for the same reason.",
      "Say how much may go: max_ejection_percent: 50, and watch membership_healthy.", "flapping-backend",
      EN_CLUSTER "    outlier_detection: {consecutive_5xx: 5}\n" EN_LIMITS,
      EN_CLUSTER "    outlier_detection: {consecutive_5xx: 5, max_ejection_percent: 50}\n" EN_LIMITS},
     ejected},
    {{"EN11", Severity::info, "HTTP/2 without a limit of streams",
      "A cluster speaks HTTP/2 and has no max_concurrent_streams.",
      "Requests share connections: one connection carries as many as the other side allows, and max_connections limits "
      "nothing. max_requests does.",
      "http2_protocol_options: {max_concurrent_streams: 100}", "pool-exhaustion",
      EN_CLUSTER EN_LIMITS PROTOCOL("        explicit_http_config: {http2_protocol_options: {}}\n"),
      EN_CLUSTER EN_LIMITS PROTOCOL(
          "        explicit_http_config: {http2_protocol_options: {max_concurrent_streams: 100}}\n")},
     unbounded_streams},
    {{"EN12", Severity::warning, "a fault filter without a bound",
      "An HTTP fault filter has no max_active_faults, or takes its orders from headers of requests.",
      "A mistake in a percentage, or a client that knows the header, takes everything down; there is nothing to end it "
      "but another deployment.",
      "max_active_faults: 20, and no header_delay or header_abort where clients are not trusted.", "bad-deploy",
      EN_CLUSTER EN_LIMITS FAULTS(""), EN_CLUSTER EN_LIMITS FAULTS("              max_active_faults: 20\n")},
     loose_faults},
};

}  // namespace

std::span<const ClusterRule> cluster_rules() { return cluster_rows; }

}  // namespace firedrill::lint::envoy
