// A proxy's counters, cut into phases.
#include <algorithm>
#include <utility>

#include "drills/meter.hpp"
#include "drills/tally.hpp"

namespace firedrill::drills {
namespace {

using faults::Occupancy;
using proxy::Counters;

/// Two pools of one proxy at the same moment.
void merge(Occupancy& one, const Occupancy& other) {
  one.add_sums(other);
  one.raise_maxima(other);
  one.limit += other.limit;
  one.active += other.active;
  one.queue += other.queue;
  one.held += other.held;
  one.leaked += other.leaked;
  one.oldest_wait = std::max(one.oldest_wait, other.oldest_wait);
}

std::optional<Occupancy> pools_since(const Counters& now, const Counters& before) {
  std::optional<Occupancy> all;
  for (const auto& pool : now.pools) {
    const auto old = std::find_if(before.pools.begin(), before.pools.end(),
                                  [&pool](const auto& earlier) { return earlier.first == pool.first; });
    Occupancy delta = pool.second;
    if (old != before.pools.end()) {
      if (!delta.in_force && !old->second.in_force) continue;  // it was over before
      delta.subtract_sums(old->second);
    }
    if (all)
      merge(*all, delta);
    else
      all = delta;
  }
  return all;
}

Counters since(Counters now, const Counters& before) {
  now.accepted -= before.accepted;
  for (std::size_t i = 0; i < now.ended.size(); ++i) now.ended[i] -= before.ended[i];
  for (std::size_t i = 0; i < now.bytes_in.size(); ++i) {
    now.bytes_in[i] -= before.bytes_in[i];
    now.bytes_out[i] -= before.bytes_out[i];
  }
  now.undelivered -= before.undelivered;
  now.accept_pauses -= before.accept_pauses;
  now.connect_time.subtract(before.connect_time);
  now.first_byte.subtract(before.first_byte);
  now.pools.clear();
  return now;
}

void add(Counters& sum, const Counters& later) {
  sum.accepted += later.accepted;
  sum.open = later.open;
  for (std::size_t i = 0; i < sum.ended.size(); ++i) sum.ended[i] += later.ended[i];
  for (std::size_t i = 0; i < sum.bytes_in.size(); ++i) {
    sum.bytes_in[i] += later.bytes_in[i];
    sum.bytes_out[i] += later.bytes_out[i];
  }
  sum.undelivered += later.undelivered;
  sum.accept_pauses += later.accept_pauses;
  sum.connect_time.add(later.connect_time);
  sum.first_byte.add(later.first_byte);
}

}  // namespace

void ProxyPhase::add(const ProxyPhase& later) {
  drills::add(delta, later.delta);
  lasted += later.lasted;
  // Links that `later` found open are known already, unless the phase was left for a while and has come again.
  links = std::max(links, later.links - later.delta.accepted) + later.delta.accepted;
  if (!later.pool) return;
  if (!pool) {
    pool = later.pool;
    return;
  }
  Occupancy sum = *later.pool;  // its levels: they are newer
  sum.add_sums(*pool);
  sum.raise_maxima(*pool);
  pool = std::move(sum);
}

std::vector<Histogram*> ProxyPhase::histograms() {
  std::vector<Histogram*> all{&delta.connect_time, &delta.first_byte};
  if (pool) all.insert(all.end(), {&pool->wait, &pool->wasted, &pool->hold});
  return all;
}

std::optional<Figure> ProxyPhase::figure(std::string_view name) const {
  const auto of_links = [&](std::uint64_t value) { return Figure{static_cast<double>(value), links}; };
  if (name == "connections") return of_links(delta.accepted);
  if (name == "connect_errors") return of_links(delta.connect_errors());
  if (name == "resets") return of_links(delta.resets());
  constexpr std::string_view first_byte = "first_byte_";
  if (name.starts_with(first_byte) && name != "first_byte_p90" && name != "first_byte_p999") {
    const auto share = share_of(name.substr(first_byte.size()));
    if (share) return quantile(delta.first_byte, *share);
  }

  const Occupancy none;
  const Occupancy& p = pool ? *pool : none;
  const auto of_pool = [&](std::uint64_t value) { return Figure{static_cast<double>(value), pool ? links : 0}; };
  if (!p.sees_queue && (name.starts_with("queue_") || name.starts_with("wait_"))) return Figure{};
  if (name == "queue_waits") return of_pool(p.granted_after_wait);
  if (name == "queue_timeouts") return of_pool(p.timed_out);
  if (name == "queue_full") return of_pool(p.rejected);
  if (name == "queue_gone") return of_pool(p.gone);
  if (name == "queue_max") return of_pool(p.queue_max);
  if (name == "pool_in_use_max") return of_pool(p.active_max);
  if (name == "wait_p95") return quantile(p.wait, 0.95);
  if (name == "pool_utilisation") {
    if (p.capacity <= Duration::zero()) return Figure{};
    return Figure{faults::seconds(p.busy) / faults::seconds(p.capacity), links};
  }
  return std::nullopt;
}

void ProxyMeter::take(const Counters& now, const Phases::Set& phases, Time at) {
  const std::lock_guard lock{mutex_};
  if (last_) {
    ProxyPhase step;
    step.delta = since(now, *last_);
    step.pool = pools_since(now, *last_);
    step.lasted = at - last_at_;
    step.links = last_->open + step.delta.accepted;
    for_each_bit(phases, [&](std::size_t bit) { by_phase_[bit].add(step); });
    recent_.at(at).add(step);
  }
  last_ = now;
  last_at_ = at;
}

ProxyPhase ProxyMeter::of_phase(std::size_t bit) const {
  const std::lock_guard lock{mutex_};
  return found(by_phase_, bit);
}

ProxyPhase ProxyMeter::recent(Time now, Duration window) const {
  const std::lock_guard lock{mutex_};
  return recent_.over(now, window);
}

}  // namespace firedrill::drills
