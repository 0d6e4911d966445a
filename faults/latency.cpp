// Holds every byte back by a delay, fixed or drawn from a distribution.
#include <algorithm>
#include <array>

#include "faults/catalog.hpp"
#include "faults/distribution.hpp"
#include "faults/held.hpp"

namespace firedrill::faults {
namespace {

struct LatencySettings final : Settings {
  Distribution delay;
};

LatencySettings read(Reader& keys) {
  LatencySettings settings;
  settings.delay = read_distribution(keys, "delay");
  return settings;
}

class Latency final : public StreamFault {
 public:
  Latency(const LatencySettings& settings, const Making& making, const LinkFacts& link, Direction direction)
      : delay_{settings.delay},
        draws_{making.seed, making.fault, link.ordinal, direction},
        effects_{making.effects},
        offset_{link.bytes[static_cast<std::size_t>(direction)]} {}

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
    delay_ = static_cast<const LatencySettings&>(settings).delay;
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
    last_ = std::max(last_, arrived + delay_.quantile(draws_.unit(offset_)));
    return last_;
  }

  Distribution delay_;
  Draws draws_;
  Effects& effects_;
  std::uint64_t offset_;
  Held held_;
  Time last_ = Time::min();
};

constexpr std::array<std::string_view, 6> examples{
    "delay=200ms",
    "delay=100ms jitter=50ms",
    "delay=80ms distribution=normal deviation=20ms",
    "delay=40ms distribution=lognormal sigma=0.5",
    "delay=20ms distribution=pareto alpha=2.5",
    "delay=30ms distribution=exponential direction=both",
};

}  // namespace

constinit const Kind latency =
    stream_kind<Latency, LatencySettings, read>("latency", "holds every byte back by a delay", examples);

}  // namespace firedrill::faults
