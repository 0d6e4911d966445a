// Two panels that share an axis.
#include "simulate/chart.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace firedrill::simulate {
namespace {

constexpr double width = 760, left = 70, right = 20, top = 50, panel_height = 170, gap = 40;

std::string escaped_for_svg(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) >= 0x20)
      out += c;
  }
  return out;
}

std::string words(double x, double y, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escaped_for_svg(text));
}

struct Panel {
  std::string title, unit, colour;
  double scale;  // of what a point has, to what is shown
  double (*figure)(const Point&);
  double y;
};

double x_of(const Sweep& sweep, std::size_t i) {
  const double first = number_of(sweep.points.front().value), last = number_of(sweep.points.back().value);
  const double share = last > first ? (number_of(sweep.points[i].value) - first) / (last - first) : 0;
  return left + (width - left - right) * share;
}

std::string draw(const Sweep& sweep, const Panel& panel) {
  double most = 0;
  for (const Point& point : sweep.points)
    if (point.requests > 0) most = std::max(most, panel.figure(point) * panel.scale);
  most = round_up(most);
  std::string text = words(left, panel.y - 8, "start", panel.title);
  for (int line = 0; line <= 2; ++line) {
    const double share = line / 2.0, y = panel.y + panel_height * (1 - share);
    text += fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#ccc\"/>\n", left,
                        width - right, y, y);
    text += words(left - 8, y + 4, "end", fmt::format("{:.6g}{}", most * share, panel.unit));
  }
  std::string line;
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const Point& point = sweep.points[i];
    if (point.requests == 0) {
      line.clear();
      continue;
    }
    const double x = x_of(sweep, i), y = panel.y + panel_height * (1 - panel.figure(point) * panel.scale / most);
    if (!line.empty())
      text +=
          fmt::format("<path d=\"M{} L{:.1f} {:.1f}\" stroke=\"{}\" stroke-width=\"2\"/>\n", line, x, y, panel.colour);
    line = fmt::format("{:.1f} {:.1f}", x, y);
    text +=
        fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" fill=\"{}\"><title>{}: {:.4g}{}</title></circle>\n",
                    x, y, panel.colour, escaped_for_svg(point.value), panel.figure(point) * panel.scale, panel.unit);
  }
  return text;
}

std::string axis(const Sweep& sweep, double y) {
  constexpr double room = 55;  // of a label
  std::string text;
  double last = -room;
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const double x = x_of(sweep, i);
    if (x - last < room) continue;
    text += words(x, y, "middle", sweep.points[i].value);
    last = x;
  }
  return text;
}

}  // namespace

std::string chart(const Sweep& sweep) {
  const Panel errors{"errors", "%", "#c0392b", 100, [](const Point& p) { return p.error_ratio; }, top + 20};
  const Panel p99{"p99", " ms", "#2471a3", 1000, [](const Point& p) { return p.p99_s; }, top + 20 + panel_height + gap};
  const double bottom = p99.y + panel_height, height = bottom + 40;
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" fill=\"none\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n"
      "<g font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n",
      width, height);
  text += words(left, 24, "start", fmt::format("{} (during {}; predicted)", sweep.key, sweep.phase));
  if (sweep.knee) {
    for (std::size_t i = 0; i < sweep.points.size(); ++i) {
      if (sweep.points[i].value != sweep.knee->value) continue;
      const double x = x_of(sweep, i);
      text += fmt::format(
          "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"#888\" stroke-dasharray=\"4 4\"/>\n", x,
          errors.y, bottom);
      text += words(x, 42, "middle", fmt::format("knee: {}", sweep.knee->value));
    }
  }
  text += draw(sweep, errors) + draw(sweep, p99) + axis(sweep, bottom + 20);
  return text + "</g>\n</svg>\n";
}

}  // namespace firedrill::simulate
