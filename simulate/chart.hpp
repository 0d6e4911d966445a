// A sweep as a picture.
#pragma once

#include <string>

#include "simulate/sweep.hpp"

namespace firedrill::simulate {

/// SVG: errors above, p99 below, the knee marked in both. Phases without requests are gaps.
std::string chart(const Sweep& sweep);

}  // namespace firedrill::simulate
