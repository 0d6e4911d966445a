// What packet loss does to a stream: nothing is missing, but bytes wait for their retransmission, and so do all behind
// them.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "faults/catalog.hpp"
#include "faults/held.hpp"

namespace firedrill::faults {
namespace {

struct LossSettings final : Settings {
  double chance = 0;  // of a segment's loss; of Gilbert-Elliott's bad state
  // Gilbert-Elliott (E. N. Gilbert 1960, E. O. Elliott 1963): a good and a bad state, left with these chances a
  // segment.
  bool bursts = false;
  double chance_good = 0, enter = 0, leave = 1;
  std::uint64_t segment = 1460;
  Duration rto{};

  Outlook outlook() const override {
    const double bad = bursts ? enter / (enter + leave) : 1;  // the share of segments that meet the bad state
    std::string worst = fmt::format("about {} of all segments of {} wait {} for their retransmission",
                                    show_share(bad * chance + (1 - bad) * chance_good), show_size(segment), show(rto));
    worst += bursts ? fmt::format(", in bursts of {:.3g} segments on average", 1 / leave)
                    : ", twice that when it is lost too";
    return {Shuts::nothing, {}, worst + ", and all behind them wait too"};
  }
};

LossSettings read_loss(Reader& keys) {
  using namespace std::chrono_literals;
  LossSettings settings;
  settings.bursts = keys.choice<bool>("model", {{"bernoulli", false}, {"gilbert", true}}, false);
  const bool plain = !settings.bursts && !keys.unusable("model");
  if (plain && !keys.has("chance")) keys.problem("chance is missing; give a share, such as \"1%\"");
  settings.chance = keys.share("chance", settings.bursts ? 1 : 0);
  settings.chance_good = keys.share("chance_good", 0);
  settings.enter = keys.share("enter", 0);
  settings.leave = keys.share("leave", 1);
  if (settings.bursts) {
    for (const std::string_view key : {"enter", "leave"})
      if (!keys.has(key)) keys.problem(std::string{key} + " is missing; model = \"gilbert\" needs it");
    if (keys.has("leave") && settings.leave <= 0) keys.problem("leave", "must be more than 0%");
  } else if (plain) {
    for (const std::string_view key : {"chance_good", "enter", "leave"})
      if (keys.has(key)) keys.problem(key, "goes with model = \"gilbert\"");
  }
  if (plain && settings.chance > 0.9) keys.problem("chance", "must be at most 90%; more is a stall");
  settings.segment = keys.size("segment", 1460).at_least(1).at_most(1 << 20);
  settings.rto = keys.duration("rto", 200ms).at_least(1ms).at_most(60s);
  return settings;
}

class Loss final : public Holding {
 public:
  Loss(const LossSettings& settings, const Making& making, const LinkFacts& link, Direction direction)
      : settings_{settings},
        draws_{making.seed, making.fault, link.ordinal, direction},
        effects_{making.effects},
        offset_{link.bytes[static_cast<std::size_t>(direction)]} {}

  // Which of the first segments of an answer are lost, bursts aside.
  static std::uint64_t fate(const LossSettings& settings, const Making& making, const LinkFacts& link) {
    const Draws draws{making.seed, making.fault, link.ordinal, Direction::downstream};
    std::uint64_t first = 0;
    for (std::uint64_t segment = 0; segment < 64; ++segment)
      if (draws.chance(settings.bursts ? settings.enter : settings.chance, segment))
        first |= std::uint64_t{1} << segment;
    return settings.bursts ? mix(first) : first;
  }

  // Segments are cut by place in the stream, whatever the reads: the first bytes of a segment meet its fate, the rest
  // of it follows.
  void data(Bytes bytes, Time now, Outlet& next) override {
    while (!bytes.empty()) {
      const std::uint64_t segment = offset_ / settings_.segment;
      const std::uint64_t end = (segment + 1) * settings_.segment;
      const std::size_t n = std::min<std::uint64_t>(end - offset_, bytes.size());
      due_ = std::max(due_, now);
      if (!met_ || segment != last_segment_) due_ = std::max(due_, now + stall(segment));
      met_ = true;
      last_segment_ = segment;
      offset_ += n;
      effects_.delay.record(due_ - now);
      held_.push(bytes.take_front(n), due_);
    }
    held_.pass_until(now, next);
  }
  void update(const Settings& settings, Time, Outlet&) override {
    const auto& changed = static_cast<const LossSettings&>(settings);
    if (changed.segment != settings_.segment) met_ = false;
    settings_ = changed;
  }

 private:
  static constexpr std::uint64_t state_salt = 1000;

  // How long the segment's retransmissions take: after the timeout, then twice that, and so on (RFC 6298, 5.5), at most
  // a minute each; the fifteenth try succeeds, as Linux would give up.
  Duration stall(std::uint64_t segment) {
    using namespace std::chrono_literals;
    effects_.tried.fetch_add(1, std::memory_order_relaxed);
    if (settings_.bursts && draws_.chance(bad_ ? settings_.leave : settings_.enter, segment, state_salt)) bad_ = !bad_;
    const double chance = !settings_.bursts || bad_ ? settings_.chance : settings_.chance_good;
    Duration sum{}, rto = settings_.rto;
    constexpr std::uint64_t most_tries = 15;
    for (std::uint64_t tried = 0; tried < most_tries && draws_.chance(chance, segment, tried); ++tried) {
      sum += rto;
      rto = std::min<Duration>(2 * rto, 60s);
      // In the bad state every try would fail: the burst has passed by the time of the next one.
      if (settings_.bursts) break;
    }
    if (sum > Duration::zero()) effects_.stalls.fetch_add(1, std::memory_order_relaxed);
    return sum;
  }

  LossSettings settings_;
  Draws draws_;
  Effects& effects_;
  std::uint64_t offset_, last_segment_ = 0;
  bool met_ = false, bad_ = false;
};

constexpr std::array<std::string_view, 5> loss_examples{
    "chance=5%",
    "chance=30% rto=50ms segment=100B",
    "chance=0%",
    "model=gilbert enter=5% leave=25% segment=50B",
    "model=gilbert chance=80% chance_good=1% enter=10% leave=50% segment=10B direction=both",
};

}  // namespace

constinit const Kind loss =
    stream_kind<Loss, LossSettings, read_loss>("loss", "makes bytes wait as if packets had been lost", loss_examples);

}  // namespace firedrill::faults
