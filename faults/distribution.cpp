// Quantile functions.
#include "faults/distribution.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

#include <fmt/format.h>

namespace firedrill::faults {

// P. J. Acklam's rational approximation (2003), relative error below 1.2e-9, which one step of Halley's method with
// erfc brings to machine precision.
double normal_quantile(double u) {
  constexpr std::array<double, 6> a = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                                       1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr std::array<double, 5> b = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                                       6.680131188771972e+01, -1.328068155288572e+01};
  constexpr std::array<double, 6> c = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                                       -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
  constexpr std::array<double, 4> d = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                                       3.754408661907416e+00};
  constexpr double low = 0.02425;
  const auto tail = [&](double q) {
    return (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
           ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
  };
  double x = 0;
  if (u < low) {
    x = tail(std::sqrt(-2 * std::log(u)));
  } else if (u > 1 - low) {
    x = -tail(std::sqrt(-2 * std::log1p(-u)));
  } else {
    const double q = u - 0.5;
    const double r = q * q;
    x = (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
        (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
  }
  const double error = 0.5 * std::erfc(-x / std::sqrt(2.0)) - u;
  const double step = error * std::sqrt(2 * std::acos(-1.0)) * std::exp(x * x / 2);
  return x - step / (1 + x * step / 2);
}

double normal_share(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

namespace {

Duration bounded(double s) { return from_seconds(std::clamp(s, 0.0, 366 * 86400.0)); }

using Points = std::vector<std::pair<double, double>>;

// The line through the two points next to x.
double along(const Points& points, double x) {
  auto right = std::upper_bound(points.begin() + 1, points.end() - 1, x,
                                [](double value, const auto& point) { return value < point.first; });
  const auto left = right - 1;
  return left->second + (x - left->first) * (right->second - left->second) / (right->first - left->first);
}

// The mean of a distribution that has a quantile function and no formula: by the midpoint rule.
double mean_of(const Distribution& distribution) {
  constexpr int steps = 20'000;
  double sum = 0;
  for (int i = 0; i < steps; ++i) sum += seconds(distribution.quantile((i + 0.5) / steps));
  return sum / steps;
}

}  // namespace

Duration Distribution::quantile(double u) const {
  const double c = seconds(centre);
  switch (shape) {
    case Shape::constant:
      return centre;
    case Shape::uniform:
      return bounded(c + (2 * u - 1) * seconds(spread));
    case Shape::normal:
      return bounded(c + normal_quantile(u) * seconds(spread));
    case Shape::lognormal:
      return bounded(c * std::exp(parameter * normal_quantile(u)));
    case Shape::pareto:
      return bounded(c * std::pow(1 - u, -1 / parameter));
    case Shape::exponential:
      return bounded(-c * std::log1p(-u));
    case Shape::percentiles:
      return bounded(std::exp(std::min(along(points, normal_quantile(u)), 20.0)));
    case Shape::table:
      return bounded(along(points, std::clamp(u, points.front().first, points.back().first)));
  }
  return centre;
}

double Distribution::mean() const {
  if (shape == Shape::percentiles || shape == Shape::table) return mean_of(*this);
  const double c = seconds(centre);
  if (shape == Shape::lognormal) return c * std::exp(parameter * parameter / 2);
  if (shape == Shape::pareto)
    return parameter > 1 ? c * parameter / (parameter - 1) : std::numeric_limits<double>::infinity();
  return c;
}

std::string Distribution::in_words() const {
  if (shape == Shape::constant) return show(centre);
  if (shape == Shape::uniform) return fmt::format("{} to {}", show(centre - spread), show(centre + spread));
  if (shape == Shape::table) return fmt::format("{} to {}", show(quantile(0)), show(quantile(1)));
  return fmt::format("{} in the median, one in 1000 by {} or more", show(quantile(0.5)), show(quantile(0.999)));
}

namespace {

constexpr std::array<std::pair<std::string_view, double>, 5> percentile_keys{
    {{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}}};

Points read_percentiles(Reader& keys) {
  using namespace std::chrono_literals;
  Points points;
  for (const auto& [key, share] : percentile_keys) {
    const auto given = keys.maybe_duration(key);
    if (!given) continue;
    const double value = std::log(std::max(seconds(*given), 1e-9));
    if (*given < 1us) {
      keys.problem(key, "must be at least 1us");
    } else if (!points.empty() && value < points.back().second) {
      keys.problem(key, "must be at least the percentile before it");
    }
    points.emplace_back(normal_quantile(share), value);
  }
  return points;
}

// "50%  20ms" on each line; '#' begins a comment.
Points read_table(Reader& keys) {
  constexpr std::size_t longest = 1 << 20;
  const std::string name = keys.text("table");
  if (name.empty()) return {};
  const auto path = std::filesystem::path{keys.table().place.directory()} / name;
  std::error_code unknown;
  std::ifstream file;
  if (std::filesystem::is_regular_file(path, unknown)) file.open(path);  // a FIFO would keep us waiting
  std::string text(longest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.empty() || text.size() > longest) {
    keys.problem("table", text.empty() ? "cannot be read, or is empty" : "is too long; at most 1 MiB");
    return {};
  }
  Points points;
  std::istringstream lines{text};
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::istringstream words{line.substr(0, line.find('#'))};
    std::string first, second, more;
    if (!(words >> first)) continue;
    words >> second >> more;
    const auto share = parse_share(first);
    const auto value = parse_duration(second);
    const bool good = share && value && more.empty() && *share >= 0 && *share <= 1 && *value >= Duration::zero();
    const bool ascends =
        points.empty() || (good && points.back().first < *share && points.back().second <= seconds(*value));
    if (!good || !ascends) {
      keys.problem("table", fmt::format("line {}: {}", number,
                                        good ? "must be above the line before it"
                                             : "must be a share and a duration, such as \"50%  20ms\""));
      return {};
    }
    points.emplace_back(*share, seconds(*value));
  }
  if (points.size() < 2) {
    keys.problem("table", "needs two lines at least, such as \"0%  5ms\" and \"100%  80ms\"");
    return {};
  }
  return points;
}

// Where the duration itself is not given: a shape made of points.
std::optional<Distribution> read_points(Reader& keys, std::string_view centre_key) {
  const Points percentiles = read_percentiles(keys);
  const bool has_table = keys.has("table");
  keys.raw("table");
  if (percentiles.empty() && !has_table) return std::nullopt;
  for (const std::string_view key :
       {centre_key, std::string_view{"jitter"}, std::string_view{"distribution"}, std::string_view{"deviation"},
        std::string_view{"sigma"}, std::string_view{"alpha"}})
    if (keys.raw(key) != nullptr)
      keys.problem(key, has_table ? "says something else than table; give one of them"
                                  : "says something else than the percentiles; give one of them");
  Distribution d;
  if (has_table && !percentiles.empty())
    keys.problem("table", "says something else than the percentiles; give one of them");
  if (has_table) {
    d.shape = Distribution::Shape::table;
    d.points = read_table(keys);
  } else {
    d.shape = Distribution::Shape::percentiles;
    d.points = percentiles;
    if (percentiles.size() < 2)
      keys.problem("one percentile alone says too little; give two or more of p50, p90, p95, p99, p999");
  }
  if (d.points.size() < 2) d.shape = Distribution::Shape::constant;  // a problem was noted
  return d;
}

}  // namespace

Distribution read_distribution(Reader& keys, std::string_view centre_key) {
  using Shape = Distribution::Shape;
  if (auto points = read_points(keys, centre_key)) return *points;
  Distribution d;
  d.centre = keys.duration(centre_key);
  const bool jittered = keys.has("jitter");
  d.spread = keys.duration("jitter", Duration::zero());
  d.shape = keys.choice<Shape>("distribution",
                               {{"uniform", Shape::uniform},
                                {"normal", Shape::normal},
                                {"lognormal", Shape::lognormal},
                                {"pareto", Shape::pareto},
                                {"exponential", Shape::exponential}},
                               jittered ? Shape::uniform : Shape::constant);
  const auto belongs = [&](std::string_view key, Shape shape, std::string_view name) {
    if (d.shape != shape && keys.has(key)) keys.problem(key, "goes with distribution = \"" + std::string{name} + "\"");
  };
  if (keys.has("deviation")) d.spread = keys.duration("deviation", Duration::zero());
  if (d.shape == Shape::lognormal) d.parameter = keys.number("sigma").at_least(0.0).at_most(10.0);
  if (d.shape == Shape::pareto) d.parameter = keys.number("alpha").at_least(0.1).at_most(100.0);
  for (const std::string_view key : {"deviation", "sigma", "alpha"}) keys.raw(key);
  belongs("deviation", Shape::normal, "normal");
  belongs("sigma", Shape::lognormal, "lognormal");
  belongs("alpha", Shape::pareto, "pareto");
  if (jittered && d.shape != Shape::uniform && d.shape != Shape::normal)
    keys.problem("jitter", "goes with distribution = \"uniform\" or \"normal\"");
  if (jittered && keys.has("deviation")) keys.problem("deviation", "says the same as jitter; give one of them");
  if (d.shape == Shape::uniform && !jittered) keys.problem("jitter is missing; distribution = \"uniform\" needs it");
  if (d.shape == Shape::normal && !jittered && !keys.has("deviation"))
    keys.problem("deviation is missing; distribution = \"normal\" needs it");
  if (d.shape == Shape::uniform && d.spread > d.centre)
    keys.problem("jitter", "must be at most " + std::string{centre_key} + " (" + show(d.centre) + ")");
  return d;
}

}  // namespace firedrill::faults
