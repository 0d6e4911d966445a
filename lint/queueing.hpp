// What theory says of a pool: Poisson arrivals, exponential service, c slots, one queue (M/M/c).
#pragma once

namespace firedrill::lint {

/// Slots in use on average (Little's law): arrivals per second times seconds each takes.
double offered_load(double rate, double service_time);
/// Slots that suffice 99 % of the time if nobody had to wait: a Poisson quantile, by its normal approximation.
double slots_for_99_percent(double load);
/// The share of arrivals that must wait (Erlang C); 1 when the load is not below the slots.
double share_that_waits(double slots, double load);
/// Mean wait of all arrivals in seconds; only for a load below the slots.
double mean_wait(double slots, double load, double service_time);

}  // namespace firedrill::lint
