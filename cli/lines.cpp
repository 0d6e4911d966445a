// Each line carries both clocks: UTC to lay beside other logs, and the time since the start as the drill file has it.
#include "cli/lines.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "cli/text.hpp"
#include "drills/report_words.hpp"

namespace firedrill::cli {
namespace {

using drills::Snapshot;
using faults::Duration;

std::string line(Lines::Wall wall, Duration at, std::string_view text) {
  return fmt::format("{:%H:%M:%S}Z {:>7.1f}s  {}\n", fmt::gmtime(std::chrono::system_clock::to_time_t(wall)),
                     faults::seconds(std::max(at, Duration::zero())), harmless(text));
}

std::string status(const Snapshot& now) {
  std::string text;
  const auto ms = [](Duration d) { return drills::show_ms(faults::milliseconds(d)); };
  for (const auto& load : now.loads) {
    text += fmt::format("{}{}: {:.1f}/s", text.empty() ? "" : "; ", load.name, load.rate);
    if (load.rate > 0)
      text += fmt::format(", errors {:.1f}%, p50 {}, p99 {}", load.error_ratio * 100, ms(load.p50), ms(load.p99));
  }
  for (const auto& pool : now.pools)
    text += fmt::format("{}pool of {}: {} of {} in use, queue {}, timed out {}", text.empty() ? "" : "; ", pool.proxy,
                        drills::grouped(pool.active), drills::grouped(pool.limit), drills::grouped(pool.queue),
                        drills::grouped(pool.timed_out));
  return text.empty() ? fmt::format("running, {} to go", show_length(std::chrono::ceil<std::chrono::seconds>(
                                                             std::max(Duration::zero(), now.length - now.elapsed))))
                      : text;
}

}  // namespace

std::string Lines::opening(const Heading& heading, Duration length, Wall now) {
  return fmt::format("{}{}{}, {}, seed {}, {:%Y-%m-%dT%H:%M:%S}Z\n", harmless(heading.name),
                     heading.title.empty() ? "" : ": ", harmless(heading.title), show_length(length), heading.seed,
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

std::string Lines::add(const Snapshot& snapshot, Wall now) {
  std::string text;
  const std::uint64_t end = snapshot.first_event + snapshot.events.size();
  if (told_ < snapshot.first_event) {
    text += line(now, snapshot.elapsed, fmt::format("({} events left out)", snapshot.first_event - told_));
    told_ = snapshot.first_event;
  }
  for (; told_ < end; ++told_) {
    const auto& event = snapshot.events[static_cast<std::size_t>(told_ - snapshot.first_event)];
    const auto ago = std::chrono::duration_cast<std::chrono::system_clock::duration>(snapshot.elapsed - event.at);
    text += line(now - std::max(ago, decltype(ago)::zero()), event.at, event.text);
  }
  if (snapshot.stage == Snapshot::Stage::running && snapshot.elapsed >= next_status_) {
    text += line(now, snapshot.elapsed, status(snapshot));
    while (next_status_ <= snapshot.elapsed) next_status_ += status_every;
  }
  return text;
}

}  // namespace firedrill::cli
