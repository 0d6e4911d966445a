// Playing a drill again and again; the knee; the smallest that will do.
#include "simulate/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "simulate/simulate.hpp"

namespace firedrill::simulate {
namespace {

constexpr std::uint64_t largest_pool = 65536;

const drills::Requests& requests_in(const drills::Report& report, const std::string& phase) {
  for (const auto& each : report.phases)
    if (each.name == phase) return each.requests;
  std::vector<std::string> known;
  for (const auto& each : report.phases) known.push_back(each.name);
  throw std::invalid_argument{fmt::format("there is no phase \"{}\"; there are {}", phase, fmt::join(known, ", "))};
}

drills::Report played(const Reading& reading, const drills::Override& set, std::optional<std::uint64_t> seed) {
  return simulate(reading({set}), {seed, {}, false}).report;
}

// If it never was, a larger one would do the same. What has leaked is taken as well.
bool was_full(const drills::Report& report, const std::string& key, std::uint64_t size) {
  for (const auto& pool : report.pools)
    if (key == fmt::format("fault.{}.max_connections", pool.fault))
      return pool.active_max.value_or(size) + pool.leaked.value_or(0) >= size;
  return true;
}

Point point_of(std::string value, const drills::Report& report, const std::string& phase) {
  const drills::Requests& requests = requests_in(report, phase);
  Point point{std::move(value), report.result, requests.count, 0, 0, 0};
  if (requests.count == 0) return point;
  point.error_ratio = static_cast<double>(requests.failed()) / static_cast<double>(requests.count);
  point.p50_s = faults::seconds(requests.latency.quantile(0.5));
  point.p99_s = faults::seconds(requests.latency.quantile(0.99));
  return point;
}

double errors_at(const Point& point) { return point.error_ratio; }
double p99_at(const Point& point) { return point.p99_s; }

using Figure = double (*)(const Point&);

// Walks from the better end for as long as `close` says that a figure is as good as that end's.
template <typename Close>
std::optional<std::size_t> last_as_good(const std::vector<Point>& points, Figure figure, Close close) {
  const bool from_behind = figure(points.back()) <= figure(points.front());
  const auto at = [&](std::size_t steps) { return from_behind ? points.size() - 1 - steps : steps; };
  const double best = figure(points[at(0)]);
  std::size_t steps = 0;
  while (steps + 1 < points.size() && close(figure(points[at(steps + 1)]), best)) ++steps;
  if (steps == 0 || steps + 1 == points.size()) return std::nullopt;
  return at(steps);
}

double spread(const std::vector<Point>& points, Figure figure) {
  double low = figure(points.front()), high = low;
  for (const Point& point : points) {
    low = std::min(low, figure(point));
    high = std::max(high, figure(point));
  }
  return high - low;
}

drills::Expectation parsed(const std::string& text) {
  const std::size_t end = text.find_first_of(" <>=");
  const std::string figure = text.substr(0, end);
  const std::string rest = end == std::string::npos ? "" : text.substr(text.find_first_not_of(' ', end));
  const bool latency = figure == "p50" || figure == "p90" || figure == "p95" || figure == "p99" || figure == "p999";
  if (figure != "errors" && !latency)
    throw std::invalid_argument{fmt::format(
        "--solve takes an expectation of errors, p50, p90, p95, p99 or p999, such as 'errors < 1%', not \"{}\"", text)};
  faults::Value table{faults::Value::Table{}, {}};
  table.put(figure, faults::Value{rest, {}});
  faults::Problems problems;
  faults::Reader keys{table, "--solve", problems};
  const auto expectation =
      drills::read_expectation(keys, figure, latency ? drills::Unit::duration : drills::Unit::share);
  if (!problems.empty() || !expectation)
    throw std::invalid_argument{
        fmt::format("--solve '{}': {}", text, problems.empty() ? "that is no expectation" : problems.front().text)};
  return *expectation;
}

}  // namespace

std::optional<Sweep::Knee> knee_of(const std::vector<Point>& points) {
  if (points.size() < 3) return std::nullopt;
  if (std::any_of(points.begin(), points.end(), [](const Point& p) { return p.requests == 0; })) return std::nullopt;
  constexpr double close_errors = 0.01, close_p99 = 0.2;
  const auto knee = [&](std::optional<std::size_t> at, const char* of, const char* rule) {
    return at ? std::optional{Sweep::Knee{points[*at].value, of, rule}} : std::nullopt;
  };
  if (spread(points, errors_at) >= close_errors)
    return knee(
        last_as_good(points, errors_at, [](double a, double best) { return std::abs(a - best) <= close_errors; }),
        "errors", knee_rule_of_errors);
  return knee(
      last_as_good(points, p99_at, [](double a, double best) { return std::abs(a - best) <= close_p99 * best; }), "p99",
      knee_rule_of_p99);
}

Sweep sweep(const Reading& reading, const Range& range, const std::string& phase, std::optional<std::uint64_t> seed) {
  Sweep all{range.key, phase, {}, {}};
  for (const std::string& value : range.values)
    all.points.push_back(point_of(value, played(reading, {range.key, value}, seed), phase));
  all.knee = knee_of(all.points);
  return all;
}

// Doubling until it holds, then halving the gap.
Solution solve(const Reading& reading, const std::string& key, const std::string& phase, const std::string& expectation,
               std::optional<std::uint64_t> seed) {
  const drills::Expectation wanted = parsed(expectation);
  Solution solution{key, phase, wanted.figure + " " + wanted.text, {}, 0, {}};
  std::map<std::uint64_t, Point> tried;
  bool more_would_help = true;
  const auto holds = [&](std::uint64_t size) {
    const drills::Report report = played(reading, {key, std::to_string(size)}, seed);
    const drills::Requests& requests = requests_in(report, phase);
    if (requests.count == 0)
      throw std::invalid_argument{
          fmt::format("no request falls into the phase \"{}\": there is nothing to solve", phase)};
    tried.emplace(size, point_of(std::to_string(size), report, phase));
    more_would_help = was_full(report, key, size);
    return wanted.holds(requests.figure(wanted.figure, {})->value);
  };
  std::uint64_t too_small = 0, enough = 1;
  bool found = holds(enough);
  while (!found && more_would_help && enough < largest_pool) {
    too_small = enough;
    enough *= 2;
    found = holds(enough);
  }
  solution.most = enough;
  while (found && enough - too_small > 1) {
    const std::uint64_t middle = too_small + (enough - too_small) / 2;
    (holds(middle) ? enough : too_small) = middle;
  }
  if (found) solution.smallest = enough;
  for (auto& [size, point] : tried) solution.tried.push_back(std::move(point));
  return solution;
}

}  // namespace firedrill::simulate
