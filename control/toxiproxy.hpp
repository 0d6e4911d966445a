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

/// What /populate does, for a file such as toxiproxy.json. Throws Refusal; what was done by then stays.
void populate(Registry& registry, std::string_view json, const ToxiproxyOptions& options, const std::string& by);

}  // namespace firedrill::control
