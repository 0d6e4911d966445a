// When a link fault ends a link: what `reset` and `close` have in common.
#pragma once

#include <optional>

#include "faults/kind.hpp"

namespace firedrill::faults {

/// Conditions, the first to come true ends the link; none at all: at once.
struct TimedEndSettings final : Settings {
  std::optional<Duration> age;         // since the link opened
  std::optional<Duration> idle;        // without a byte, either way
  std::optional<std::uint64_t> bytes;  // both ways together
  std::optional<double> chance;        // of ending within one second, the same for every second
  Side side = Side::both;

  bool is_at_once() const { return !age && !idle && !bytes && !chance; }
  Outlook outlook() const override;
};

TimedEndSettings read_timed_end(Reader& keys);

class TimedEnd : public LinkFault {
 public:
  TimedEnd(const TimedEndSettings& settings, const Making& making, const LinkFacts& link, Verdict::Action action);

  static std::uint64_t fate(const TimedEndSettings& settings, const Making& making, const LinkFacts& link);

  Verdict open(const LinkFacts& link, Time now) final;
  Verdict moved(Direction direction, std::size_t bytes, Time now) final;
  Time wake() const final;
  Verdict tick(Time now) final;
  Verdict update(const Settings& settings, const LinkFacts& link, Time now) final;

 private:
  static double lifetime(const Making& making, const LinkFacts& link);
  Verdict judge(Time now);
  void set_hazard(Time now);
  Time age_due() const { return settings_.age ? opened_ + *settings_.age : never; }
  Time idle_due() const { return settings_.idle ? last_moved_ + *settings_.idle : never; }

  TimedEndSettings settings_;
  Verdict::Action action_;
  Time opened_{}, last_moved_{};
  std::uint64_t bytes_ = 0;
  Time idle_check_ = never;  // not moved with every byte: a look at it moves it on

  // The lifetime that `chance` leaves, as -ln of the share of links that live longer; used up at the rate of the
  // hazard.
  double lifetime_;
  double hazard_ = 0;  // per second
  Time hazard_from_{};
  Time chance_due_ = never;
};

/// A TimedEnd that ends links in one certain way: `reset` with abort, `close` with finish.
template <Verdict::Action action>
class EndsBy final : public TimedEnd {
 public:
  EndsBy(const TimedEndSettings& settings, const Making& making, const LinkFacts& link)
      : TimedEnd{settings, making, link, action} {}
};

}  // namespace firedrill::faults
