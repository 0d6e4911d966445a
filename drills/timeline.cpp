// Spreads faults, repeats and ramps out over time.
#include "drills/timeline.hpp"

#include <algorithm>
#include <tuple>

#include "drills/ramp.hpp"

namespace firedrill::drills {
namespace {

using What = Step::What;

// Far beyond any run, and still far from overflow when something is added.
constexpr Duration farthest = Duration::max() / 4;

std::vector<std::string> written_at(const FaultSpec& fault, Duration since) {
  std::vector<std::string> values;
  for (const Ramp& ramp : fault.ramps) values.push_back(value_at(ramp, since).shown());
  return values;
}

// The moments, counted from the fault's appearance, at which a ramp may have moved.
std::vector<Duration> ramp_moments(const FaultSpec& fault, Duration shorter_than) {
  std::vector<Duration> moments;
  for (const Ramp& ramp : fault.ramps) {
    const Duration end = std::min(ramp.over, shorter_than);
    for (Duration t = ramp_step; t < end; t += ramp_step) moments.push_back(t);
    if (ramp.over < shorter_than) moments.push_back(ramp.over);
  }
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  return moments;
}

void add_changes(const FaultSpec& fault, const Interval& interval, std::vector<Step>& steps) {
  auto last = written_at(fault, Duration::zero());
  for (const Duration moment : ramp_moments(fault, interval.to - interval.from)) {
    auto now = written_at(fault, moment);
    if (now == last) continue;
    last = std::move(now);
    steps.push_back(
        {interval.from + moment, What::change, interval.fault, state_at(fault, moment), interval.to, interval.from});
  }
}

int rank(What what) {
  switch (what) {
    case What::off:
      return 0;
    case What::change:
      return 1;
    case What::on:
      return 2;
  }
  return 3;
}

}  // namespace

std::optional<Duration> planned_end(const FaultSpec& fault) {
  if (!fault.repeat) return fault.lasts ? std::optional{fault.at + *fault.lasts} : std::nullopt;
  const auto& [on, off, times] = *fault.repeat;
  // Written durations cannot overflow, only their multiples can.
  if (static_cast<double>(times) * faults::seconds(on + off) > faults::seconds(farthest)) return farthest;
  return fault.at + static_cast<std::int64_t>(times) * (on + off) - off;
}

// Settings between two valid ends may miss a limit by a rounding; reading takes them all the same.
std::shared_ptr<const faults::Fault> state_at(const FaultSpec& fault, Duration since) {
  faults::Value table = fault.table;
  for (const Ramp& ramp : fault.ramps) table.put(ramp.key, value_at(ramp, since));
  faults::Problems ignored;
  faults::Reader keys{table, fault.name, ignored};
  return faults::read_fault(fault.name, keys);
}

Duration Drill::length() const {
  if (duration) return std::min(*duration, max_duration);
  Duration end{};
  for (const FaultSpec& fault : faults) end = std::max(end, planned_end(fault).value_or(max_duration));
  return std::min(end, max_duration);
}

bool Drill::judges() const {
  return std::any_of(checks.begin(), checks.end(), [](const CheckSpec& check) { return !check.is_signal(); });
}

std::optional<Duration> timeline_end(const Drill& drill) {
  Duration end{};
  for (const FaultSpec& fault : drill.faults) {
    const auto own = planned_end(fault);
    if (!own) return std::nullopt;
    end = std::max(end, *own);
  }
  return end;
}

std::vector<Interval> intervals(const Drill& drill) {
  const Duration length = drill.length();
  std::vector<Interval> all;
  for (std::size_t i = 0; i < drill.faults.size(); ++i) {
    const FaultSpec& fault = drill.faults[i];
    const Duration lasts = fault.repeat ? fault.repeat->on : fault.lasts.value_or(farthest);
    const std::uint64_t times = fault.repeat ? fault.repeat->times : 1;
    Duration from = fault.at;
    for (std::uint64_t n = 0; n < times && from < length; ++n) {
      all.push_back({i, from, lasts < length - from ? from + lasts : length});
      if (fault.repeat) from += fault.repeat->on + fault.repeat->off;
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Interval& a, const Interval& b) { return a.from < b.from; });
  return all;
}

std::vector<Step> timeline(const Drill& drill) {
  std::vector<Step> steps;
  for (const Interval& interval : intervals(drill)) {
    const FaultSpec& fault = drill.faults[interval.fault];
    steps.push_back(
        {interval.from, What::on, interval.fault, state_at(fault, Duration::zero()), interval.to, interval.from});
    add_changes(fault, interval, steps);
    steps.push_back({interval.to, What::off, interval.fault, nullptr, interval.to, interval.from});
  }
  std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return std::tuple{a.at, rank(a.what)} < std::tuple{b.at, rank(b.what)};
  });
  return steps;
}

}  // namespace firedrill::drills
