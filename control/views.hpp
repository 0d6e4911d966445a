// What the native API shows of things.
#pragma once

#include "control/json.hpp"
#include "control/registry.hpp"
#include "drills/snapshot.hpp"

namespace firedrill::control {

/// "2026-05-12T09:00:00.250Z".
std::string show_utc(WallTime);

/// As it was given, and its `status`. Faults carry theirs.
Json json_of(const ProxyView& proxy);
/// As it was given, and its `status`: since when, until when, by whom, how many connections.
Json json_of(const HandFault& fault, const std::string& proxy);
Json json_of(const proxy::Counters& counters);
Json json_of(const proxy::LinkView& link);
/// A pool's levels and sums.
Json pool_json(const std::string& proxy, const std::string& fault, const faults::Occupancy& pool);
Json json_of(const Halt& halt);
/// "waiting", "holding", "missed", "no_samples".
std::string_view name(drills::Snapshot::CheckNow::State state);

}  // namespace firedrill::control
