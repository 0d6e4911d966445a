// Toxiproxy's own interface, so that its clients work unchanged; docs/toxiproxy.md says where the answers differ, and
// why.
#pragma once

#include <optional>

#include "control/registry.hpp"
#include "control/router.hpp"

namespace firedrill::control {

struct ToxiproxyOptions {
  std::optional<Duration> ttl;  // of toxics; none: until they are removed
};

/// /proxies, /populate, /reset, /version, /metrics. `registry` outlives what is returned.
Router toxiproxy(Registry& registry, const ToxiproxyOptions& options);

/// A proxy and the faults that it begins with.
struct Opening {
  NewProxy proxy;
  std::vector<NewFault> faults;
};

/// What a toxiproxy.json asks for: the list that /populate takes. Throws Refusal.
std::vector<Opening> read_toxiproxy_file(std::string_view json, const ToxiproxyOptions& options);

}  // namespace firedrill::control
