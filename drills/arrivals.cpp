// Even and exponential gaps, along the curve.
#include "drills/arrivals.hpp"

#include <algorithm>
#include <cmath>

namespace firedrill::drills {
namespace {

constexpr double longest = 366 * 86400.0;  // seconds; a rate close to zero would leave the range of Duration

}  // namespace

Arrivals::Arrivals(const LoadSpec& load, faults::Seed seed)
    : kind_{load.arrivals}, curve_{load}, draws_{seed, "load:" + load.name, 0} {
  find_next();
}

void Arrivals::pop() {
  ++number_;
  find_next();
}

void Arrivals::find_next() {
  if (kind_ == LoadSpec::Arrivals::poisson)
    reached_ -= std::log(draws_.unit(number_));
  else
    reached_ = static_cast<double>(number_) + 0.5;
  next_ = faults::from_seconds(std::min(curve_.reaches(reached_).value_or(longest), longest));
}

}  // namespace firedrill::drills
