// Counting by phase, and the figures that checks ask for.
#include "drills/meter.hpp"

#include <utility>

#include "drills/tally.hpp"

namespace firedrill::drills {
void Requests::record(Duration took, std::string_view error) {
  ++count;
  latency.record(took);
  if (error.empty()) return;
  const auto it = errors.find(error);
  if (it == errors.end())
    errors.emplace(error, 1);
  else
    ++it->second;
}

std::uint64_t Requests::failed() const {
  std::uint64_t sum = 0;
  for (const auto& [kind, times] : errors) sum += times;
  return sum;
}

void Requests::add(const Requests& other) {
  count += other.count;
  for (const auto& [kind, times] : other.errors) errors[kind] += times;
  latency.add(other.latency);
}

std::optional<Figure> Requests::figure(std::string_view name, Duration over) const {
  const auto n = static_cast<double>(count);
  if (name == "errors") return Figure{count == 0 ? 0 : static_cast<double>(failed()) / n, count};
  if (name == "requests") return Figure{n, count};
  if (name == "rate") return Figure{over > Duration::zero() ? n / faults::seconds(over) : 0, count};
  if (const auto share = share_of(name)) return quantile(latency, *share);
  return std::nullopt;
}

void LoadMeter::record(Time intended, Time done, std::string_view error) {
  const Phases::Set phases = phases_.at(intended);
  const Duration took = done - intended;
  const std::lock_guard lock{mutex_};
  for_each_bit(phases, [&](std::size_t bit) { by_phase_[bit].record(took, error); });
  fresh_[phases.to_ullong()].record(took, error);
  recent_.at(done).record(took, error);
}

Requests LoadMeter::of_phase(std::size_t bit) const {
  const std::lock_guard lock{mutex_};
  return found(by_phase_, bit);
}

Requests LoadMeter::recent(Time now, Duration window) const {
  const std::lock_guard lock{mutex_};
  return recent_.over(now, window);
}

std::vector<std::pair<Phases::Set, Requests>> LoadMeter::drain() {
  std::map<unsigned long long, Requests> fresh;
  {
    const std::lock_guard lock{mutex_};
    fresh.swap(fresh_);
  }
  std::vector<std::pair<Phases::Set, Requests>> drained;
  for (auto& [set, requests] : fresh) drained.emplace_back(Phases::Set{set}, std::move(requests));
  return drained;
}

void ProbeMeter::Samples::record(Duration took, bool was_good, std::string_view said) {
  ++count;
  if (was_good) {
    ++good;
    latency.record(took);
  } else {
    last_said = said;
  }
}

void ProbeMeter::Samples::add(const Samples& later) {
  count += later.count;
  good += later.good;
  latency.add(later.latency);
  if (!later.last_said.empty()) last_said = later.last_said;
}

std::optional<Figure> ProbeMeter::Samples::figure(std::string_view name) const {
  const auto n = static_cast<double>(count);
  if (name == "success") return Figure{count == 0 ? 0 : static_cast<double>(good) / n, count};
  if (name == "samples") return Figure{n, count};
  if (name == "p50") return quantile(latency, 0.5);
  if (name == "p99") return quantile(latency, 0.99);
  return std::nullopt;
}

void ProbeMeter::record(Time started, Time done, bool good, std::string_view said) {
  const Phases::Set phases = phases_.at(started);
  const std::lock_guard lock{mutex_};
  for_each_bit(phases, [&](std::size_t bit) { by_phase_[bit].record(done - started, good, said); });
  recent_.at(done).record(done - started, good, said);
}

ProbeMeter::Samples ProbeMeter::of_phase(std::size_t bit) const {
  const std::lock_guard lock{mutex_};
  return found(by_phase_, bit);
}

ProbeMeter::Samples ProbeMeter::recent(Time now, Duration window) const {
  const std::lock_guard lock{mutex_};
  return recent_.over(now, window);
}

}  // namespace firedrill::drills
