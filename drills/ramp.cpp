// Interpolation in the unit a value is written in.
#include "drills/ramp.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "faults/units.hpp"

namespace firedrill::drills {
namespace {

using faults::Value;

// In base units: nanoseconds, bytes, bytes per second, shares of 1.
double base(const Value& value, Quantity quantity) {
  switch (quantity) {
    case Quantity::count:
      return static_cast<double>(std::get<std::int64_t>(value.content));
    case Quantity::number:
      if (const auto* whole = std::get_if<std::int64_t>(&value.content)) return static_cast<double>(*whole);
      return std::get<double>(value.content);
    case Quantity::duration:
      return static_cast<double>(faults::parse_duration(*value.text())->count());
    case Quantity::size:
      return static_cast<double>(*faults::parse_size(*value.text()));
    case Quantity::rate:
      return *faults::parse_rate(*value.text());
    case Quantity::share:
      return *faults::parse_share(*value.text());
  }
  return 0;
}

// The reading functions take no exponents, hence no more digits than a number is worth.
double rounded(double number) {
  return std::abs(number) >= 1000 ? std::round(number) : std::round(number * 1000) / 1000;
}

Value written(double number, Quantity quantity, const faults::Place& place) {
  switch (quantity) {
    case Quantity::count:
      return Value{std::int64_t{std::llround(number)}, place};
    case Quantity::number:
      return Value{number, place};
    case Quantity::duration:
      return Value{faults::show(Duration{std::llround(number)}), place};
    case Quantity::size:
      return Value{fmt::format("{}B", std::llround(number)), place};
    case Quantity::rate:
      return Value{fmt::format("{:.10g}B/s", rounded(number)), place};
    case Quantity::share:
      return Value{fmt::format("{:.10g}%", rounded(number * 100)), place};
  }
  return {};
}

}  // namespace

std::optional<Quantity> quantity_of(const Value& value) {
  if (std::holds_alternative<std::int64_t>(value.content)) return Quantity::count;
  if (const auto* number = std::get_if<double>(&value.content))
    return std::isfinite(*number) ? std::optional{Quantity::number} : std::nullopt;
  if (value.text() == nullptr) return std::nullopt;
  if (faults::parse_duration(*value.text())) return Quantity::duration;
  if (faults::parse_size(*value.text())) return Quantity::size;
  if (faults::parse_rate(*value.text())) return Quantity::rate;
  if (faults::parse_share(*value.text())) return Quantity::share;
  return std::nullopt;
}

bool can_ramp(const Value& from, const Value& to) {
  const auto bare = [](Quantity q) { return q == Quantity::count || q == Quantity::number; };
  const auto a = quantity_of(from);
  const auto b = quantity_of(to);
  return a && b && (*a == *b || (bare(*a) && bare(*b)));
}

Value interpolate(const Value& from, const Value& to, double fraction) {
  if (fraction <= 0) return from;
  if (fraction >= 1) return to;
  const Quantity quantity = std::max(*quantity_of(from), *quantity_of(to));
  const double start = base(from, quantity);
  return written(start + (base(to, quantity) - start) * fraction, quantity, to.place);
}

Value value_at(const Ramp& ramp, Duration since) {
  return interpolate(ramp.from, ramp.to, faults::seconds(since) / faults::seconds(ramp.over));
}

}  // namespace firedrill::drills
