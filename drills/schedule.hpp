// When a daemon plays a drill by itself: the [schedule] of its file.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "drills/cron.hpp"
#include "drills/time_zone.hpp"
#include "faults/reader.hpp"

namespace firedrill::drills {

struct Schedule {
  /// A moment that passed while the daemon was down: leave it, or make up for the last one at the start.
  enum class Missed : std::uint8_t { skip, run };
  /// A moment that comes while the run before is not over: leave it.
  enum class Overlap : std::uint8_t { forbid };

  Cron cron;
  TimeZone timezone;  // whose clocks `cron` goes by; UTC unless given
  Missed missed = Missed::skip;
  Overlap overlap = Overlap::forbid;
  bool enabled = true;  // else it is judged, and never due

  /// The first moment later than `after`; nothing when it is not enabled.
  std::optional<std::chrono::sys_seconds> next(std::chrono::sys_seconds after) const;
};

/// [schedule]; nothing when there is none, or after a problem.
std::optional<Schedule> read_schedule(faults::Reader& top);

}  // namespace firedrill::drills
