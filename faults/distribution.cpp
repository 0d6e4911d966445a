// Quantile functions.
#include "faults/distribution.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace firedrill::faults {
namespace {

// The inverse of the standard normal distribution function: P. J. Acklam's rational approximation (2003), relative
// error below 1.2e-9, which one step of Halley's method with erfc brings to machine precision.
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

Duration bounded(double s) { return from_seconds(std::clamp(s, 0.0, 366 * 86400.0)); }

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
  }
  return centre;
}

double Distribution::mean() const {
  const double c = seconds(centre);
  if (shape == Shape::lognormal) return c * std::exp(parameter * parameter / 2);
  if (shape == Shape::pareto)
    return parameter > 1 ? c * parameter / (parameter - 1) : std::numeric_limits<double>::infinity();
  return c;
}

Distribution read_distribution(Reader& keys, std::string_view centre_key) {
  using Shape = Distribution::Shape;
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
  keys.raw("sigma");
  keys.raw("alpha");
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
