// The listener is gone: the kernel refuses whoever connects. Open links stay.
#include <array>

#include "faults/catalog.hpp"

namespace firedrill::faults {
namespace {

struct DownSettings final : Settings {
  Outlook outlook() const override { return {Shuts::listener, {}, "nobody can connect"}; }
};

DownSettings read_down(Reader&) { return {}; }

class Down final : public GateFault {
 public:
  Down(const DownSettings&, const Making&) {}

  // Whoever slipped in as the door closed.
  void arrive(const LinkFacts& link, Time now, GateOutlet& out) override {
    out.turn_away(link.ordinal, Ending::reset, Cause::refused, now);
  }
  Door door() const override { return Door::closed; }
  void update(const Settings&, Time, GateOutlet&) override {}
  void release(Time, GateOutlet&) override {}
};

constexpr std::array<std::string_view, 1> down_examples{""};

}  // namespace

constinit const Kind down = gate_kind<Down, DownSettings, read_down>(
    "down", "closes the listener: connecting is refused", Scopes::none, down_examples);

}  // namespace firedrill::faults
