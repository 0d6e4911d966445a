// Differences of counters.
#include "drills/rate_watch.hpp"

#include <chrono>

namespace firedrill::drills {

using namespace std::chrono_literals;

namespace {

constexpr Duration second = 990ms;  // looks come four times a second, and not to the nanosecond
constexpr Duration least = 50ms;    // of less nothing can be said

}  // namespace

void RateWatch::look(const Force& force, faults::Time now) {
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    Watched& watched = faults_[i];
    if (!force.in_force(i)) {
      watched.since = {};
      continue;
    }
    const bool begins = watched.since == faults::Time{};
    if (!begins && now - watched.since < second) continue;
    const Sums sums = sums_of(force, i);
    if (!begins) close(watched, sums, now);
    watched.since = now;
    watched.before = sums;
  }
}

void RateWatch::end(const Force& force, std::size_t fault, faults::Time now) {
  Watched& watched = faults_[fault];
  if (watched.since != faults::Time{} && now - watched.since >= least) close(watched, sums_of(force, fault), now);
  watched.since = {};
}

RateWatch::Sums RateWatch::sums_of(const Force& force, std::size_t fault) {
  Sums sums;
  for (const auto& effects : force.effects(fault)) {
    sums.passed += effects->passed.load();
    sums.busy += Duration{effects->busy.load()};
  }
  return sums;
}

void RateWatch::close(Watched& watched, const Sums& sums, faults::Time now) {
  const auto passed = static_cast<double>(sums.passed - watched.before.passed);
  const Duration busy = sums.busy - watched.before.busy;
  watched.rates.push_back(passed / faults::seconds(now - watched.since));
  if (busy >= least) watched.each_lane.push_back(passed / faults::seconds(busy));
}

}  // namespace firedrill::drills
