// Reading bounds and holding measurements against them.
#include "drills/expectation.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace firedrill::drills {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string_view wanted(Unit unit) {
  switch (unit) {
    case Unit::share:
      return R"(must be a share such as "< 1%", ">= 99%" or "25%..35%")";
    case Unit::duration:
      return R"(must be a duration such as "< 200ms", ">= 1s" or "150ms..250ms")";
    case Unit::count:
      return R"(must be a count such as "> 0", "<= 10", "5..9" or 7)";
    case Unit::rate:
      return R"(must be a number per second such as ">= 100" or "90..110")";
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Digits, with decimals where `T` has them; no sign, no exponent.
template <typename T, typename... Format>
std::optional<double> whole(std::string_view text, Format... format) {
  T number{};
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), number, format...);
  if (ec != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return static_cast<double>(number);
}

std::optional<double> parse_bound(std::string_view text, Unit unit) {
  switch (unit) {
    case Unit::share: {
      const auto share = faults::parse_share(text);
      return share && *share >= 0 && *share <= 1 ? share : std::nullopt;
    }
    case Unit::duration: {
      const auto duration = faults::parse_duration(text);
      if (!duration || *duration < faults::Duration::zero()) return std::nullopt;
      return faults::seconds(*duration);
    }
    case Unit::count:
      return whole<std::uint64_t>(text);
    case Unit::rate:
      if (text.ends_with("/s")) text.remove_suffix(2);
      return whole<double>(text, std::chars_format::fixed);
  }
  return std::nullopt;
}

struct Operator {
  std::string_view sign;
  bool bounds_below, bounds_above, open;
};
// The longer signs first: "<=" begins with "<".
constexpr std::array<Operator, 5> operators{{{"<=", false, true, false},
                                             {">=", true, false, false},
                                             {"<", false, true, true},
                                             {">", true, false, true},
                                             {"=", true, true, false}}};

// Fills the bounds from `text`; false when it is no expectation.
bool parse(std::string_view text, Expectation& into) {
  text = trimmed(text);
  if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) {
    const auto low = parse_bound(trimmed(text.substr(0, dots)), into.unit);
    const auto high = parse_bound(trimmed(text.substr(dots + 2)), into.unit);
    if (!low || !high) return false;
    into.low = *low;
    into.high = *high;
    return true;
  }
  Operator op{"", true, true, false};
  for (const Operator& candidate : operators) {
    if (!text.starts_with(candidate.sign)) continue;
    op = candidate;
    break;
  }
  const auto bound = parse_bound(trimmed(text.substr(op.sign.size())), into.unit);
  if (!bound) return false;
  into.low = op.bounds_below ? *bound : -infinity;
  into.high = op.bounds_above ? *bound : infinity;
  into.low_open = op.bounds_below && op.open;
  into.high_open = op.bounds_above && op.open;
  return true;
}

// A bare number is how counts and rates are written in TOML; everything else is a text.
std::optional<std::string> as_written(const faults::Value& value, Unit unit) {
  if (value.text() != nullptr) return *value.text();
  const bool bare = unit == Unit::count || unit == Unit::rate;
  if (const auto* n = std::get_if<std::int64_t>(&value.content); n != nullptr && bare) return fmt::format("{}", *n);
  if (const auto* d = std::get_if<double>(&value.content); d != nullptr && unit == Unit::rate)
    return fmt::format("{}", *d);
  return std::nullopt;
}

// More than a measurement is worth.
double to_four_digits(double measured) {
  if (measured <= 0) return 0;
  const double digit = std::pow(10.0, std::floor(std::log10(measured)) - 3);
  return std::round(measured / digit) * digit;
}

double largest(Unit unit) { return unit == Unit::share ? 1 : infinity; }

}  // namespace

bool Expectation::holds(double measured) const {
  return (low_open ? measured > low : measured >= low) && (high_open ? measured < high : measured <= high);
}

std::optional<Expectation> read_expectation(faults::Reader& keys, std::string_view figure, Unit unit) {
  const faults::Value* value = keys.raw(figure);
  if (value == nullptr) return std::nullopt;
  Expectation expectation;
  expectation.figure = figure;
  expectation.unit = unit;
  const auto text = as_written(*value, unit);
  if (!text || !parse(*text, expectation)) {
    keys.problem(figure, std::string{wanted(unit)});
    return std::nullopt;
  }
  expectation.text = trimmed(*text);
  if (expectation.low > expectation.high) {
    keys.problem(figure, "the lower bound comes first");
    return std::nullopt;
  }
  const double most = largest(unit);
  if (expectation.holds(0) && expectation.holds(most)) {
    keys.problem(figure, "holds whatever is measured; give a bound that can be missed");
    return std::nullopt;
  }
  if ((expectation.high <= 0 && expectation.high_open) || (expectation.low >= most && expectation.low_open)) {
    keys.problem(figure, "can never hold; give a bound that can be met");
    return std::nullopt;
  }
  return expectation;
}

std::string show_figure(double measured, Unit unit) {
  switch (unit) {
    case Unit::share:
      return faults::show_share(to_four_digits(measured));
    case Unit::duration:
      return faults::show(faults::from_seconds(to_four_digits(measured)));
    case Unit::count:
      return fmt::format("{:.0f}", measured);
    case Unit::rate:
      return fmt::format("{:.1f}/s", measured);
  }
  return {};
}

}  // namespace firedrill::drills
