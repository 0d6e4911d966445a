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

constexpr std::size_t most_values = 41;

// A number with what stands behind it: "4", "50ms", "10%".
struct Quantity {
  double number = 0;
  enum class What : std::uint8_t { count, duration, share } what = What::count;

  std::string text() const {
    if (what == What::duration) return faults::show(faults::from_seconds(number));
    if (what == What::share) return faults::show_share(number);
    return fmt::format("{}", number);
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

bool has(const drills::FaultSpec& fault, std::string_view key) { return fault.table.find(key) != nullptr; }

}  // namespace

std::string full_key(const drills::Drill& drill, const std::string& key) {
  if (key.find('.') != std::string::npos) return key;
  std::vector<std::string> found;
  for (const auto& fault : drill.faults)
    if (has(fault, key)) found.push_back(fault.name);
  if (found.size() == 1) return fmt::format("fault.{}.{}", found.front(), key);
  if (found.empty())
    throw std::invalid_argument{fmt::format(
        "no fault of the drill has a setting \"{}\"; name it as --set does, such as fault.NAME.{}", key, key)};
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
  if (from->number >= to->number) refuse(sweep, "the first end is the smaller one");
  const double width = to->number - from->number;
  const bool whole = from->what == Quantity::What::count && from->number == std::floor(from->number) &&
                     to->number == std::floor(to->number);
  double step = whole ? std::ceil(width / static_cast<double>(most_values - 1)) : width / 20;
  if (colon != std::string::npos) {
    const auto given = quantity(std::string_view{text}.substr(colon + 1));
    if (!given || given->number <= 0) refuse(sweep, "the step behind the colon is more than nothing");
    if (given->what != from->what) refuse(sweep, "the step has the unit of both ends");
    step = given->number;
  }
  if (width / step > 1000) refuse(sweep, "these are more than 1,000 values");
  Range range{full_key(drill, sweep.first), {}};
  // Half a step's thousandth: 0.1 + 0.1 + 0.1 is not 0.3.
  for (std::size_t i = 0; from->number + static_cast<double>(i) * step <= to->number + step / 1000; ++i)
    range.values.push_back(Quantity{from->number + static_cast<double>(i) * step, from->what}.text());
  return range;
}

}  // namespace firedrill::simulate
