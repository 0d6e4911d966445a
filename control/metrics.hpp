// What is counted, for Prometheus.
#pragma once

#include <string>

#include "control/registry.hpp"

namespace firedrill::control {

/// The text format, version 0.0.4. Labels are names of proxies and faults, which are limited in number, and words that
/// this program knows; never a client.
std::string metrics(Registry& registry);

}  // namespace firedrill::control
