// When what goes wrong: a drill's faults spread out over time. Pure: a run and a simulation play the same list.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "drills/drill.hpp"

namespace firedrill::drills {

/// One change to one fault. Offsets count from the start of the run.
struct Step {
  enum class What : std::uint8_t { on, change, off };
  Duration at{};
  What what = What::on;
  std::size_t fault = 0;  // index in Drill::faults
  /// Settings and scope from this moment on (on, change): since, until and effects are still to be filled in.
  std::shared_ptr<const faults::Fault> state;
  Duration until = Duration::max();  // when this appearance of the fault ends
  Duration from{};                   // when it began
};

/// All steps of a drill up to `length`, in order of time; at the same moment off comes before on. Ramps become changes
/// every `ramp_step`, and only where the value changes.
std::vector<Step> timeline(const Drill& drill);
inline constexpr Duration ramp_step = std::chrono::milliseconds{100};

/// An interval in which a fault is in force, for pictures and phases.
struct Interval {
  std::size_t fault = 0;
  Duration from{}, to{};
};
/// In order of `from`, cut at the drill's length; none is empty.
std::vector<Interval> intervals(const Drill& drill);

/// When the fault is over if nothing cuts it short; nothing when it lasts as long as the run.
std::optional<Duration> planned_end(const FaultSpec& fault);
/// Settings and scope of the fault `since` it came into force: since, until and effects are still to be filled in.
std::shared_ptr<const faults::Fault> state_at(const FaultSpec& fault, Duration since);

/// When the last fault would be over if nothing cut it short; nothing when one lasts until the end of the run.
std::optional<Duration> timeline_end(const Drill& drill);

}  // namespace firedrill::drills
