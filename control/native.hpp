// The native API: /v1.
#pragma once

#include <functional>
#include <string_view>

#include "control/registry.hpp"
#include "control/router.hpp"
#include "control/runs.hpp"

namespace firedrill::control {

/// Adds its routes, but for those of run_routes.hpp. `registry` and `runs` outlive the router. `reload`: carries out
/// POST /v1/reload. `runs`: aborted by halt, and by a heal of everything.
void add_native(Router& router, Registry& registry, std::function<void()> reload = nullptr, Runs* runs = nullptr);

/// The document that describes them (OpenAPI 3.1), as served at /v1/openapi.json.
std::string_view openapi();

}  // namespace firedrill::control
