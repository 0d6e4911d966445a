// The Kolmogorov-Smirnov distance between samples and the distribution they should follow.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace firedrill::faults {

/// For samples that are never negative; the distribution may have a step at zero, where it was truncated.
inline double ks_distance(std::vector<double> samples, const std::function<double(double)>& cdf) {
  std::sort(samples.begin(), samples.end());
  const auto n = static_cast<double>(samples.size());
  double farthest = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double x = samples[i];
    const double before = static_cast<double>(i) / n, after = static_cast<double>(i + 1) / n;
    const bool last_of_equals = i + 1 == samples.size() || samples[i + 1] != x;
    if (last_of_equals) farthest = std::max(farthest, std::abs(after - cdf(x)));
    if (x > 0) farthest = std::max(farthest, std::abs(before - cdf(x)));
  }
  return farthest;
}

/// What the distance of `n` true samples exceeds once in a hundred times.
inline double ks_critical(std::size_t n) { return 1.628 / std::sqrt(static_cast<double>(n)); }

}  // namespace firedrill::faults
