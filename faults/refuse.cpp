// Turns away every link that arrives; links that are open stay.
#include <array>

#include "faults/catalog.hpp"

namespace firedrill::faults {
namespace {

struct RefuseSettings final : Settings {
  Ending how = Ending::reset;
  Outlook outlook() const override { return {Shuts::links, {}, "whoever connects is turned away"}; }
};

RefuseSettings read_refuse(Reader& keys) {
  RefuseSettings settings;
  settings.how = keys.choice<Ending>("how", {{"reset", Ending::reset}, {"close", Ending::close}}, Ending::reset);
  return settings;
}

class Refuse final : public GateFault {
 public:
  Refuse(const RefuseSettings& settings, const Making&) : settings_{settings} {}

  void arrive(const LinkFacts& link, Time now, GateOutlet& out) override {
    out.turn_away(link.ordinal, settings_.how, Cause::refused, now);
  }
  void update(const Settings& settings, Time, GateOutlet&) override {
    settings_ = static_cast<const RefuseSettings&>(settings);
  }
  void release(Time, GateOutlet&) override {}

 private:
  RefuseSettings settings_;
};

constexpr std::array<std::string_view, 4> refuse_examples{"", "how=close", "percent=30%", "every=3 max_links=100"};

}  // namespace

constinit const Kind refuse = gate_kind<Refuse, RefuseSettings, read_refuse>(
    "refuse", "turns away every link that arrives", at_arrival, refuse_examples);

}  // namespace firedrill::faults
