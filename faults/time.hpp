// The clock's shape. Nothing in faults/ reads a clock: every call is told the time.
#pragma once

#include <chrono>

namespace firedrill::faults {

using Duration = std::chrono::nanoseconds;
using Time = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Later than any moment a fault may ask for.
inline constexpr Time never = Time::max();

inline double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }
inline double milliseconds(Duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

/// Rounded to the nearest nanosecond. `s` must be finite and within ±292 years.
inline Duration from_seconds(double s) { return std::chrono::round<Duration>(std::chrono::duration<double>(s)); }

}  // namespace firedrill::faults
