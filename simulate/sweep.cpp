// Playing a drill again and again; the knee; the smallest that will do.
#include "simulate/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
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

// What is wrong with a value is so because of the option that asked for it.
drills::Drill with(const Reading& reading, const drills::Override& set, const char* option) try {
  return reading({set});
} catch (faults::PlanError& error) {
  faults::Problems problems = error.problems;
  for (faults::Problem& problem : problems)
    if (problem.place.text() == "--set") problem.place.source = std::make_shared<const std::string>(option);
  throw faults::PlanError{std::move(problems)};
}

drills::Report played(drills::Drill drill, std::optional<std::uint64_t> seed) {
  return simulate(std::move(drill), {seed, {}, false}).report;
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

struct Found {
  std::size_t at, beyond;
};

// Walks from the better end for as long as `close` says that a figure is as good as that end's.
template <typename Close>
std::optional<Found> last_as_good(const std::vector<Point>& points, Figure figure, Close close) {
  const bool from_behind = figure(points.back()) <= figure(points.front());
  const auto at = [&](std::size_t steps) { return from_behind ? points.size() - 1 - steps : steps; };
  const double best = figure(points[at(0)]);
  std::size_t steps = 0;
  while (steps + 1 < points.size() && close(figure(points[at(steps + 1)]), best)) ++steps;
  if (steps == 0 || steps + 1 == points.size()) return std::nullopt;
  return Found{at(steps), at(steps + 1)};
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
  const auto knee = [&](std::optional<Found> found, const char* of, const char* rule) {
    return found ? std::optional{Sweep::Knee{points[found->at].value, points[found->beyond].value, of, rule}}
                 : std::nullopt;
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
  const auto drill_with = [&](const std::string& value) { return with(reading, {range.key, value}, "--sweep"); };
  const auto point_at = [&](const std::string& value) {
    return point_of(value, played(drill_with(value), seed), phase);
  };
  drill_with(range.values.back());  // what it does not take is said before anything is played
  Sweep all{range.key, phase, {}, {}};
  for (const std::string& value : range.values) all.points.push_back(point_at(value));
  all.knee = knee_of(all.points);
  for (int halvings = 0; range.whole && !range.step.empty() && all.knee && halvings < 32; ++halvings) {
    const double knee = number_of(all.knee->value), beyond = number_of(all.knee->beyond);
    if (std::abs(knee - beyond) <= 1) break;
    const double middle = std::floor((knee + beyond) / 2);
    const auto behind = std::find_if(all.points.begin(), all.points.end(),
                                     [&](const Point& point) { return number_of(point.value) > middle; });
    all.points.insert(behind, point_at(fmt::format("{:.0f}", middle)));
    all.knee = knee_of(all.points);
  }
  return all;
}

namespace {

/// Sizes of a pool that were played, each of them once.
class Sizes {
 public:
  Sizes(const Reading& reading, const std::string& key, const std::string& phase, const drills::Expectation& wanted,
        std::optional<std::uint64_t> seed)
      : reading_{reading}, key_{key}, phase_{phase}, wanted_{wanted}, seed_{seed} {
    while (played_with(powers_.back()).full && powers_.back() < largest_pool) powers_.push_back(2 * powers_.back());
  }

  /// One that is never full, where there is such: larger ones do the same.
  std::uint64_t top() const { return powers_.back(); }
  bool holds(std::uint64_t size) { return played_with(size).holds; }
  bool will_do(std::uint64_t size) { return holds(size) && played_with(size).point.result != "aborted"; }
  /// From which on all are as the top is, as far as they are played.
  std::uint64_t turn(bool (Sizes::*is)(std::uint64_t)) {
    const bool wanted = (this->*is)(top());
    std::size_t i = powers_.size() - 1;
    while (i > 0 && (this->*is)(powers_[i - 1]) == wanted) --i;
    std::uint64_t other = i == 0 ? 0 : powers_[i - 1], same = powers_[i];
    while (same - other > 1) {
      const std::uint64_t middle = other + (same - other) / 2;
      ((this->*is)(middle) == wanted ? same : other) = middle;
    }
    return same;
  }
  std::vector<Point> points() const {
    std::vector<Point> all;
    for (const auto& [size, one] : played_) all.push_back(one.point);
    return all;
  }

 private:
  struct One {
    Point point;
    bool holds, full;
  };

  const One& played_with(std::uint64_t size) {
    if (const auto known = played_.find(size); known != played_.end()) return known->second;
    const std::string value = std::to_string(size);
    const drills::Report report = played(with(reading_, {key_, value}, "--solve"), seed_);
    const drills::Requests& requests = requests_in(report, phase_);
    if (requests.count == 0)
      throw std::invalid_argument{
          fmt::format("no request falls into the phase \"{}\": there is nothing to solve", phase_)};
    return played_
        .emplace(size, One{point_of(value, report, phase_), wanted_.holds(requests.figure(wanted_.figure, {})->value),
                           was_full(report, key_, size)})
        .first->second;
  }

  const Reading& reading_;
  const std::string& key_;
  const std::string& phase_;
  const drills::Expectation& wanted_;
  const std::optional<std::uint64_t> seed_;
  std::vector<std::uint64_t> powers_{1};
  std::map<std::uint64_t, One> played_;
};

}  // namespace

// Doubling until more makes no difference, then halving the gap where it turns.
Solution solve(const Reading& reading, const std::string& key, const std::string& phase, const std::string& expectation,
               std::optional<std::uint64_t> seed) {
  const drills::Expectation wanted = parsed(expectation);
  Solution solution{key, phase, wanted.figure + " " + wanted.text, {}, 0, true, {}};
  Sizes sizes{reading, key, phase, wanted, seed};
  solution.most = sizes.top();
  const std::uint64_t turn = sizes.turn(&Sizes::holds);
  if (!sizes.holds(solution.most) && turn > 1)
    throw std::invalid_argument{
        fmt::format("--solve '{}': a larger pool does not help: it holds up to {} = {}, and from {} on no longer; ask "
                    "for what a larger pool makes better, such as 'errors < 1%'",
                    expectation, key, turn - 1, turn)};
  solution.depends = turn > 1 || !sizes.holds(solution.most);
  if (sizes.will_do(solution.most)) solution.smallest = sizes.turn(&Sizes::will_do);
  solution.tried = sizes.points();
  return solution;
}

}  // namespace firedrill::simulate
