// One cell stands for a stretch of time; the cursor takes the place of the cell that is now.
#include "cli/timeline_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/text.hpp"
#include "drills/report_words.hpp"

namespace firedrill::cli {
namespace {

using drills::Snapshot;
using faults::Duration;

constexpr std::size_t remark_width = 14;

class Scale {
 public:
  Scale(const Snapshot& now, std::size_t columns)
      : columns_{columns}, length_{std::max(faults::seconds(now.length), 1e-9)}, now_{faults::seconds(now.elapsed)} {
    const bool under_way = now.stage == Snapshot::Stage::running || now.stage == Snapshot::Stage::starting;
    cursor_ = under_way ? std::min(columns - 1, edge(now_)) : columns;
  }

  std::size_t columns() const { return columns_; }
  std::size_t cursor() const { return cursor_; }
  bool past(std::size_t column) const { return static_cast<double>(column) / per_second() < now_; }
  /// The columns of a stretch of time: at least one.
  std::pair<std::size_t, std::size_t> span(Duration from, Duration to) const {
    const std::size_t first = std::min(columns_ - 1, nearest(faults::seconds(from)));
    return {first, std::clamp(nearest(faults::seconds(to)), first + 1, columns_)};
  }
  std::size_t edge(double s) const { return static_cast<std::size_t>(std::max(0.0, s * per_second())); }

 private:
  double per_second() const { return static_cast<double>(columns_) / length_; }
  std::size_t nearest(double s) const { return static_cast<std::size_t>(std::max(0.0, std::round(s * per_second()))); }

  std::size_t columns_;
  double length_, now_;
  std::size_t cursor_ = 0;
};

// Marks at round moments, each with its left end where its moment is.
std::string ruler(const Snapshot& now, const Scale& scale) {
  constexpr std::array steps{1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200};
  const double length = faults::seconds(now.length);
  const std::size_t most = std::max<std::size_t>(2, scale.columns() / 10);
  int step = steps.back();
  for (const int candidate : steps)
    if (length / candidate <= static_cast<double>(most)) {
      step = candidate;
      break;
    }
  std::string line;
  for (int at = 0; at <= length; at += step) {
    const std::size_t column = scale.edge(at + 1e-9);
    const std::string mark = show_length(std::chrono::seconds{at});
    if (column < line.size() || column + mark.size() > scale.columns()) continue;
    line.resize(column, ' ');
    line += mark + " ";
  }
  return line;
}

void draw_bar(const Snapshot::Bar& bar, const Scale& scale, Line& line) {
  for (std::size_t i = 0; i < scale.columns(); ++i) {
    if (i == scale.cursor()) {
      line.add("│", Paint::cyan);
      continue;
    }
    const bool planned = std::any_of(bar.intervals.begin(), bar.intervals.end(), [&](const auto& interval) {
      const auto [first, end] = scale.span(interval.first, interval.second);
      return i >= first && i < end;
    });
    if (!planned)
      line.add("·", Paint::dim);
    else if (scale.past(i))
      line.add("█", bar.in_force ? Paint::red : Paint::yellow);
    else
      line.add("░", Paint::yellow);
  }
}

void draw_errors(const std::vector<std::optional<double>>& errors, const Scale& scale, Line& line) {
  constexpr std::array blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  for (std::size_t i = 0; i < scale.columns(); ++i) {
    if (i == scale.cursor())
      line.add("│", Paint::cyan);
    else if (!errors[i])
      line.add(" ");
    else  // any error at all is more than none
      line.add(blocks.at(static_cast<std::size_t>(std::ceil(std::clamp(*errors[i], 0.0, 1.0) * 7))),
               *errors[i] > 0 ? Paint::red : Paint::dim);
  }
}

}  // namespace

std::vector<std::string> timeline_lines(const Snapshot& now, const History& history, Shape shape, std::size_t label) {
  const std::size_t remark = shape.width >= wide ? remark_width + 2 : 0;
  const Scale scale{now, shape.width - label - 4 - remark};
  const auto start = [&](std::string_view name) {
    Line line{shape.width, shape.colour};
    line.add("  ").add(left(harmless(name), label)).add("  ");
    return line;
  };
  std::vector<std::string> lines{start("").add(ruler(now, scale), Paint::dim).text()};
  for (const auto& bar : now.bars) {
    Line line = start(bar.fault);
    draw_bar(bar, scale, line);
    if (remark > 0 && bar.links > 0)
      line.add("  ").add(fmt::format("{} {}", drills::grouped(bar.links), bar.links == 1 ? "link" : "links"),
                         bar.in_force ? Paint::red : Paint::dim);
    else if (remark > 0)
      line.add("  ").add(bar.kind, Paint::dim);
    lines.push_back(line.text());
  }
  for (const auto& load : now.loads) {
    Line line = start(shape.width >= wide ? load.name + " errors" : load.name);
    draw_errors(history.errors(load.name, now.length, scale.columns()), scale, line);
    if (remark > 0 && load.requests > 0)
      line.add("  ").add(
          fmt::format("{:.1f}% of all", 100 * static_cast<double>(load.errors) / static_cast<double>(load.requests)),
          Paint::dim);
    lines.push_back(line.text());
  }
  return lines;
}

}  // namespace firedrill::cli
