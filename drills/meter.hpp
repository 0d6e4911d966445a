// What was measured, by phase: loads, proxies, probes. The same figures serve the checks, the safety line, the live
// view and the journal.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drills/phases.hpp"
#include "drills/recent.hpp"
#include "faults/histogram.hpp"
#include "proxy/counters.hpp"

namespace firedrill::drills {

using faults::Duration;
using faults::Histogram;
using faults::Time;

/// One figure as a check sees it. Shares are 0..1, durations seconds.
struct Figure {
  double value = 0;
  std::uint64_t samples = 0;  // 0: nothing was measured, and nothing may be concluded
};

/// A heap of requests that have something in common.
struct Requests {
  std::uint64_t count = 0;
  std::map<std::string, std::uint64_t, std::less<>>
      errors;         // by what went wrong: refused, reset, timeout, closed, http_503, …
  Histogram latency;  // of all, failed ones too, from the intended send time

  void record(Duration took, std::string_view error);
  std::uint64_t failed() const;
  void add(const Requests& other);
  std::vector<Histogram*> histograms() { return {&latency}; }
  /// errors, p50, p90, p95, p99, p999, requests, rate. Null for a name it does not know.
  std::optional<Figure> figure(std::string_view name, Duration over) const;
};

/// One load's results. record() from the load's thread, the rest from any.
class LoadMeter {
 public:
  explicit LoadMeter(const Phases& phases) : phases_{phases} {}
  /// `error` is empty for an answer that counts as good. Phase is that of `intended`.
  void record(Time intended, Time done, std::string_view error);

  Requests of_phase(std::size_t bit) const;
  /// Those done within the last `window` (at most 5 min, to the nearest quarter of a second), for the safety line and
  /// the live view.
  Requests recent(Time now, Duration window) const;
  /// What came since the last call, by set of phases: one journal line each.
  std::vector<std::pair<Phases::Set, Requests>> drain();

 private:
  const Phases& phases_;
  mutable std::mutex mutex_;
  std::map<std::size_t, Requests> by_phase_;
  std::map<unsigned long long, Requests> fresh_;  // by Set::to_ullong()
  Recent<Requests> recent_;
};

/// What a proxy did during one phase.
struct ProxyPhase {
  proxy::Counters delta;  // sums over the phase; pools merged into one Occupancy in `pool`
  std::optional<faults::Occupancy> pool;
  Duration lasted{};
  std::uint64_t links = 0;  // that were there: open when the phase began, or accepted in it

  /// What came after this.
  void add(const ProxyPhase& later);
  std::vector<Histogram*> histograms();
  /// connections, connect_errors, resets, first_byte_p50|p95|p99, queue_waits, queue_timeouts, queue_full, queue_gone,
  /// queue_max, wait_p95, pool_in_use_max, pool_utilisation. Null for a name it does not know; zero samples when the
  /// proxy had no connection (or no pool) in the phase.
  std::optional<Figure> figure(std::string_view name) const;
};

/// One proxy's counters cut into phases: whoever conducts the run calls take() at least whenever the phases change,
/// always from one thread.
class ProxyMeter {
 public:
  /// What changed since the last call happened during `phases`. The first call only says where counting starts.
  void take(const proxy::Counters& now, const Phases::Set& phases, Time at);
  ProxyPhase of_phase(std::size_t bit) const;
  /// Over about the last `window` (at most 5 min): of the takes within it.
  ProxyPhase recent(Time now, Duration window) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::size_t, ProxyPhase> by_phase_;
  Recent<ProxyPhase> recent_;
  std::optional<proxy::Counters> last_;
  Time last_at_{};
};

/// Samples of one probe.
class ProbeMeter {
 public:
  explicit ProbeMeter(const Phases& phases) : phases_{phases} {}
  struct Samples {
    std::uint64_t count = 0, good = 0;
    Histogram latency;      // of the good ones
    std::string last_said;  // what the last bad one said

    void record(Duration took, bool was_good, std::string_view said);
    void add(const Samples& later);
    std::vector<Histogram*> histograms() { return {&latency}; }
    /// success (share), p50, p99 (of the good ones), samples. Null for a name it does not know.
    std::optional<Figure> figure(std::string_view name) const;
  };
  /// Phase is that of the moment the sample was started.
  void record(Time started, Time done, bool good, std::string_view said);
  Samples of_phase(std::size_t bit) const;
  /// Those done within the last `window` (at most 5 min, to the nearest quarter of a second).
  Samples recent(Time now, Duration window) const;

 private:
  const Phases& phases_;
  mutable std::mutex mutex_;
  std::map<std::size_t, Samples> by_phase_;
  Recent<Samples> recent_;
};

}  // namespace firedrill::drills
