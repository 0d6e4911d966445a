// Even and exponential gaps.
#include "drills/arrivals.hpp"

#include <algorithm>
#include <cmath>

namespace firedrill::drills {
namespace {

constexpr double longest = 366 * 86400.0;  // seconds; a rate close to zero would leave the range of Duration

}  // namespace

Arrivals::Arrivals(const LoadSpec& load, faults::Seed seed)
    : kind_{load.arrivals}, rate_{load.rate}, draws_{seed, "load:" + load.name, 0} {
  find_next();
}

void Arrivals::pop() {
  ++number_;
  find_next();
}

void Arrivals::find_next() {
  if (kind_ == LoadSpec::Arrivals::poisson)
    sum_ -= std::log(draws_.unit(number_)) / rate_;
  else
    sum_ = (static_cast<double>(number_) + 0.5) / rate_;
  next_ = faults::from_seconds(std::min(sum_, longest));
}

}  // namespace firedrill::drills
