// Every kind of fault there is. A new one adds its name to both lists.
#pragma once

#include <string_view>

#include "faults/kind.hpp"

namespace firedrill::faults {

extern const Kind bandwidth, blackhole, close_kind, corrupt, down, first_byte, half_close, latency, loss, network, pool,
    refuse, reset, slice, slow_close, slow_connect, stall, truncate, unreachable;
inline constexpr const Kind* catalog[] = {&bandwidth,    &blackhole,  &close_kind, &corrupt,    &down,
                                          &first_byte,   &half_close, &latency,    &loss,       &network,
                                          &pool,         &refuse,     &reset,      &slice,      &slow_close,
                                          &slow_connect, &stall,      &truncate,   &unreachable};

/// The kind of that name, or null.
const Kind* find_kind(std::string_view name);

}  // namespace firedrill::faults
