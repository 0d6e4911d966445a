// Delays the connection to the upstream.
#include <array>
#include <string>

#include "faults/catalog.hpp"
#include "faults/distribution.hpp"

namespace firedrill::faults {
namespace {

struct SlowConnectSettings final : Settings {
  Distribution delay;

  Outlook outlook() const override {
    return {Shuts::nothing, {}, "connecting to the upstream takes longer by " + delay.in_words(), delay.quantile(0.5)};
  }
};

SlowConnectSettings read_slow_connect(Reader& keys) {
  SlowConnectSettings settings;
  settings.delay = read_distribution(keys, "delay");
  return settings;
}

class SlowConnect final : public GateFault {
 public:
  SlowConnect(const SlowConnectSettings& settings, const Making& making)
      : settings_{settings}, seed_{making.seed}, fault_{making.fault} {}

  static std::uint64_t fate(const SlowConnectSettings& settings, const Making& making, const LinkFacts& link) {
    return static_cast<std::uint64_t>(delay_of(settings, {making.seed, making.fault, link.ordinal}).count());
  }

  void arrive(const LinkFacts& link, Time now, GateOutlet& out) override { out.admit(link.ordinal, now); }
  Dialling dial(std::uint64_t link, Time) override {
    return {Dialling::Action::later, delay_of(settings_, {seed_, fault_, link})};
  }
  void update(const Settings& settings, Time, GateOutlet&) override {
    settings_ = static_cast<const SlowConnectSettings&>(settings);
  }
  void release(Time, GateOutlet&) override {}

 private:
  static Duration delay_of(const SlowConnectSettings& settings, const Draws& draws) {
    return settings.delay.quantile(draws.unit(0, 1));
  }

  SlowConnectSettings settings_;
  Seed seed_;
  std::string fault_;
};

constexpr std::array<std::string_view, 3> slow_connect_examples{"delay=500ms", "delay=200ms jitter=100ms percent=50%",
                                                                "delay=100ms distribution=exponential"};

}  // namespace

constinit const Kind slow_connect = gate_kind<SlowConnect, SlowConnectSettings, read_slow_connect>(
    "slow_connect", "delays the connection to the upstream", at_arrival, slow_connect_examples);

}  // namespace firedrill::faults
