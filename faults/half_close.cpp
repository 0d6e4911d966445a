// Sends one side a FIN as if the other had finished sending; the way back stays open.
#include <array>

#include "faults/catalog.hpp"

namespace firedrill::faults {
namespace {

struct HalfCloseSettings final : Settings {
  Direction towards = Direction::downstream;

  Outlook outlook() const override {
    return {Shuts::nothing,
            {},
            towards == Direction::downstream ? "the client is told that no answer will come, and can only send"
                                             : "the upstream is told that no request will come, and can only answer"};
  }
};

HalfCloseSettings read_half_close(Reader& keys) {
  HalfCloseSettings settings;
  settings.towards = keys.choice<Direction>(
      "side", {{"client", Direction::downstream}, {"upstream", Direction::upstream}}, Direction::downstream);
  return settings;
}

class HalfClose final : public StreamFault {
 public:
  HalfClose(const HalfCloseSettings& settings, const Making& making, const LinkFacts&, Direction direction)
      : settings_{settings}, effects_{making.effects}, direction_{direction} {}

  void begin(Time now, Outlet& next) override { close(now, next); }
  void data(Bytes bytes, Time now, Outlet& next) override {
    if (!closed_) return next.data(std::move(bytes), now);
    discarded_ += bytes.size();
  }
  void finish(Time now, Outlet& next) override {
    if (!closed_) next.finish(now);
    closed_ = true;
  }
  void abort(Time now, Outlet& next) override {
    if (!closed_) next.abort(now);
    closed_ = true;
  }
  void update(const Settings& settings, Time now, Outlet& next) override {
    settings_ = static_cast<const HalfCloseSettings&>(settings);
    close(now, next);
  }
  void release(Time, Outlet&) override {}

  std::uint64_t discarded() const override { return discarded_; }

 private:
  void close(Time now, Outlet& next) {
    if (closed_ || direction_ != settings_.towards) return;
    closed_ = true;
    effects_.ended.fetch_add(1, std::memory_order_relaxed);
    next.finish(now);
  }

  HalfCloseSettings settings_;
  Effects& effects_;
  Direction direction_;
  bool closed_ = false;  // nothing more goes this way
  std::uint64_t discarded_ = 0;
};

constexpr std::array<std::string_view, 2> half_close_examples{"", "side=upstream"};

}  // namespace

constinit const Kind half_close = stream_kind<HalfClose, HalfCloseSettings, read_half_close>(
    "half_close", "sends one side a FIN, the way back stays open", half_close_examples, Kind::Bytes::lost,
    Kind::Ends::made, per_link);

}  // namespace firedrill::faults
