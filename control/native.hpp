// The native API: /v1.
#pragma once

#include <functional>
#include <string_view>

#include "control/registry.hpp"
#include "control/router.hpp"

namespace firedrill::control {

/// Adds its routes. `registry` outlives the router. `reload`: carries out POST /v1/reload.
void add_native(Router& router, Registry& registry, std::function<void()> reload = nullptr);

/// The document that describes them (OpenAPI 3.1), as served at /v1/openapi.json.
std::string_view openapi();

}  // namespace firedrill::control
