// Quantities as people write them: 250ms, 64KiB, 10MB/s, 30%.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "faults/time.hpp"

namespace firedrill::faults {

/// ns, us, µs, ms, s, m, h, d, in decreasing order ("1h30m"). A leading '-' is accepted: callers judge ranges. The
/// result lies within ±366 days; nothing outside parses.
std::optional<Duration> parse_duration(std::string_view text);
/// Would be a duration, were it not outside of what parses.
bool is_too_long(std::string_view duration);
/// B, kB/KB, MB, GB (powers of 1000), KiB, MiB, GiB (powers of 1024). At most 2^60 bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// A size per second ("10MB/s") or bits ("8kbit/s", "100Mbit/s", "1Gbit/s"); in bytes per second.
std::optional<double> parse_rate(std::string_view text);
/// "30%" is 0.3. Not judged against 100 %.
std::optional<double> parse_share(std::string_view text);

std::string show(Duration);                  // "1.5s", "200ms": the largest unit that keeps it short
std::string show_size(std::uint64_t bytes);  // "64KiB"
std::string show_rate(double bytes_per_s);   // "10MB/s"
std::string show_share(double share);        // "31.2%"

}  // namespace firedrill::faults
