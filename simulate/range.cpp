// What a sweep goes through: which setting, and its values.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "faults/units.hpp"
#include "simulate/sweep.hpp"

namespace firedrill::simulate {
namespace {

constexpr double most_steps = 40;  // of those that are chosen here

// A number with what stands behind it: "4", "50ms", "10%".
struct Quantity {
  double number = 0;
  enum class What : std::uint8_t { count, duration, share } what = What::count;

  std::string text() const {
    if (what == What::duration) return faults::show(faults::from_seconds(number));
    if (what == What::share) return faults::show_share(number);
    return fmt::format("{:.12g}", number);  // 3 * 0.1 is not 0.3
  }
};

std::optional<Quantity> quantity(std::string_view text) {
  using What = Quantity::What;
  if (const auto duration = faults::parse_duration(text)) return Quantity{faults::seconds(*duration), What::duration};
  if (const auto share = faults::parse_share(text)) return Quantity{*share, What::share};
  try {
    std::size_t used = 0;
    const double number = std::stod(std::string{text}, &used);
    if (used == text.size() && std::isfinite(number)) return Quantity{number, What::count};
  } catch (const std::exception&) {
    return std::nullopt;
  }
  return std::nullopt;
}

[[noreturn]] void refuse(const drills::Override& sweep, std::string_view why) {
  throw std::invalid_argument{fmt::format("--sweep {}={}: {}", sweep.first, sweep.second, why)};
}

// Both ends, and between them what is round.
std::vector<double> round_values(double from, double to, double step) {
  std::vector<double> values{from};
  constexpr double close = 1e-6;  // of a step: what rounding makes of an end
  for (double k = std::floor(from / step + close) + 1; k * step < to - step * close; ++k) values.push_back(k * step);
  values.push_back(to);
  return values;
}

std::vector<double> even_values(double from, double to, double step) {
  std::vector<double> values;
  // A thousandth of a step more: 0.1 + 0.1 + 0.1 is not 0.3.
  for (double k = 0; from + k * step <= to + step / 1000; ++k) values.push_back(std::min(from + k * step, to));
  return values;
}

// Of the drill itself and of loads, which have settings as well.
std::string elsewhere(const drills::Drill& drill, const std::string& key) {
  if (key == "seed" || key == "duration" || key == "max_duration") return fmt::format("write drill.{}", key);
  const std::string load = drill.loads.empty() ? "NAME" : drill.loads.front().name;
  if (key == "rate" || key == "timeout" || key == "connections") return fmt::format("write load.{}.{}", load, key);
  const std::string fault = drill.faults.empty() ? "NAME" : drill.faults.front().name;
  return fmt::format("write the whole key, as --set has it: fault.{}.KEY, load.{}.KEY, drill.KEY", fault, load);
}

bool has(const drills::FaultSpec& fault, std::string_view key) { return fault.table.find(key) != nullptr; }

}  // namespace

double number_of(const std::string& value) {
  const auto known = quantity(value);
  return known ? known->number : 0;
}

double round_up(double value) {
  if (value <= 0) return 1;
  const double unit = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0, 10.0})
    if (value <= step * unit * 1.0000001) return step * unit;
  return value;
}

std::string full_key(const drills::Drill& drill, const std::string& key) {
  if (key.find('.') != std::string::npos) return key;
  std::vector<std::string> found;
  for (const auto& fault : drill.faults)
    if (has(fault, key)) found.push_back(fault.name);
  if (found.size() == 1) return fmt::format("fault.{}.{}", found.front(), key);
  if (found.empty())
    throw std::invalid_argument{
        fmt::format("--sweep {}: no fault of the drill has that setting; {}", key, elsewhere(drill, key))};
  throw std::invalid_argument{fmt::format("several faults have a setting \"{}\": {}; name one, as fault.{}.{}", key,
                                          fmt::join(found, ", "), found.front(), key)};
}

std::string pool_key(const drills::Drill& drill, const std::string& name) {
  std::vector<std::string> found;
  for (const auto& fault : drill.faults)
    if (fault.kind->name == "pool") found.push_back(fault.name);
  if (found.empty())
    throw std::invalid_argument{"--solve looks for the size of a pool, and the drill has no pool fault"};
  const bool known = std::find(found.begin(), found.end(), name) != found.end();
  if (!name.empty() && !known)
    throw std::invalid_argument{fmt::format("there is no pool \"{}\"; the drill has {}", name, fmt::join(found, ", "))};
  if (name.empty() && found.size() > 1)
    throw std::invalid_argument{
        fmt::format("the drill has several pools, {}; say which with --pool", fmt::join(found, ", "))};
  return fmt::format("fault.{}.max_connections", known ? name : found.front());
}

std::string phase_for(const std::string& key) {
  constexpr std::string_view block = "fault.";
  if (!key.starts_with(block)) return "always";
  const std::string rest = key.substr(block.size());
  return rest.substr(0, rest.find('.'));
}

Range range_of(const drills::Drill& drill, const drills::Override& sweep) {
  const std::string& text = sweep.second;
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) refuse(sweep, "write FROM..TO or FROM..TO:STEP");
  const std::size_t colon = text.find(':', dots);
  const auto from = quantity(std::string_view{text}.substr(0, dots));
  const auto to =
      quantity(std::string_view{text}.substr(dots + 2, colon == std::string::npos ? colon : colon - dots - 2));
  if (!from || !to) refuse(sweep, "both ends are numbers, durations or shares, such as 4..40, 50ms..2s or 0%..50%");
  if (from->what != to->what) refuse(sweep, "both ends have the same unit");
  if (from->number == to->number)
    refuse(sweep, fmt::format("from {0} to {0} is one value: play it with --set", from->text()));
  if (from->number > to->number)
    refuse(sweep, fmt::format("write the smaller end first: {}..{}", to->text(), from->text()));
  const double width = to->number - from->number;
  const bool whole = from->what == Quantity::What::count && from->number == std::floor(from->number) &&
                     to->number == std::floor(to->number);
  const bool chosen = colon == std::string::npos;
  double step = std::max(round_up(width / most_steps), whole ? 1.0 : 0.0);
  if (!chosen) {
    const auto given = quantity(std::string_view{text}.substr(colon + 1));
    if (!given || given->number <= 0) refuse(sweep, "the step, which stands behind the colon, must be more than 0");
    if (given->what != from->what) refuse(sweep, "the step must have the unit of both ends");
    step = given->number;
  }
  if (width / step > 1000) refuse(sweep, "these are more than 1,000 values; give a larger step");
  Range range{full_key(drill, sweep.first), {}, "", whole};
  if (chosen && !(whole && step == 1)) range.step = Quantity{step, from->what}.text();
  for (const double value :
       chosen ? round_values(from->number, to->number, step) : even_values(from->number, to->number, step))
    range.values.push_back(Quantity{value, from->what}.text());
  return range;
}

}  // namespace firedrill::simulate
