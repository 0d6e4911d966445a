// Random durations: how long a delay or a service time is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faults/reader.hpp"
#include "faults/time.hpp"

namespace firedrill::faults {

/// A distribution of durations, truncated at zero. Sampling goes through the quantile function, so one uniform number
/// gives one duration.
struct Distribution {
  enum class Shape : std::uint8_t { constant, uniform, normal, lognormal, pareto, exponential, percentiles, table };
  Shape shape = Shape::constant;
  /// constant: the value. uniform: the middle. normal: the mean. lognormal: the median. pareto: the least value.
  /// exponential: the mean.
  Duration centre{};
  /// uniform: half the width. normal: the standard deviation. Unused elsewhere.
  Duration spread{};
  /// lognormal: sigma of the logarithm. pareto: the tail index alpha. Unused elsewhere.
  double parameter = 0;
  /// percentiles: standard normal quantile and logarithm of the seconds; lines between them, so that two of them make a
  /// lognormal distribution. table: share and seconds; lines between them, nothing outside. Ascending.
  std::vector<std::pair<double, double>> points{};

  /// The duration that the share `u` (0 < u < 1) of samples stay below. Never negative, never above 366 days.
  Duration quantile(double u) const;
  /// In seconds; of the distribution before truncation. Infinite for pareto with alpha <= 1.
  double mean() const;
  /// To follow "late by": "200ms", "50ms to 150ms", "20ms in the median, one in 1000 by 900ms or more".
  std::string in_words() const;
};

/// The standard normal distribution: the value below which the share `u` (0 < u < 1) lies, and the reverse.
double normal_quantile(double u);
double normal_share(double z);

/// Reads `centre_key` ("delay" or "service_time"), `jitter`, `distribution` and the parameters of the shape:
/// `deviation` of normal (or jitter), `sigma` of lognormal, `alpha` of pareto. Without `distribution` a jitter means
/// uniform. Instead of `centre_key`: two or more of `p50`, `p90`, `p95`, `p99`, `p999`; or `table`, a file of lines
/// such as "50%  20ms", found from where the drill file is.
Distribution read_distribution(Reader& keys, std::string_view centre_key);

}  // namespace firedrill::faults
