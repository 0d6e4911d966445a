// The native API: /v1.
#pragma once

#include "control/registry.hpp"
#include "control/router.hpp"

namespace firedrill::control {

/// Adds its routes. `registry` outlives the router.
void add_native(Router& router, Registry& registry);

/// The document that describes them (OpenAPI 3.1), as served at /v1/openapi.json.
std::string_view openapi();

}  // namespace firedrill::control
