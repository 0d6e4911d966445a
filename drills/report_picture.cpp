// The timeline in plain characters: one row per fault, one for errors, two for every pool.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "drills/report_words.hpp"

namespace firedrill::drills {
namespace {

constexpr std::size_t columns = 60;
constexpr std::size_t most_label = 24;
constexpr double hold_s = 1;  // how long a pool's reading stands for when the next is not there yet
constexpr std::size_t most_rows = 200;

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// The first `n` characters, whole ones.
std::string cut(std::string_view text, std::size_t n) {
  if (width(text) <= n) return std::string{text};
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if ((text[end] & 0xc0) != 0x80 && seen++ == n - 1) break;
  return std::string{text.substr(0, end)} + "…";
}

using Curve = std::array<MaybeNumber, columns>;

// A blank where nothing was measured, the lowest block for zero, anything more at least the second.
std::string sparkline(const Curve& curve, double most) {
  constexpr std::array blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string line;
  for (const MaybeNumber& value : curve) {
    if (!value) {
      line += ' ';
      continue;
    }
    const double share = most > 0 ? std::clamp(*value / most, 0.0, 1.0) : 0;
    line += blocks.at(static_cast<std::size_t>(std::ceil(share * 7)));
  }
  return line;
}

double highest(const Curve& curve) {
  double most = 0;
  for (const MaybeNumber& value : curve) most = std::max(most, value.value_or(0));
  return most;
}

class Picture {
 public:
  explicit Picture(double seconds) : column_s_{seconds / static_cast<double>(columns)} {}

  void axis(double seconds) {
    // A run is some milliseconds longer than it was planned, which nobody wants to read four times.
    const double unit = seconds < 2 ? 100 : seconds < 100 ? 10 : 1;
    const auto at = [&](double s) { return fmt::format("{:.6g}s", std::round(s * unit) / unit); };
    std::string line(columns, ' ');
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
      const std::string mark = at(seconds * static_cast<double>(quarter) / 4);
      line.replace(quarter * columns / 4, mark.size(), mark);
    }
    add("", line, at(seconds));
  }

  void bar(const FaultReport& fault) {
    std::array<bool, columns> filled{};
    for (const auto& [from, to] : fault.in_force) {
      const std::size_t first = edge(from), end = to ? edge(*to) : columns;
      const std::size_t last = std::min(columns - 1, std::max(first + 1, end) - 1);
      for (std::size_t i = first; i <= last; ++i) filled.at(i) = true;
    }
    std::string line;
    for (const bool here : filled) line += here ? "█" : "·";
    add(fault.name, line, fault.in_force.empty() ? "never in force" : "");
  }

  void errors(const std::vector<TrafficSlice>& traffic) {
    std::array<double, columns> sent{}, failed{};
    for (const TrafficSlice& slice : traffic) {
      const std::size_t first = column(slice.from), last = column(slice.to);
      const double length = slice.to - slice.from;
      for (std::size_t i = first; i <= last; ++i) {
        const double from = std::max(slice.from, static_cast<double>(i) * column_s_);
        const double to = std::min(slice.to, static_cast<double>(i + 1) * column_s_);
        const double share = first == last || length <= 0 ? 1 : std::max(0.0, to - from) / length;
        sent.at(i) += share * static_cast<double>(slice.sent);
        failed.at(i) += share * static_cast<double>(slice.failed);
      }
    }
    Curve ratio;
    for (std::size_t i = 0; i < columns; ++i)
      if (sent.at(i) > 1e-9) ratio.at(i) = failed.at(i) / sent.at(i);
    add("errors", sparkline(ratio, highest(ratio)), "up to " + show_ratio(highest(ratio)));
  }

  void pool(const PoolReport& pool) {
    Curve active, queue;
    std::array<double, columns> latest{};  // the moment of each column's last reading
    for (const PoolPoint& point : pool.series) {
      const std::size_t i = column(point.t);
      active.at(i) = std::max(active.at(i).value_or(0), static_cast<double>(point.active));
      queue.at(i) = std::max(queue.at(i).value_or(0), static_cast<double>(point.queue));
      latest.at(i) = point.t;
    }
    // A reading stands for the columns behind it until the next one comes, though not for long, and the last one for no
    // other.
    const std::size_t end = pool.series.empty() ? 0 : column(pool.series.back().t);
    for (std::size_t i = 1; i < end; ++i) {
      if (active.at(i) || !active.at(i - 1) || static_cast<double>(i) * column_s_ - latest.at(i - 1) > hold_s) continue;
      active.at(i) = active.at(i - 1);
      queue.at(i) = queue.at(i - 1);
      latest.at(i) = latest.at(i - 1);
    }
    const std::string limit = pool.limit ? " of " + grouped(*pool.limit) : "";
    add(pool.proxy + " in use", sparkline(active, highest(active)), "up to " + grouped(pool.active_max) + limit);
    if (pool.queue_max)
      add(pool.proxy + " queue", sparkline(queue, highest(queue)), "up to " + grouped(pool.queue_max));
  }

  std::string text() const {
    std::size_t label = 0;
    for (const auto& one : rows_) label = std::max(label, width(one[0]));
    std::string all;
    for (const auto& [name, line, remark] : rows_) {
      std::string whole =
          name + std::string(label - width(name) + 2, ' ') + line + (remark.empty() ? "" : "  " + remark);
      all += whole.substr(0, whole.find_last_not_of(' ') + 1) + "\n";
    }
    return all;
  }

 private:
  std::size_t column(double t) const {
    return static_cast<std::size_t>(std::clamp(t / column_s_, 0.0, static_cast<double>(columns - 1)));
  }
  // The nearest edge between columns.
  std::size_t edge(double t) const {
    return static_cast<std::size_t>(std::clamp(std::round(t / column_s_), 0.0, static_cast<double>(columns)));
  }
  void add(std::string_view name, std::string line, std::string remark) {
    if (rows_.size() == most_rows) return;
    std::string label = cut(name, most_label);
    for (char& c : label)
      if (static_cast<unsigned char>(c) < ' ' || c == '`') c = ' ';
    rows_.push_back({std::move(label), std::move(line), std::move(remark)});
  }

  double column_s_;
  std::vector<std::array<std::string, 3>> rows_;
};

}  // namespace

std::string picture(const Report& report) {
  const double length = report.duration_s.value_or(report.ends_at_s);
  if (!(length > 0)) return "";
  Picture drawing{length};
  drawing.axis(length);
  for (const FaultReport& fault : report.faults) drawing.bar(fault);
  if (!report.traffic.empty()) drawing.errors(report.traffic);
  for (const PoolReport& pool : report.pools)
    if (!pool.series.empty()) drawing.pool(pool);
  return drawing.text();
}

}  // namespace firedrill::drills
