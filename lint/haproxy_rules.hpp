// The rules about HAProxy, each a row with a function. The lists are in the files they are named after.
#pragma once

#include <span>

#include "lint/capacity.hpp"
#include "lint/haproxy_config.hpp"
#include "lint/haproxy_running.hpp"

namespace firedrill::lint::haproxy {

/// What a rule looks at.
struct Subject {
  const Config& config;
  const Capacity& capacity;  // empty when there is no capacity.toml
  Findings& findings;
  const Running* running = nullptr;  // the HAProxy to compare with, if there is one
};

struct ConfigRule {
  Rule rule;
  void (*check)(const Rule& rule, const Subject& subject);
};

std::span<const ConfigRule> timeout_rules();
std::span<const ConfigRule> slot_rules();
std::span<const ConfigRule> server_rules();
std::span<const ConfigRule> process_rules();
std::span<const ConfigRule> drift_rules();

/// What HA16 looks for.
void long_sessions(const Rule& rule, const Subject& subject);

/// Nothing for a timeout of 0, which is none.
std::optional<Time> finite(std::optional<Time> time);
bool has_servers(const Section& section);
/// Slots of all servers that are no backups (of all, if all are); -1 when one of them is unlimited.
std::int64_t slots_of(const Section& backend);
/// Whether something but the load decides which server a request goes to.
bool is_persistent(const Section& backend);
/// Whether any can come to it: not while it is disabled, and with a weight of 0 only those that are tied to it.
bool gets_requests(const Server& server, const Section& backend);
/// What bounds the wait for a slot: timeout queue, or timeout connect where that is not set, or is 0.
Setting wait_of(const Section& backend);
/// The frontend's own maxconn, or the global one; nothing when HAProxy works it out from the descriptor limit.
std::optional<std::int64_t> clients_of(const Config& config, const Section& frontend);

}  // namespace firedrill::lint::haproxy
