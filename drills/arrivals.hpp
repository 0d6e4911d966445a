// When the requests of a load are due: settled by rate, stages, seed and number alone. Pure.
#pragma once

#include <cstdint>

#include "drills/load_spec.hpp"
#include "drills/rate_curve.hpp"
#include "faults/draws.hpp"

namespace firedrill::drills {

/// constant: request k when k + 0.5 are due by the curve, which at a rate that stays is at (k + 0.5) / rate. poisson:
/// the gaps between what the curve has reached are exponential, drawn by (seed, "load:NAME", k).
class Arrivals {
 public:
  Arrivals(const LoadSpec& load, faults::Seed seed);

  /// Of the next request, from the start of the load. Never goes back; a year and more where none is due any more.
  Duration next() const { return next_; }
  void pop();

 private:
  void find_next();

  LoadSpec::Arrivals kind_;
  RateCurve curve_;
  faults::Draws draws_;
  std::uint64_t number_ = 0;
  double reached_ = 0;
  Duration next_{};
};

}  // namespace firedrill::drills
