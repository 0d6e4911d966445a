// Holds the end of a stream back: the bytes are all there, but the connection does not close.
#include <array>

#include "faults/catalog.hpp"

namespace firedrill::faults {
namespace {

struct SlowCloseSettings final : Settings {
  Duration delay{};

  Outlook outlook() const override { return {Shuts::nothing, {}, "the end of a stream comes late by " + show(delay)}; }
};

SlowCloseSettings read_slow_close(Reader& keys) {
  SlowCloseSettings settings;
  settings.delay = keys.duration("delay");
  return settings;
}

class SlowClose final : public StreamFault {
 public:
  SlowClose(const SlowCloseSettings& settings, const Making& making, const LinkFacts&, Direction)
      : settings_{settings}, effects_{making.effects} {}

  void data(Bytes bytes, Time now, Outlet& next) override { next.data(std::move(bytes), now); }
  void finish(Time now, Outlet& next) override {
    finished_ = now;
    due_ = now + settings_.delay;
    if (due_ <= now) pass(now, next);
  }
  // Nobody waits for the FIN of a dead peer.
  void abort(Time now, Outlet& next) override { next.abort(now); }
  void tick(Time now, Outlet& next) override { pass(now, next); }
  void update(const Settings& settings, Time now, Outlet& next) override {
    settings_ = static_cast<const SlowCloseSettings&>(settings);
    if (due_ == never) return;
    due_ = finished_ + settings_.delay;
    if (due_ <= now) pass(now, next);
  }
  void release(Time now, Outlet& next) override {
    if (due_ != never) pass(now, next);
  }

  Time wake() const override { return due_; }

 private:
  // What a heal cuts short is no measure of the delay.
  void pass(Time now, Outlet& next) {
    if (due_ <= now) effects_.delay.record(now - finished_);
    due_ = never;
    next.finish(now);
  }

  SlowCloseSettings settings_;
  Effects& effects_;
  Time finished_{}, due_ = never;
};

constexpr std::array<std::string_view, 3> slow_close_examples{"delay=500ms", "delay=2s direction=both", "delay=0s"};

}  // namespace

constinit const Kind slow_close = stream_kind<SlowClose, SlowCloseSettings, read_slow_close>(
    "slow_close", "holds the end of a stream back", slow_close_examples);

}  // namespace firedrill::faults
