// What can be said of a run before it begins: how long its phases are, and which proxy a target leads to.
#pragma once

#include <string>
#include <vector>

#include "drills/drill.hpp"

namespace firedrill::drills {

struct Span {
  Duration from{}, to{};
};

/// When `phase` ("before", "fault", "after", "always" or a fault's name) is, in order; empty when never.
std::vector<Span> planned_phase(const Drill& drill, const std::string& phase);
Duration length_of(const std::vector<Span>& spans);
/// About how many requests of a load are due then.
double requests_in(const std::vector<Span>& spans, const LoadSpec& load);

/// The proxy that requests to `target` go through, or null: by name, or by the address it listens on.
const ProxyBlock* proxy_of(const Target& target, const Drill& drill);
/// The embedded backend behind `proxy`, or null.
const BackendSpec* backend_of(const ProxyBlock& proxy, const Drill& drill);

/// Whether the check sees what `fault` does: it looks at one of its proxies, or is a command, which may look at
/// anything, at a time when the fault is in force.
bool looks_at(const CheckSpec& check, const FaultSpec& fault, const Drill& drill);

/// How many samples a check of a load or a probe may expect; nothing for a proxy, where it depends on who comes.
std::optional<double> expected_samples(const CheckSpec& check, const Drill& drill);

}  // namespace firedrill::drills
