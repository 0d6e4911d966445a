// Differences of counters.
#include "drills/rate_watch.hpp"

#include <algorithm>
#include <chrono>

namespace firedrill::drills {

void RateWatch::look(const Force& force, faults::Time now) {
  constexpr std::chrono::milliseconds second{990};  // looks come four times a second, and not to the nanosecond
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    Watched& watched = faults_[i];
    if (!force.in_force(i)) {
      watched.since = {};
      continue;
    }
    std::uint64_t passed = 0, in_turn = 0;
    for (const auto& effects : force.effects(i)) {
      passed += effects->passed.load();
      in_turn += static_cast<std::uint64_t>(std::max<std::int64_t>(effects->in_turn.load(), 0));
    }
    const bool begins = watched.since == faults::Time{};
    if (!begins) watched.lanes.push_back(in_turn);
    if (!begins && now - watched.since < second) continue;
    if (!begins) {
      const double rate = static_cast<double>(passed - watched.passed) / faults::seconds(now - watched.since);
      watched.rates.push_back(rate);
      // Only where the same lanes were busy from beginning to end is it known whose rate it was.
      const auto [least, most] = std::minmax_element(watched.lanes.begin(), watched.lanes.end());
      if (*least > 0 && *least == *most) watched.each_lane.push_back(rate / static_cast<double>(*most));
    }
    watched.lanes.assign(1, in_turn);
    watched.since = now;
    watched.passed = passed;
  }
}

}  // namespace firedrill::drills
