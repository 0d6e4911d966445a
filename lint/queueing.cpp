// Erlang's formulas, by the recursion that does not overflow.
#include "lint/queueing.hpp"

#include <cmath>

namespace firedrill::lint {

double offered_load(double rate, double service_time) { return rate * service_time; }

double slots_for_99_percent(double load) { return std::ceil(load + 2.326 * std::sqrt(load)); }

double share_that_waits(double slots, double load) {
  if (load >= slots) return 1;
  double blocked = 1;  // Erlang B
  for (double c = 1; c <= slots && c <= 1e6; ++c) blocked = load * blocked / (c + load * blocked);
  return slots * blocked / (slots - load * (1 - blocked));
}

double mean_wait(double slots, double load, double service_time) {
  return share_that_waits(slots, load) * service_time / (slots - load);
}

}  // namespace firedrill::lint
