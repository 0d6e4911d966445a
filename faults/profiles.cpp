// The table, and how it is laid under what was written.
#include "faults/profiles.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "faults/reader.hpp"

namespace firedrill::faults {
namespace {

// Networks: delay, rate and loss of the tool "comcast" (tylertreat/comcast, README: "Network condition profiles"). The
// delay is halved: with direction = "both" a round trip takes it once.
constexpr std::string_view comcast = "tylertreat/comcast, README, network condition profiles";

constexpr std::array<Profile, 11> known_profiles{{
    {"gprs", "network", "delay=250ms rate=50kbit/s loss=2%", comcast},
    {"edge", "network", "delay=150ms rate=250kbit/s loss=1.5%", comcast},
    {"3g", "network", "delay=125ms rate=750kbit/s loss=1.5%", comcast},
    {"dsl", "network", "delay=20ms rate=8Mbit/s loss=0.5%", comcast},
    {"wifi", "network", "delay=20ms rate=30Mbit/s loss=0.2%", comcast},
    {"satellite", "network", "delay=750ms loss=0.2%", comcast},
    // `server … maxconn`: who finds no slot is queued without a limit, first come first served, until `timeout queue`,
    // whose default is `timeout connect` (5 s is what its examples have). Over HTTP it would answer 503, over TCP it
    // closes. A client that leaves is taken out of the queue (option abortonclose, the default for HTTP backends).
    {"haproxy", "pool", "order=fifo queue_timeout=5s on_timeout=close drop_on_client_close=true",
     "HAProxy configuration manual: maxconn, timeout queue, option abortonclose"},
    // `max_conns` without the commercial `queue`: nobody waits, "no live upstreams" at once. Without `zone` each of
    // the workers counts for itself: give shards = worker_processes then.
    {"nginx", "pool", "queue=0 on_full=close", "nginx, ngx_http_upstream_module: max_conns, queue"},
    // Defaults of a cluster: max_connections 1024, max_pending_requests 1024; over that an answer comes at once. A
    // request waits no longer than the route's timeout, 15 s by default.
    {"envoy", "pool", "max_connections=1024 queue=1024 on_full=close queue_timeout=15s on_timeout=close",
     "Envoy documentation: circuit breaking, CircuitBreakers.Thresholds, route timeout"},
    // default_pool_size 20; a client waits until query_wait_timeout, 120 s, and is then disconnected. No reserve unless
    // reserve_pool_size is given; it is used after reserve_pool_timeout, 5 s, which is what reserve_after presets.
    {"pgbouncer", "pool", "max_connections=20 order=fifo queue_timeout=120s on_timeout=close",
     "PgBouncer config: default_pool_size, query_wait_timeout, reserve_pool_timeout"},
    // pm.max_children, 5 in the file it ships; who finds none waits in the listening socket's backlog, which knows no
    // timeout.
    {"php-fpm", "pool", "max_connections=5 wait=backlog", "PHP, sapi/fpm/www.conf.in: pm.max_children, listen.backlog"},
}};

void problem(const Value& value, const std::string& subject, const std::string& said, Problems& problems) {
  problems.push_back({value.place, fmt::format("{}: profile = {}: {}", subject, value.shown(), said)});
}

}  // namespace

std::span<const Profile> profiles() { return known_profiles; }

bool is_profile(std::string_view name) {
  return std::any_of(known_profiles.begin(), known_profiles.end(),
                     [&](const Profile& profile) { return profile.name == name; });
}

bool lay_profile_under(Value& table, const std::string& subject, Problems& problems) {
  const Value* given = table.find("profile");
  if (given == nullptr) return true;
  const Value value = *given;
  std::erase_if(*table.table(), [](const Member& member) { return member.key == "profile"; });

  std::vector<std::string> names;
  for (const Profile& profile : known_profiles) names.emplace_back(profile.name);
  const auto found = std::find_if(known_profiles.begin(), known_profiles.end(), [&](const Profile& profile) {
    return value.text() != nullptr && *value.text() == profile.name;
  });
  if (found == known_profiles.end()) {
    const std::string near = value.text() != nullptr ? nearest(*value.text(), names) : "";
    problem(value, subject,
            near.empty() ? fmt::format("must be one of {}", fmt::join(names, ", "))
                         : fmt::format("there is no such profile; did you mean \"{}\"?", near),
            problems);
    return false;
  }
  if (const Value* kind = table.find("kind");
      kind != nullptr && (kind->text() == nullptr || *kind->text() != found->kind)) {
    problem(value, subject, fmt::format("is a profile of kind \"{}\"", found->kind), problems);
    return false;
  }
  if (table.find("kind") == nullptr) table.put("kind", Value{std::string{found->kind}, value.place});
  const Value preset = parse_inline(found->settings);
  for (const Member& member : *preset.table())
    if (table.find(member.key) == nullptr) table.put(member.key, Value{member.value.content, value.place});
  return true;
}

}  // namespace firedrill::faults
