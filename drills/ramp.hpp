// A setting on its way from one value to another. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "drills/drill.hpp"
#include "faults/value.hpp"

namespace firedrill::drills {

/// What can be ramped. Whole numbers are counts and stay whole; one decimal end makes a number of both.
enum class Quantity : std::uint8_t { count, number, duration, size, rate, share };

/// What the value is by its form, or nothing for a text without a unit, a flag, a list or a table.
std::optional<Quantity> quantity_of(const faults::Value& value);
/// True when a setting can move from one to the other: the same quantity, or two bare numbers.
bool can_ramp(const faults::Value& from, const faults::Value& to);

/// The value at `fraction` of the way, in a form that reads like the ends: counts rounded, the others with their unit.
/// The ends themselves are returned as they were written. Call only where can_ramp().
faults::Value interpolate(const faults::Value& from, const faults::Value& to, double fraction);

/// The ramp's value `since` the fault came into force.
faults::Value value_at(const Ramp& ramp, Duration since);

}  // namespace firedrill::drills
