// Differences of counters.
#include "drills/rate_watch.hpp"

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
    if (watched.since != faults::Time{} && now - watched.since < second) continue;
    std::uint64_t passed = 0;
    for (const auto& effects : force.effects(i)) passed += effects->passed.load();
    if (watched.since != faults::Time{} && passed > watched.passed)
      watched.rates.push_back(static_cast<double>(passed - watched.passed) / faults::seconds(now - watched.since));
    watched.since = now;
    watched.passed = passed;
  }
}

}  // namespace firedrill::drills
