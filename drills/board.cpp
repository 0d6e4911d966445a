// Snapshots are made beside the old one and put in its place at once.
#include "drills/board.hpp"

#include "drills/judge.hpp"
#include "drills/timeline.hpp"

namespace firedrill::drills {

using faults::Time;

namespace {

constexpr Duration recent_window = std::chrono::seconds{2};
constexpr std::size_t most_events = 1000;

Snapshot::CheckNow check_now(const Drill& drill, std::size_t i, const Measures& measures, bool final) {
  using Standing = Snapshot::CheckNow::State;
  const Verdict verdict = judge(drill, i, measures);
  Standing state = verdict.passed ? Standing::holding : Standing::missed;
  if (!verdict.measured_at_all) state = final ? Standing::no_samples : Standing::waiting;
  return {drill.checks[i].name, drill.checks[i].during, verdict.measured, verdict.expected, state};
}

}  // namespace

Board::Board(const Drill& drill, const Venue& venue) : drill_{drill}, venue_{venue}, totals_(drill.loads.size()) {
  shown_.length = drill.length();
  for (const FaultSpec& fault : drill.faults) {
    Snapshot::Bar bar;
    bar.fault = fault.name;
    bar.kind = fault.kind->name;
    shown_.bars.push_back(std::move(bar));
  }
  for (const Interval& interval : intervals(drill))
    shown_.bars[interval.fault].intervals.emplace_back(interval.from, interval.to);
}

void Board::begin(Time start) { start_ = start; }

void Board::enter(Snapshot::Stage stage) {
  const std::lock_guard lock{mutex_};
  shown_.stage = stage;
}

void Board::now_lasts(Duration length) {
  const std::lock_guard lock{mutex_};
  shown_.length = length;
}

void Board::now_paused(bool paused) {
  const std::lock_guard lock{mutex_};
  shown_.paused = paused;
}

void Board::tell(std::string text) {
  const std::lock_guard lock{mutex_};
  const Duration at = start_ == Time{} ? Duration::zero() : venue_.now() - start_;
  shown_.events.push_back({at, std::move(text)});
  if (shown_.events.size() > most_events) {
    shown_.events.erase(shown_.events.begin());
    ++shown_.first_event;
  }
}

Snapshot::LoadNow Board::load_now(const std::string& name, Time now, const LoadMeter& meter, Totals& totals) {
  const Requests recent = meter.recent(now, recent_window);
  const Requests all = meter.of_phase(Phases::always);
  totals.emplace_back(now, all.count);
  while (totals.size() > 1 && totals.front().first < now - recent_window) totals.pop_front();

  Snapshot::LoadNow load;
  load.name = name;
  if (totals.size() > 1)
    load.rate = static_cast<double>(all.count - totals.front().second) / faults::seconds(now - totals.front().first);
  if (recent.count > 0) load.error_ratio = static_cast<double>(recent.failed()) / static_cast<double>(recent.count);
  load.p50 = recent.latency.quantile(0.5);
  load.p99 = recent.latency.quantile(0.99);
  load.requests = all.count;
  load.errors = all.failed();
  return load;
}

void Board::show(Time now, Measures& measures, const Force& force, const PoolWatch& pools, bool final) {
  Snapshot next;
  for (std::size_t i = 0; i < drill_.loads.size(); ++i) {
    if (drill_.loads[i].tool) continue;  // nobody knows before it has ended
    const std::string& name = drill_.loads[i].name;
    next.loads.push_back(load_now(name, now, measures.load(name), totals_[i]));
  }
  for (const PoolWatch::Pool& pool : pools.all())
    if (pool.last.in_force)
      next.pools.push_back(
          {pool.proxy, pool.fault, pool.last.limit, pool.last.active, pool.last.queue, pool.last.timed_out});
  for (std::size_t i = 0; i < drill_.checks.size(); ++i)
    if (!drill_.checks[i].is_signal()) next.checks.push_back(check_now(drill_, i, measures, final));

  const std::lock_guard lock{mutex_};
  shown_.elapsed = start_ == Time{} ? Duration::zero() : now - start_;
  for (std::size_t i = 0; i < drill_.faults.size(); ++i) {
    shown_.bars[i].in_force = force.in_force(i);
    shown_.bars[i].links = force.links(i);
  }
  shown_.loads = std::move(next.loads);
  shown_.pools = std::move(next.pools);
  shown_.checks = std::move(next.checks);
}

Snapshot Board::snapshot() const {
  const std::lock_guard lock{mutex_};
  return shown_;
}

}  // namespace firedrill::drills
