// The upstream cannot be reached: a dial fails at once, or nothing ever comes of it.
#include <array>

#include "faults/catalog.hpp"

namespace firedrill::faults {
namespace {

struct UnreachableSettings final : Settings {
  Dialling::Action how = Dialling::Action::fail;
  Outlook outlook() const override {
    if (how == Dialling::Action::hang) return {Shuts::upstream, {}, "whoever connects hangs until connect_timeout"};
    return {Shuts::links, {}, "whoever connects is closed at once: there is no upstream"};
  }
};

UnreachableSettings read_unreachable(Reader& keys) {
  UnreachableSettings settings;
  settings.how = keys.choice<Dialling::Action>(
      "how", {{"refuse", Dialling::Action::fail}, {"hang", Dialling::Action::hang}}, Dialling::Action::fail);
  return settings;
}

class Unreachable final : public GateFault {
 public:
  Unreachable(const UnreachableSettings& settings, const Making&) : settings_{settings} {}

  void arrive(const LinkFacts& link, Time now, GateOutlet& out) override { out.admit(link.ordinal, now); }
  Dialling dial(std::uint64_t, Time) override { return {settings_.how, {}}; }
  void update(const Settings& settings, Time, GateOutlet&) override {
    settings_ = static_cast<const UnreachableSettings&>(settings);
  }
  void release(Time, GateOutlet&) override {}

 private:
  UnreachableSettings settings_;
};

constexpr std::array<std::string_view, 3> unreachable_examples{"", "how=hang", "percent=20% how=refuse"};

}  // namespace

constinit const Kind unreachable = gate_kind<Unreachable, UnreachableSettings, read_unreachable>(
    "unreachable", "fails to connect to the upstream", at_arrival, unreachable_examples);

}  // namespace firedrill::faults
