// Sections, and how they share the height.
#include "cli/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"
#include "cli/timeline_view.hpp"
#include "drills/report_words.hpp"

namespace firedrill::cli {
namespace {

using drills::grouped;
using drills::Snapshot;
using faults::Duration;
using Lines = std::vector<std::string>;

constexpr std::size_t most_events = 8;

std::string clock(Duration d) { return show_length(std::chrono::floor<std::chrono::seconds>(d)); }

Lines header(const Heading& heading, const Snapshot& now, Shape shape) {
  Line first{shape.width, shape.colour}, second{shape.width, shape.colour};
  first.add(heading.name, Paint::bold);
  if (!heading.title.empty()) first.add("  ").add(heading.title);
  switch (now.stage) {
    case Snapshot::Stage::starting:
      second.add("starting", Paint::cyan);
      break;
    case Snapshot::Stage::running:
      second.add("running", Paint::cyan)
          .add(fmt::format(" {} of {}", clock(std::min(now.elapsed, now.length)), show_length(now.length)));
      break;
    case Snapshot::Stage::healing:
      second.add("healed, waiting for the last answers", Paint::cyan);
      break;
    case Snapshot::Stage::over:
      second.add("over", Paint::cyan);
      break;
  }
  second.add(fmt::format("  seed {}", heading.seed), Paint::dim);
  if (now.stage == Snapshot::Stage::running && shape.width >= wide)
    second.add("  Ctrl-C heals everything and ends the run", Paint::dim);
  return {first.text(), second.text()};
}

Lines load_lines(const Snapshot& now, Shape shape, std::size_t label) {
  Lines lines;
  for (const auto& load : now.loads) {
    const auto ms = [](Duration d) { return drills::show_ms(faults::milliseconds(d)); };
    Line line{shape.width, shape.colour};
    line.add("  ").add(left(load.name, label)).add("  ");
    line.add(right(fmt::format("{:.1f}/s", load.rate), 8));
    if (shape.width >= wide) line.add("  errors");
    line.add(right(fmt::format("{:.1f}%", load.error_ratio * 100), 7),
             load.error_ratio > 0 ? Paint::red : Paint::plain);
    if (shape.width >= wide) line.add("  p50");
    line.add(right(load.rate > 0 ? ms(load.p50) : "-", 8));
    if (shape.width >= wide) line.add("  p99").add(right(load.rate > 0 ? ms(load.p99) : "-", 8));
    lines.push_back(line.text());
  }
  return lines;
}

Lines pool_lines(const Snapshot& now, Shape shape, std::size_t label) {
  Lines lines;
  for (const auto& pool : now.pools) {
    const std::size_t cells = shape.width >= wide ? 14 : 8;
    const double share = pool.limit == 0 ? (pool.active > 0 || pool.queue > 0 ? 1.0 : 0.0)
                                         : static_cast<double>(pool.active) / static_cast<double>(pool.limit);
    const auto full = static_cast<std::size_t>(std::lround(std::min(1.0, share) * static_cast<double>(cells)));
    std::string bar;
    for (std::size_t i = 0; i < cells; ++i) bar += i < full ? "█" : "░";
    Line line{shape.width, shape.colour};
    line.add("  ").add(left(pool.proxy, label)).add("  ");
    line.add(bar, share >= 1 ? Paint::red : share >= 0.8 ? Paint::yellow : Paint::green);
    line.add(shape.width >= wide ? fmt::format("  {} of {} in use", grouped(pool.active), grouped(pool.limit))
                                 : fmt::format(" {}/{}", grouped(pool.active), grouped(pool.limit)));
    line.add(shape.width >= wide ? "  queue " : " q ");
    line.add(grouped(pool.queue), pool.queue > 0 ? Paint::yellow : Paint::plain);
    if (shape.width >= wide) line.add(fmt::format("  timed out {}", grouped(pool.timed_out)));
    lines.push_back(line.text());
  }
  return lines;
}

// A phase that cannot come again: its checks will not change any more.
bool over(const std::string& phase, const Snapshot& now) {
  if (now.stage != Snapshot::Stage::running) return now.stage == Snapshot::Stage::over;
  Duration first = now.length, last{};
  bool fault = false;
  for (const auto& bar : now.bars) {
    if (phase != "before" && phase != "fault" && phase != bar.fault) continue;
    fault = true;
    for (const auto& [from, to] : bar.intervals) {
      first = std::min(first, from);
      last = std::max(last, to);
    }
    if (phase != "before" && bar.in_force) return false;
  }
  if (!fault || phase == "after" || phase == "always") return false;
  return now.elapsed > (phase == "before" ? first : last);
}

Lines check_lines(const Snapshot& now, Shape shape) {
  using State = Snapshot::CheckNow::State;
  std::size_t name = 0;
  for (const auto& check : now.checks) name = std::max(name, cells(harmless(check.name)));
  name = std::min(name, shape.width >= wide ? shape.width * 2 / 5 : shape.width / 2);
  Lines lines;
  for (const auto& check : now.checks) {
    Line line{shape.width, shape.colour};
    line.add("  ");
    if (check.state == State::holding)
      line.add("✓", Paint::green);
    else if (check.state == State::missed)
      line.add("✗", Paint::red);
    else
      line.add(check.state == State::waiting ? "…" : "?", Paint::yellow);
    line.add(" ").add(left(harmless(check.name), name)).add("  ");
    if (check.state == State::waiting) {
      line.add(shape.width >= wide ? fmt::format("waits for \"{}\"", check.during) : "waits", Paint::dim);
    } else {
      if (!over(check.during, now)) line.add("so far ", Paint::dim);
      line.add(check.state == State::no_samples ? "no samples" : check.measured);
    }
    lines.push_back(line.text());
  }
  return lines;
}

Lines event_lines(const Snapshot& now, Shape shape, std::size_t most) {
  Lines lines;
  for (std::size_t i = now.events.size() - std::min(most, now.events.size()); i < now.events.size(); ++i)
    lines.push_back(
        Line{shape.width, shape.colour}
            .add(right(fmt::format("{:.1f}s", faults::seconds(std::max(now.events[i].at, Duration::zero()))), 8),
                 Paint::dim)
            .add("  ")
            .add(now.events[i].text)
            .text());
  return lines;
}

// The longest name in the first column, within reason.
std::size_t label_width(const Snapshot& now, Shape shape) {
  std::size_t most = 4;
  for (const auto& bar : now.bars) most = std::max(most, cells(harmless(bar.fault)));
  for (const auto& load : now.loads) most = std::max(most, cells(harmless(load.name)) + (shape.width >= wide ? 7 : 0));
  for (const auto& pool : now.pools) most = std::max(most, cells(harmless(pool.proxy)));
  return std::min(most, shape.width >= wide ? shape.width / 4 : 12);
}

}  // namespace

std::vector<std::string> view(const Heading& heading, const Snapshot& snapshot, const History& history, Shape shape) {
  shape.width = std::max(shape.width, least_width);
  const std::size_t label = label_width(snapshot, shape);
  std::vector<Lines> sections{header(heading, snapshot, shape), timeline_lines(snapshot, history, shape, label),
                              load_lines(snapshot, shape, label), pool_lines(snapshot, shape, label),
                              check_lines(snapshot, shape)};
  std::erase_if(sections, [](const Lines& section) { return section.empty(); });
  std::size_t bare = 0;
  for (const Lines& section : sections) bare += section.size();

  const std::size_t blanks = sections.size() - 1;
  const bool airy = bare + blanks <= shape.height;
  const std::size_t used = bare + (airy ? blanks : 0);
  const std::size_t left_over = shape.height - std::min(shape.height, used);
  if (airy && left_over >= 2) {
    Lines events = event_lines(snapshot, shape, std::min(most_events, left_over - 1));
    if (!events.empty()) sections.push_back(std::move(events));
  }

  Lines all;
  for (Lines& section : sections) {
    if (!all.empty() && airy) all.emplace_back();
    std::move(section.begin(), section.end(), std::back_inserter(all));
  }
  if (all.size() > shape.height && shape.height > 0) {
    const std::size_t more = all.size() - shape.height + 1;
    all.resize(shape.height - 1);
    all.push_back(Line{shape.width, shape.colour}
                      .add(fmt::format("  {} more lines in a higher window", more), Paint::dim)
                      .text());
  }
  return all;
}

}  // namespace firedrill::cli
