// Random durations: how long a delay or a service time is.
#pragma once

#include <cstdint>

#include "faults/reader.hpp"
#include "faults/time.hpp"

namespace firedrill::faults {

/// A distribution of durations, truncated at zero. Sampling goes through the quantile function, so one uniform number
/// gives one duration.
struct Distribution {
  enum class Shape : std::uint8_t { constant, uniform, normal, lognormal, pareto, exponential };
  Shape shape = Shape::constant;
  /// constant: the value. uniform: the middle. normal: the mean. lognormal: the median. pareto: the least value.
  /// exponential: the mean.
  Duration centre{};
  /// uniform: half the width. normal: the standard deviation. Unused elsewhere.
  Duration spread{};
  /// lognormal: sigma of the logarithm. pareto: the tail index alpha. Unused elsewhere.
  double parameter = 0;

  /// The duration that the share `u` (0 < u < 1) of samples stay below. Never negative, never above 366 days.
  Duration quantile(double u) const;
  /// In seconds; of the distribution before truncation. Infinite for pareto with alpha <= 1.
  double mean() const;
};

/// Reads `centre_key` (required; "delay" or "service_time"), `jitter`, `distribution` and the parameters of the shape:
/// `deviation` of normal (or jitter), `sigma` of lognormal, `alpha` of pareto. Without `distribution` a jitter means
/// uniform.
Distribution read_distribution(Reader& keys, std::string_view centre_key);

}  // namespace firedrill::faults
