// When the requests of a load are due: settled by rate, seed and number alone.
#pragma once

#include <cstdint>

#include "drills/drill.hpp"
#include "faults/draws.hpp"

namespace firedrill::drills {

/// constant: request k at (k + 0.5) / rate. poisson: exponential gaps drawn by (seed, "load:NAME", k).
class Arrivals {
 public:
  Arrivals(const LoadSpec& load, faults::Seed seed);

  /// Of the next request, from the start of the load. Never goes back.
  Duration next() const { return next_; }
  void pop();

 private:
  void find_next();

  LoadSpec::Arrivals kind_;
  double rate_;
  faults::Draws draws_;
  std::uint64_t number_ = 0;
  double sum_ = 0;  // of the gaps so far, in seconds
  Duration next_{};
};

}  // namespace firedrill::drills
