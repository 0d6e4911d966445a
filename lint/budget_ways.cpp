// The same questions to three programs.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lint/budget.hpp"
#include "lint/nginx_syntax.hpp"

namespace firedrill::lint::budget {
namespace {

bool is_meant(const Capacity& capacity, std::string_view name) {
  return !capacity.backend || capacity.backend->value == name;
}

}  // namespace

std::vector<Way> ways(const haproxy::Config& config, const Capacity& capacity) {
  std::vector<Way> list;
  for (const haproxy::Section& section : config.sections) {
    const auto servers = haproxy::servers_of(section);
    if (servers.empty() || !is_meant(capacity, section.name)) continue;
    const haproxy::Option* limit = servers.front().option("maxconn");
    const haproxy::Setting timeout = haproxy::find(section, {"timeout", "server"});
    const auto time = haproxy::time_of(section, "server");
    Way way{section.shown(), limit == nullptr ? servers.front().line->spot() : limit->spot(),
            static_cast<double>(haproxy::slots_of(section)), -1,
            timeout.where == &section ? timeout.spot() : section.spot()};
    if (time && time->count() > 0) way.patience = std::chrono::duration<double>(*time).count();
    list.push_back(std::move(way));
  }
  return list;
}

std::vector<Way> ways(const nginx::Tree& tree, const Capacity& capacity) {
  std::vector<Way> list;
  std::set<const nginx::Directive*> seen;
  for (const nginx::Directive* pass : nginx::passes(tree)) {
    const nginx::Directive* upstream = nginx::upstream_of(tree, *pass);
    if (upstream == nullptr || nginx::is_stream(*pass) || !is_meant(capacity, upstream->word(1)) ||
        !seen.insert(upstream).second)
      continue;
    Way way{fmt::format("upstream {}", upstream->word(1)), upstream->spot(), 0, 60, pass->spot()};
    const double shards = nginx::child(*upstream, "zone") != nullptr ? 1 : nginx::workers_of(tree).value_or(1);
    for (const nginx::Directive* server : nginx::servers_of(*upstream)) {
      if (server->has("backup")) continue;
      const double most = nginx::number_of(server->parameter("max_conns"));
      way.slots = most <= 0 || way.slots < 0 ? -1 : way.slots + most * shards;
    }
    const std::string name = std::string{pass->name().substr(0, pass->name().find('_'))} + "_read_timeout";
    if (const nginx::Directive* timeout = nginx::effective(*pass->parent, name)) {
      way.patience = nginx::parse_time(timeout->word(1)).value_or(60);
      way.patience_spot = timeout->spot(1);
    }
    list.push_back(std::move(way));
  }
  return list;
}

std::vector<Way> ways(const envoy::Config& config, const Capacity& capacity) {
  std::vector<Way> list;
  for (const envoy::Cluster& cluster : config.clusters) {
    if (!is_meant(capacity, cluster.name)) continue;
    const Yaml* limits = cluster.thresholds();
    // HTTP/2 carries many requests on a connection; over HTTP/1 either limit may come first.
    const double requests = envoy::number_of(limits, "max_requests", 1024);
    const double connections = cluster.http2 ? requests : envoy::number_of(limits, "max_connections", 1024);
    Way way{fmt::format("cluster {}", cluster.name), limits == nullptr ? cluster.spot() : limits->spot,
            std::min(requests, connections), cluster.routes.empty() ? -1.0 : 0.0, cluster.spot()};
    for (const Yaml* route : cluster.routes) {
      const Yaml* timeout = route->find("timeout");
      const double seconds = timeout == nullptr ? 15 : envoy::parse_duration(timeout->text).value_or(15);
      if (seconds <= way.patience) continue;
      way.patience = seconds;
      way.patience_spot = timeout == nullptr ? route->spot : timeout->spot;
    }
    list.push_back(std::move(way));
  }
  return list;
}

std::vector<Idle> idle_of(const haproxy::Config& config) {
  std::vector<Idle> list;
  for (const haproxy::Section& section : config.sections) {
    if (!section.is_proxy() || !section.faces_clients() || !haproxy::is_http(section)) continue;
    for (const char* const name : {"http-keep-alive", "http-request", "client"}) {
      const auto time = haproxy::time_of(section, name);
      if (!time || time->count() <= 0) continue;
      const haproxy::Setting setting = haproxy::find(section, {"timeout", name});
      list.push_back({fmt::format("{} closes idle connections after {} (timeout {})", section.shown(),
                                  haproxy::shown(*time), name),
                      setting.where == &section ? setting.spot() : section.spot(),
                      std::chrono::duration<double>(*time).count()});
      break;
    }
  }
  return list;
}

std::vector<Idle> idle_of(const nginx::Tree& tree) {
  std::vector<Idle> list;
  std::set<const nginx::Directive*> seen;
  for (const nginx::Directive* pass : nginx::passes(tree)) {
    if (nginx::is_stream(*pass)) continue;
    const nginx::Directive* timeout = nginx::effective(*pass->parent, "keepalive_timeout");
    if (!seen.insert(timeout).second) continue;
    const double seconds = timeout == nullptr ? 75 : nginx::parse_time(timeout->word(1)).value_or(75);
    list.push_back({fmt::format("nginx closes idle connections after {}{}", shown_seconds(seconds),
                                timeout == nullptr ? " by default" : ""),
                    timeout == nullptr ? pass->spot() : timeout->spot(1), seconds});
  }
  return list;
}

std::vector<Idle> idle_of(const envoy::Config& config) {
  std::vector<Idle> list;
  for (const Yaml* manager : config.managers) {
    const Yaml* timeout = manager->find("common_http_protocol_options", "idle_timeout");
    const double seconds = timeout == nullptr ? 3600 : envoy::parse_duration(timeout->text).value_or(3600);
    if (seconds <= 0) continue;  // never
    list.push_back({fmt::format("Envoy closes idle connections after {}{}", shown_seconds(seconds),
                                timeout == nullptr ? " by default" : ""),
                    timeout == nullptr ? manager->spot : timeout->spot, seconds});
  }
  return list;
}

}  // namespace firedrill::lint::budget
