// Every kind of fault there is. A new one adds its name to both lists.
#pragma once

#include <string_view>

#include "faults/kind.hpp"

namespace firedrill::faults {

extern const Kind blackhole, close_kind, latency, pool, refuse, reset, slice, stall;
inline constexpr const Kind* catalog[] = {&blackhole, &close_kind, &latency, &pool, &refuse, &reset, &slice, &stall};

/// The kind of that name, or null.
const Kind* find_kind(std::string_view name);

}  // namespace firedrill::faults
