// How much of a stream came in any stretch of time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace firedrill::bench {

using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

struct Seen {
  std::size_t total;  // bytes up to and with this read
  WallTime at;
};

struct Extremes {
  double most, least;  // as shares of what was asked for
};

/// The most and the least that came in any stretch of that length; none if no stretch is whole. Stretches begin at a
/// read: the most is counted from just after it, the least from just before it, so that a line that delivers piece by
/// piece is neither too fast nor too slow for being looked at in the middle of one.
inline std::optional<Extremes> extremes(const std::vector<Seen>& seen, std::chrono::nanoseconds length, double rate) {
  const double asked = rate * std::chrono::duration<double>{length}.count();
  std::optional<Extremes> found;
  std::size_t end = 0;  // the first read that is outside
  for (std::size_t i = 0; i < seen.size(); ++i) {
    while (end < seen.size() && seen[end].at - seen[i].at <= length) ++end;
    if (end == seen.size()) break;
    const std::size_t before = i == 0 ? 0 : seen[i - 1].total;
    const double after = static_cast<double>(seen[end - 1].total - seen[i].total) / asked;
    const double with = static_cast<double>(seen[end - 1].total - before) / asked;
    if (!found) found = Extremes{after, with};
    found->most = std::max(found->most, after);
    found->least = std::min(found->least, with);
  }
  return found;
}

}  // namespace firedrill::bench
