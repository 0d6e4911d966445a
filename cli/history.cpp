// Running totals become counts per slot of time, so that a day's drill needs no more room than a picture can show.
#include "cli/history.hpp"

#include <algorithm>

namespace firedrill::cli {
namespace {

using faults::Duration;

// Finer than any column of a run of a minute, and a few MB for one of a day.
constexpr Duration slot = std::chrono::milliseconds{250};

}  // namespace

void History::note(const drills::Snapshot& snapshot) {
  for (const auto& now : snapshot.loads) {
    Load& load = loads_[now.name];
    if (now.requests <= load.last.requests) continue;
    // The requests ended since the last snapshot, so on the whole before this moment.
    Count& count = load.slots[std::max<std::int64_t>(0, (snapshot.elapsed.count() - 1) / slot.count())];
    count.requests += now.requests - load.last.requests;
    count.errors += now.errors - std::min(now.errors, load.last.errors);
    load.last = {now.requests, now.errors};
  }
}

std::vector<std::optional<double>> History::errors(const std::string& load, Duration length,
                                                   std::size_t columns) const {
  std::vector<std::optional<double>> shares(columns);
  const auto found = loads_.find(load);
  if (found == loads_.end() || columns == 0 || length <= Duration::zero()) return shares;
  std::vector<Count> sums(columns);
  for (const auto& [number, count] : found->second.slots) {
    const double middle = (static_cast<double>(number) + 0.5) * static_cast<double>(slot.count());
    const double at = middle / static_cast<double>(length.count()) * static_cast<double>(columns);
    Count& sum = sums[std::min(columns - 1, static_cast<std::size_t>(at))];
    sum.requests += count.requests;
    sum.errors += count.errors;
  }
  for (std::size_t i = 0; i < columns; ++i)
    if (sums[i].requests > 0) shares[i] = static_cast<double>(sums[i].errors) / static_cast<double>(sums[i].requests);
  return shares;
}

}  // namespace firedrill::cli
