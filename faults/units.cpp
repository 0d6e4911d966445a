// Parsing and printing of quantities.
#include "faults/units.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace firedrill::faults {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array duration_units{Unit{"d", 86400e9}, Unit{"h", 3600e9}, Unit{"m", 60e9},
                                    Unit{"s", 1e9},     Unit{"ms", 1e6},   Unit{"us", 1e3},
                                    Unit{"µs", 1e3},    Unit{"μs", 1e3},   Unit{"ns", 1}};
constexpr std::array size_units{Unit{"B", 1},
                                Unit{"kB", 1e3},
                                Unit{"KB", 1e3},
                                Unit{"MB", 1e6},
                                Unit{"GB", 1e9},
                                Unit{"KiB", 1024.0},
                                Unit{"MiB", 1024.0 * 1024},
                                Unit{"GiB", 1024.0 * 1024 * 1024}};
constexpr std::array bit_units{Unit{"bit", 1.0 / 8}, Unit{"kbit", 1e3 / 8}, Unit{"Mbit", 1e6 / 8},
                               Unit{"Gbit", 1e9 / 8}};

bool is_unit_char(char c) { return (c < '0' || c > '9') && c != '.'; }

// One number and its unit from the front of `text`; both are removed. The number has no sign and no exponent.
template <std::size_t N>
std::optional<Unit> take(std::string_view& text, const std::array<Unit, N>& units, double& number) {
  if (text.empty() || is_unit_char(text.front()) || text.front() == '.') return std::nullopt;
  auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (ec != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  std::size_t length = 0;
  while (length < text.size() && is_unit_char(text[length])) ++length;
  const std::string_view name = text.substr(0, length);
  text.remove_prefix(length);
  for (const Unit& unit : units)
    if (unit.name == name) return unit;
  return std::nullopt;
}

template <std::size_t N>
std::optional<double> whole(std::string_view text, const std::array<Unit, N>& units) {
  double number = 0;
  const auto unit = take(text, units, number);
  if (!unit || !text.empty()) return std::nullopt;
  return number * unit->factor;
}

constexpr double longest_ns = 366 * 86400e9;

std::optional<double> nanoseconds(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  double total = 0;
  double last_factor = 1e300;
  while (!text.empty()) {
    double number = 0;
    const auto unit = take(text, duration_units, number);
    if (!unit || unit->factor >= last_factor) return std::nullopt;
    last_factor = unit->factor;
    total += number * unit->factor;
  }
  return negative ? -total : total;
}

// Six significant digits and no trailing zeros.
std::string trimmed(double number) { return fmt::format("{:.6g}", number); }

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto ns = nanoseconds(text);
  if (!ns || std::abs(*ns) > longest_ns) return std::nullopt;
  return Duration{std::llround(*ns)};
}

bool is_too_long(std::string_view duration) {
  const auto ns = nanoseconds(duration);
  return ns && std::abs(*ns) > longest_ns;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto bytes = whole(text, size_units);
  if (!bytes || *bytes > 0x1p60) return std::nullopt;
  // 2.01 * 1000 is 2009.9999999999998: what lies that near to a whole number is one.
  const double rounded = std::round(*bytes);
  if (std::abs(*bytes - rounded) > *bytes * 1e-15) return std::nullopt;
  return static_cast<std::uint64_t>(rounded);
}

std::optional<double> parse_rate(std::string_view text) {
  if (!text.ends_with("/s")) return std::nullopt;
  text.remove_suffix(2);
  auto bytes = whole(text, size_units);
  if (!bytes) bytes = whole(text, bit_units);
  if (!bytes || *bytes > 0x1p60) return std::nullopt;
  return bytes;
}

std::optional<double> parse_share(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  double number = 0;
  auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (ec != std::errc{} || stop != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number / 100;
}

std::string show(Duration d) {
  const double ns = static_cast<double>(d.count());
  const double size = std::abs(ns);
  if (size >= 60e9) {
    std::string text = ns < 0 ? "-" : "";
    double left = std::round(size / 1e6) * 1e6;  // first, so that no "60s" is left over
    for (const Unit& unit : {duration_units[0], duration_units[1], duration_units[2]}) {
      const double n = std::floor(left / unit.factor);
      if (n > 0) text += fmt::format("{:.0f}{}", n, unit.name);
      left -= n * unit.factor;
    }
    return left >= 1e6 ? text + trimmed(left / 1e9) + "s" : text;
  }
  if (size >= 1e9) return trimmed(ns / 1e9) + "s";
  if (size >= 1e6) return trimmed(ns / 1e6) + "ms";
  if (size >= 1e3) return trimmed(ns / 1e3) + "us";
  return size == 0 ? "0s" : trimmed(ns) + "ns";
}

std::string show_size(std::uint64_t bytes) {
  // The largest unit, of 1024 or of 1000, in which two decimals say it exactly.
  for (const Unit& unit : {size_units[7], size_units[4], size_units[6], size_units[3], size_units[5], size_units[1]}) {
    const double hundredths = static_cast<double>(bytes) * 100 / unit.factor;
    if (hundredths >= 100 && hundredths < 1e15 && std::floor(hundredths) == hundredths)
      return fmt::format("{}{}", hundredths / 100, unit.name);
  }
  return fmt::format("{}B", bytes);
}

std::string show_rate(double bytes_per_s) {
  if (std::floor(bytes_per_s) == bytes_per_s && bytes_per_s < 0x1p60)
    return show_size(static_cast<std::uint64_t>(bytes_per_s)) + "/s";
  for (const Unit& unit : {size_units[4], size_units[3], size_units[2]})
    if (bytes_per_s >= unit.factor) return fmt::format("{}{}/s", trimmed(bytes_per_s / unit.factor), unit.name);
  return trimmed(bytes_per_s) + "B/s";
}

std::string show_share(double share) { return trimmed(std::round(share * 1e5) / 1e3) + "%"; }

}  // namespace firedrill::faults
