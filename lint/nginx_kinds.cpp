// As ngx_parse_time, ngx_parse_size and ngx_atoi do it: units in falling order, each once, nothing that overflows.
#include "lint/nginx_kinds.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

namespace firedrill::lint::nginx {
namespace {

constexpr auto most_int64 = std::numeric_limits<std::int64_t>::max();

std::optional<double> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!only_digits(text) || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return static_cast<double>(number);
}

std::optional<double> in_bytes(std::string_view text, std::string_view units) {
  double unit = 1;
  if (!text.empty() && units.find(text.back()) != std::string_view::npos) {
    const int letter = std::tolower(static_cast<unsigned char>(text.back()));
    unit = letter == 'k' ? 1024.0 : letter == 'm' ? 1048576.0 : 1073741824.0;
    text.remove_suffix(1);
  }
  const auto number = whole_number(text);
  if (!number || *number * unit > static_cast<double>(most_int64)) return std::nullopt;
  return *number * unit;
}

struct TimeUnit {
  std::string_view name;
  double seconds;
};
constexpr TimeUnit time_units[] = {{"y", 31536000}, {"M", 2592000}, {"w", 604800}, {"d", 86400}, {"h", 3600},
                                   {"m", 60},       {"s", 1},       {" ", 1},      {"ms", 0.001}};
constexpr std::size_t weeks = 2, single_seconds = 6, blank = 7, milliseconds = 8, none = std::size(time_units);

std::size_t unit_at(std::string_view text) {
  if (text.starts_with("ms")) return milliseconds;
  const auto* unit = std::find_if(std::begin(time_units), std::end(time_units),
                                  [&](const TimeUnit& one) { return text.starts_with(one.name); });
  return static_cast<std::size_t>(unit - std::begin(time_units));
}

// Units from `first` to `last`.
std::optional<double> in_seconds(std::string_view text, std::size_t first, std::size_t last) {
  double sum = 0;
  bool figure = false;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    double number = 0;
    if (digits > 0) {
      const auto whole = whole_number(text.substr(0, digits));
      if (!whole) return std::nullopt;
      number = *whole;
      figure = true;
    }
    text.remove_prefix(digits);
    if (text.empty()) {
      sum += number;
      break;
    }
    const std::size_t unit = unit_at(text);
    if (unit == none || unit < first || unit > last) return std::nullopt;
    first = unit == blank ? none : unit == single_seconds ? milliseconds : unit + 1;
    sum += number * time_units[unit].seconds;
    text.remove_prefix(time_units[unit].name.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  if (!figure || sum > static_cast<double>(most_int64) / (last == milliseconds ? 1000 : 1)) return std::nullopt;
  return sum;
}

}  // namespace

bool only_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char one, unsigned char other) { return std::tolower(one) == std::tolower(other); });
}

std::optional<double> parse_time(std::string_view text) { return in_seconds(text, 0, milliseconds); }

std::optional<double> value_of(Kind kind, std::string_view text) {
  switch (kind) {
    case Kind::any:
      return 0;
    case Kind::flag:
      if (same_word(text, "on")) return 1;
      return same_word(text, "off") ? std::optional<double>{0} : std::nullopt;
    case Kind::number:
      return whole_number(text);
    case Kind::time:
      return in_seconds(text, weeks, milliseconds);
    case Kind::long_time:
      return in_seconds(text, 0, milliseconds - 1);
    case Kind::size:
      return in_bytes(text, "kKmM");
    case Kind::large_size:
      break;
  }
  return in_bytes(text, "kKmMgG");
}

std::string_view wanted(Kind kind) {
  switch (kind) {
    case Kind::flag:
      return "on or off";
    case Kind::number:
      return "a whole number";
    case Kind::time:
    case Kind::long_time:
      return "a time such as 5s";
    case Kind::size:
    case Kind::large_size:
      return "a size such as 16k";
    case Kind::any:
      break;
  }
  return "anything";
}

}  // namespace firedrill::lint::nginx
