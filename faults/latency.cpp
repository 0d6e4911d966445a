// Holds every byte back by a delay, fixed or drawn from a distribution.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "faults/catalog.hpp"
#include "faults/distribution.hpp"
#include "faults/held.hpp"

namespace firedrill::faults {
namespace {

struct LatencySettings final : Settings {
  Distribution delay;
  double correlation = 0;  // of a delay with the one before, on the normal scale

  Outlook outlook() const override { return {Shuts::nothing, {}, "all bytes come late by " + delay.in_words()}; }
};

LatencySettings read_latency(Reader& keys) {
  LatencySettings settings;
  settings.delay = read_distribution(keys, "delay");
  settings.correlation = keys.share("correlation", 0).at_most(0.999);
  if (keys.has("correlation") && settings.delay.shape == Distribution::Shape::constant)
    keys.problem("correlation", "goes with a delay that varies: jitter, distribution, percentiles or table");
  return settings;
}

class Latency final : public StreamFault {
 public:
  Latency(const LatencySettings& settings, const Making& making, const LinkFacts& link, Direction direction)
      : settings_{settings},
        draws_{making.seed, making.fault, link.ordinal, direction},
        effects_{making.effects},
        offset_{link.bytes[static_cast<std::size_t>(direction)]} {}

  static std::uint64_t fate(const LatencySettings& settings, const Making& making, const LinkFacts& link) {
    return first_in_each_lane(settings.delay, making, link);
  }

  void data(Bytes bytes, Time now, Outlet&) override {
    const Time due = this->due(now);
    effects_.delay.record(due - now);
    offset_ += bytes.size();
    held_.push(std::move(bytes), due);
  }
  void finish(Time now, Outlet&) override { held_.push_finish(due(now)); }
  void abort(Time now, Outlet&) override { held_.push_abort(due(now)); }
  void tick(Time now, Outlet& next) override { held_.pass_until(now, next); }
  void update(const Settings& settings, Time, Outlet&) override {
    settings_ = static_cast<const LatencySettings&>(settings);
  }
  void release(Time now, Outlet& next) override { held_.pass_all(now, next); }

  Time wake() const override { return held_.next_due(); }
  std::size_t held() const override { return held_.bytes(); }
  bool full() const override {
    return held_.weight() >= flight_limit;
  }  // a delay alone must not throttle a fast stream

 private:
  // Drawn by the offset of a chunk's first byte. Jitter may not reorder a stream: nothing leaves before what came
  // earlier.
  Time due(Time arrived) {
    last_ = std::max(last_, arrived + settings_.delay.quantile(draw()));
    return last_;
  }

  // Correlated delays keep their distribution: a first-order autoregression of normal numbers stays standard normal,
  // and goes through the quantile like any other draw (a Gaussian copula).
  double draw() {
    const double u = draws_.unit(offset_);
    const double rho = settings_.correlation;
    if (rho <= 0) return u;
    const double fresh = normal_quantile(u);
    level_ = level_ ? rho * *level_ + std::sqrt(1 - rho * rho) * fresh : fresh;
    return normal_share(*level_);
  }

  LatencySettings settings_;
  Draws draws_;
  Effects& effects_;
  std::uint64_t offset_;
  Held held_;
  Time last_ = Time::min();
  std::optional<double> level_;  // the last correlated draw, on the normal scale
};

constexpr std::array<std::string_view, 8> latency_examples{
    "delay=200ms",
    "delay=100ms jitter=50ms",
    "delay=80ms distribution=normal deviation=20ms",
    "delay=40ms distribution=lognormal sigma=0.5",
    "delay=20ms distribution=pareto alpha=2.5",
    "delay=30ms distribution=exponential direction=both",
    "p50=20ms p99=400ms",
    "p50=5ms p90=20ms p999=80ms correlation=70%",
};

}  // namespace

constinit const Kind latency = stream_kind<Latency, LatencySettings, read_latency>(
    "latency", "holds every byte back by a delay", latency_examples);

}  // namespace firedrill::faults
