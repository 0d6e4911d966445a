// Toxiproxy's vocabulary in ours: which fault a toxic is, and which toxic a fault is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "control/loose_json.hpp"
#include "control/registry.hpp"

namespace firedrill::control {

/// With every attribute 0. Throws Refusal(400) as Toxiproxy does for a type or stream that it does not know.
Toxic toxic_of(const std::string& type, const std::string& stream);

/// Takes over those attributes that `given` has; null or absent ones stay. Throws Refusal(400) that names the
/// attribute for what is no whole number, or out of range; then `toxic` is as before.
void take_attributes(Toxic& toxic, const Json& given);

/// The fault that does what the toxic says.
NewFault fault_of(const std::string& name, const Toxic& toxic, std::optional<Duration> ttl, const std::string& by);

/// The toxic that the fault is, whoever gave it and as what; none when no toxic can say what it does.
std::optional<Toxic> toxic_of(const HandFault& fault);

/// {"attributes": {"latency": 1000, "jitter": 0}, "name": …, "type": …, "stream": …, "toxicity": 1}
Json json_of(const std::string& name, const Toxic& toxic);

/// True for "upstream" in any letter case.
bool is_upstream(const Toxic& toxic);

}  // namespace firedrill::control
