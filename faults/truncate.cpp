// Lets so many bytes of each stream through and then ends it, or leaves it hanging.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "faults/catalog.hpp"

namespace firedrill::faults {
namespace {

struct TruncateSettings final : Settings {
  enum class Then : std::uint8_t { fin, close, rst, stall };
  std::uint64_t after = 0;
  Then then = Then::fin;
  bool since_fault = false;  // counts what passes while the fault is in force

  Outlook outlook() const override {
    const bool silent = after == 0 && then == Then::stall;
    return {silent ? Shuts::bytes : Shuts::nothing,
            {},
            fmt::format("streams {} after {}",
                        then == Then::stall   ? "fall silent"
                        : then == Then::rst   ? "are reset"
                        : then == Then::close ? "and their links end"
                                              : "end",
                        show_size(after))};
  }
};

TruncateSettings read_truncate(Reader& keys) {
  using Then = TruncateSettings::Then;
  TruncateSettings settings;
  settings.after = keys.size("after");
  settings.then = keys.choice<Then>(
      "then", {{"fin", Then::fin}, {"close", Then::close}, {"rst", Then::rst}, {"stall", Then::stall}}, Then::fin);
  settings.since_fault = keys.choice<bool>("since", {{"open", false}, {"fault", true}}, false);
  return settings;
}

class Truncate final : public StreamFault {
 public:
  Truncate(const TruncateSettings& settings, const Making& making, const LinkFacts& link, Direction direction)
      : settings_{settings}, effects_{making.effects}, offset_{link.bytes[static_cast<std::size_t>(direction)]} {}

  void begin(Time now, Outlet& next) override {
    if (settings_.since_fault) offset_ = 0;
    if (!settings_.since_fault) cut(now, next);
  }
  void data(Bytes bytes, Time now, Outlet& next) override {
    const std::uint64_t room = cut_ ? 0 : settings_.after - std::min(settings_.after, offset_);
    const std::size_t n = std::min<std::uint64_t>(room, bytes.size());
    offset_ += bytes.size();
    if (n > 0) next.data(bytes.take_front(n), now);
    discarded_ += bytes.size();
    cut(now, next);
  }
  void finish(Time now, Outlet& next) override {
    finished_ = true;
    if (!cut_) next.finish(now);
  }
  void abort(Time now, Outlet& next) override {
    if (!ended_) next.abort(now);
  }
  // What is cut stays cut.
  void update(const Settings& settings, Time now, Outlet& next) override {
    settings_ = static_cast<const TruncateSettings&>(settings);
    if (!settings_.since_fault) cut(now, next);
  }
  // A stream that lost bytes must not end as if it were whole.
  void release(Time now, Outlet& next) override {
    if (cut_ && !ended_ && finished_ && discarded_ == 0) next.finish(now);
  }

  std::uint64_t discarded() const override { return discarded_; }
  bool closes() const override { return ended_ && settings_.then == TruncateSettings::Then::close; }

 private:
  void cut(Time now, Outlet& next) {
    if (cut_ || finished_ || offset_ < settings_.after) return;
    cut_ = true;
    ended_ = settings_.then != TruncateSettings::Then::stall;
    if (!ended_) return;
    effects_.ended.fetch_add(1, std::memory_order_relaxed);
    settings_.then == TruncateSettings::Then::rst ? next.abort(now) : next.finish(now);
  }

  TruncateSettings settings_;
  Effects& effects_;
  std::uint64_t offset_, discarded_ = 0;
  bool cut_ = false, ended_ = false, finished_ = false;  // finished: the source has
};

constexpr std::array<std::string_view, 6> truncate_examples{
    "after=1000B",
    "after=20B then=rst",
    "after=500B then=close",
    "after=10B since=fault",
    "after=100B then=stall direction=both",
    "after=0B then=stall",
};

}  // namespace

constinit const Kind truncate = stream_kind<Truncate, TruncateSettings, read_truncate>(
    "truncate", "lets so many bytes of each stream through, then ends it", truncate_examples, Kind::Bytes::lost,
    Kind::Ends::made);

}  // namespace firedrill::faults
