// Cron expressions: when something is due by the clocks of a place.
#pragma once

#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "drills/time_zone.hpp"

namespace firedrill::drills {

/// Five fields: minute (0 to 59), hour (0 to 23), day of month (1 to 31), month (1 to 12, jan to dec) and day of week
/// (0 to 7, sun to sat; 0 and 7 are Sunday). Each is a number, `*` or a range (`9-17`), the latter two with a step
/// perhaps (`*/15`, `9-17/2`), or a list of these (`0,30`). Or one word: @hourly @daily @weekly @monthly @yearly.
///
/// When neither day of month nor day of week begins with `*`, a day need only fit one of the two, else both.
///
/// Where clocks are put forward or back, it depends on the hour field:
///
/// A named hour (`30 2 * * *`) is a time on the clock, which is neither missed nor comes twice. What is skipped in
/// spring runs once, at the first moment after the gap. Of a time that comes twice in autumn the first counts.
///
/// An hour field that begins with `*` (`*/15 * * * *`, `0 */2 * * *`) is an interval. It goes by the clock as well, but
/// in autumn each time round counts, and in spring nothing is made up for. So `0 * * * *` comes once in every real hour
/// where clocks move by a whole one; where they move by half an hour, that one step takes an hour and a half.
class Cron {
 public:
  /// Throws std::invalid_argument with the field, what was given and what is allowed, also when no day ever fits.
  static Cron parse(std::string_view text);

  /// The first moment later than `after` that is due. Looks at days and changes of the clocks, for 41 years at most:
  /// the rarest day comes within 40.
  std::chrono::sys_seconds next(std::chrono::sys_seconds after, const TimeZone& zone) const;

  const std::string& text() const { return text_; }

 private:
  using Set = std::bitset<60>;
  enum class Hours : std::uint8_t { named, interval };
  enum class Days : std::uint8_t { both, either };  // must fit: of month and of week

  Cron() = default;
  bool fits(std::chrono::local_days day) const;
  std::optional<std::chrono::minutes> first(std::chrono::seconds since_midnight) const;
  std::optional<std::chrono::local_seconds> first(std::chrono::local_seconds from,
                                                  std::chrono::local_seconds before) const;

  std::string text_;  // as given
  Set minutes_, hours_, days_, months_, weekdays_;
  Hours hour_ = Hours::named;
  Days day_ = Days::both;
};

}  // namespace firedrill::drills
