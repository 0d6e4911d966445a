// Lets so many bytes through per second, for each link or for all of them together.
#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <utility>

#include <fmt/format.h>

#include "faults/catalog.hpp"

namespace firedrill::faults {
namespace {

struct BandwidthSettings final : Settings {
  double rate = 0;          // bytes per second
  std::uint64_t burst = 0;  // bytes at once after a pause
  bool together = false;

  Outlook outlook() const override {
    if (rate <= 0) return {Shuts::bytes, {}, "nothing passes until it is healed"};
    return {Shuts::nothing,
            {},
            fmt::format("at most {} pass on {}", show_rate(rate), together ? "all links together" : "each link")};
  }

  // A burst that a slow line saves up in more than a year is as good as one that it saves up in a year.
  Duration credit() const {
    return rate > 0 ? from_seconds(std::min(static_cast<double>(burst) / rate, 366 * 86400.0)) : Duration::zero();
  }

  // What is reserved and leaves at a time: a millisecond's worth, and where that is little a packet's, unless it takes
  // more than 20 ms.
  std::uint64_t piece() const {
    const double bytes = std::max(rate / 1000, std::min(1448.0, rate / 50));
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(bytes));
  }

  // The sender has to feel the limit soon, yet a fast line must not run dry between two looks at it.
  std::size_t backlog() const {
    constexpr double most = 16 * 1024 * 1024;
    const double twenty_ms = std::min(rate / 50, most);
    return std::max(StreamFault::backlog_limit, static_cast<std::size_t>(twenty_ms));
  }
};

BandwidthSettings read_bandwidth(Reader& keys) {
  BandwidthSettings settings;
  settings.rate = keys.rate("rate").at_most(1e12);
  settings.burst = keys.size("burst", 0).at_most(std::uint64_t{1} << 40);
  settings.together = keys.choice<bool>("scope", {{"connection", false}, {"proxy", true}}, false);
  if (settings.rate > 0 && settings.rate < 1) keys.problem("rate", "must be 0B/s or at least 1B/s");
  return settings;
}

class Bandwidth final : public StreamFault {
 public:
  Bandwidth(const BandwidthSettings& settings, const Making& making, const LinkFacts&, Direction direction)
      : settings_{settings},
        effects_{making.effects},
        shared_{making.effects.line[static_cast<std::size_t>(direction)]} {}
  // A link that ends keeps nothing of a line that others share.
  ~Bandwidth() override { cancel(); }
  Bandwidth(const Bandwidth&) = delete;
  Bandwidth& operator=(const Bandwidth&) = delete;

  void data(Bytes bytes, Time now, Outlet& next) override {
    held_ += bytes.size();
    chunks_.push_back({std::move(bytes), now});
    pass(now, next);
  }
  void finish(Time now, Outlet& next) override {
    finished_ = true;
    pass(now, next);
  }
  // Nobody waits for what a dead peer sent: the RST overtakes it.
  void abort(Time now, Outlet& next) override {
    cancel();
    dropped_ += std::exchange(held_, 0);
    chunks_.clear();
    tell_busy(now);
    next.abort(now);
  }
  void tick(Time now, Outlet& next) override { pass(now, next); }
  // What of the piece under way has had its time keeps it. Only its own time is taken along to the new rate: what it
  // waits for on a shared line is the others' to take along.
  void update(const Settings& settings, Time now, Outlet& next) override {
    const BandwidthSettings old = settings_;
    const auto& changed = static_cast<const BandwidthSettings&>(settings);
    if (!changes_line(changed) || reserved_ == 0) {
      settings_ = changed;
      return pass(now, next);
    }
    const Duration left = std::clamp(due_ - now, Duration::zero(), cost_);
    bucket().give_back(left);
    settings_ = changed;
    if (settings_.rate > 0) {
      cost_ = from_seconds(seconds(left) * old.rate / settings_.rate);
      due_ = bucket().reserve(cost_, Duration::zero(), now);
    } else {
      reserved_ = 0;
    }
    pass(now, next);
  }
  void release(Time now, Outlet& next) override {
    cancel();
    for (Chunk& chunk : std::exchange(chunks_, {})) next.data(std::move(chunk.bytes), now);  // not in their turn
    held_ = 0;
    tell_busy(now);
    pass(now, next);
  }

