// Throws bytes away, as if the far end had gone without a word.
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "faults/catalog.hpp"

namespace firedrill::faults {
namespace {

struct BlackholeSettings final : Settings {
  enum class Then : std::uint8_t { reset, close };
  std::optional<Duration> timeout;
  Then then = Then::reset;

  Outlook outlook() const override {
    Outlook outlook{Shuts::bytes, {}, "whatever is sent is lost"};
    if (timeout) outlook.worst += fmt::format(", and links end after {}", show(*timeout));
    outlook.ends = timeout || then == Then::close;
    return outlook;
  }
};

BlackholeSettings read_blackhole(Reader& keys) {
  using Then = BlackholeSettings::Then;
  BlackholeSettings settings;
  settings.timeout = keys.maybe_duration("timeout");
  settings.then = keys.choice<Then>("then", {{"reset", Then::reset}, {"close", Then::close}}, Then::reset);
  return settings;
}

class Blackhole final : public StreamFault {
 public:
  Blackhole(const BlackholeSettings& settings, const Making& making, const LinkFacts&, Direction)
      : settings_{settings}, effects_{making.effects} {}

  void begin(Time now, Outlet& next) override {
    met_ = now;
    if (due() <= now) end(now, next);
  }
  void data(Bytes bytes, Time, Outlet&) override { discarded_ += bytes.size(); }
  void finish(Time now, Outlet& next) override {
    finished_ = true;
    if (settings_.then == BlackholeSettings::Then::close) end(now, next);
  }
  void abort(Time now, Outlet& next) override {
    if (!std::exchange(ended_, true)) next.abort(now);
  }
  void tick(Time now, Outlet& next) override { end(now, next); }
  void update(const Settings& settings, Time now, Outlet& next) override {
    settings_ = static_cast<const BlackholeSettings&>(settings);
    if (due() <= now) end(now, next);
  }
  // A stream that lost bytes must not end as if it were whole; one that lost none was only held.
  void release(Time now, Outlet& next) override {
    if (ended_) return;
    if (settings_.then == BlackholeSettings::Then::close) return end(now, next);
    ended_ = true;
    if (finished_ && discarded_ == 0) next.finish(now);
  }

  Time wake() const override { return ended_ ? never : due(); }
  std::uint64_t discarded() const override { return discarded_; }
  bool closes() const override { return closes_; }

 private:
  Time due() const { return settings_.timeout ? met_ + *settings_.timeout : never; }

  void end(Time now, Outlet& next) {
    if (std::exchange(ended_, true)) return;
    effects_.ended.fetch_add(1, std::memory_order_relaxed);
    closes_ = settings_.then == BlackholeSettings::Then::close;
    closes_ ? next.finish(now) : next.abort(now);
  }

  BlackholeSettings settings_;
  Effects& effects_;
  Time met_{};
  std::uint64_t discarded_ = 0;
  bool finished_ = false, ended_ = false, closes_ = false;  // finished: the source has
};

constexpr std::array<std::string_view, 5> blackhole_examples{
    "", "direction=both percent=50%", "timeout=2s", "timeout=500ms then=close", "then=close direction=upstream",
};

}  // namespace

constinit const Kind blackhole = stream_kind<Blackhole, BlackholeSettings, read_blackhole>(
    "blackhole", "throws everything away; healed links are reset", blackhole_examples, Kind::Bytes::lost,
    Kind::Ends::made);

}  // namespace firedrill::faults