  Time wake() const override { return reserved_ > 0 ? due_ : never; }
  std::size_t held() const override { return held_; }
  bool full() const override { return held_ >= settings_.backlog(); }
  std::uint64_t discarded() const override { return dropped_; }

 private:
  struct Chunk {
    Bytes bytes;
    Time arrived;
  };

  bool changes_line(const BandwidthSettings& other) const {
    return other.rate != settings_.rate || other.together != settings_.together;
  }
  Bucket& bucket() { return settings_.together ? shared_ : own_; }

  // The next piece: its time on the line is taken now, its bytes leave when that is over.
  void reserve(Time now) {
    reserved_ = std::min<std::uint64_t>(settings_.piece(), chunks_.front().bytes.size());
    // Fractions of a nanosecond are carried over, or a fast line would be slower than asked.
    const double exact = static_cast<double>(reserved_) / settings_.rate * 1e9 + fraction_;
    cost_ = Duration{static_cast<Duration::rep>(exact)};
    fraction_ = exact - std::floor(exact);
    due_ = bucket().reserve(cost_, settings_.credit(), now);
  }

  // Told with every piece, so that any stretch of time can be held against the bytes of it.
  void tell_busy(Time now) {
    if (busy_) effects_.busy.fetch_add((now - told_).count(), std::memory_order_relaxed);
    busy_ = held_ > 0;
    told_ = now;
  }

  void cancel() {
    if (std::exchange(reserved_, 0) > 0) bucket().give_back(cost_);
  }

  void pass(Time now, Outlet& next) {
    send_due(now, next);
    tell_busy(now);
    if (chunks_.empty() && std::exchange(finished_, false)) next.finish(now);
  }

  void send_due(Time now, Outlet& next) {
    while (!chunks_.empty()) {
      if (reserved_ == 0) {
        if (settings_.rate <= 0) return;
        reserve(now);
      }
      if (due_ > now) return;
      Chunk& chunk = chunks_.front();
      const Time arrived = chunk.arrived;
      Bytes bytes = chunk.bytes.take_front(std::exchange(reserved_, 0));
      if (chunk.bytes.empty()) chunks_.pop_front();
      hand_on(std::move(bytes), arrived, now, next);
    }
  }

  void hand_on(Bytes bytes, Time arrived, Time now, Outlet& next) {
    held_ -= bytes.size();
    effects_.passed.fetch_add(bytes.size(), std::memory_order_relaxed);
    effects_.delay.record(now - arrived);
    next.data(std::move(bytes), now);
  }

  BandwidthSettings settings_;
  Effects& effects_;
  Bucket& shared_;
  Bucket own_;
  std::deque<Chunk> chunks_;
  std::size_t held_ = 0;
  bool finished_ = false;
  bool busy_ = false;  // since told_ there have been bytes waiting
  Time told_{};
  std::uint64_t dropped_ = 0;
  std::uint64_t reserved_ = 0;  // bytes at the front that have their time on the line; 0: none
  Duration cost_{};             // of these
  Time due_ = never;            // when they may leave
  double fraction_ = 0;
};

constexpr std::array<std::string_view, 6> bandwidth_examples{
    "rate=100KB/s", "rate=10KB/s burst=1KiB", "rate=1MB/s scope=proxy", "rate=8kbit/s direction=both", "rate=400MB/s",
    "rate=0B/s",
};

}  // namespace

constinit const Kind bandwidth = stream_kind<Bandwidth, BandwidthSettings, read_bandwidth>(
    "bandwidth", "lets so many bytes through per second", bandwidth_examples);

}  // namespace firedrill::faults
