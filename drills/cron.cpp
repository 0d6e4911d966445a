// Reading cron expressions, and the search for the next moment: from one change of the clocks to the next, day by day.
#include "drills/cron.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>
#include <charconv>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "faults/reader.hpp"
#include "faults/value.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono;

struct Field {
  std::string_view name;
  unsigned least, most;
  std::span<const std::string_view> words;  // for least, least + 1 …
};

constexpr std::array<std::string_view, 12> month_words{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_words{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array fields{Field{"minute", 0, 59, {}}, Field{"hour", 0, 23, {}}, Field{"day of month", 1, 31, {}},
                            Field{"month", 1, 12, month_words}, Field{"day of week", 0, 7, weekday_words}};
constexpr const Field& day_of_week = fields.back();

struct Macro {
  std::string_view name, meaning;
};

constexpr std::array macros{Macro{"@hourly", "0 * * * *"}, Macro{"@daily", "0 0 * * *"}, Macro{"@weekly", "0 0 * * 0"},
                            Macro{"@monthly", "0 0 1 * *"}, Macro{"@yearly", "0 0 1 1 *"}};

std::string shown(std::string_view given) { return faults::Value{std::string{given}}.shown(); }

[[noreturn]] void fail(const Field& field, std::string_view given, std::string_view said) {
  throw std::invalid_argument{fmt::format("{}: {} {}", field.name, shown(given), said)};
}

std::string allowed(const Field& field) {
  const std::string numbers = fmt::format("{} to {}", field.least, field.most);
  if (field.words.empty()) return numbers;
  return fmt::format("{}, or {} to {}", numbers, field.words.front(), field.words.back());
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find_first_of(separators);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Nothing when it is not within these bounds.
std::optional<unsigned> number(std::string_view text, unsigned least, unsigned most) {
  unsigned value = 0;
  const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || value < least || value > most) return std::nullopt;
  return value;
}

unsigned read_value(const Field& field, std::string_view text) {
  for (unsigned i = 0; i < field.words.size(); ++i)
    if (same_word(text, field.words[i])) return field.least + i;
  if (!is_number(text)) fail(field, text, "is not understood; " + allowed(field));
  const auto value = number(text, field.least, field.most);
  if (!value) fail(field, text, "is out of range; " + allowed(field));
  return *value;
}

unsigned read_step(const Field& field, std::string_view part, std::string_view text) {
  const unsigned most = field.most - field.least + 1;
  const auto step = is_number(text) ? number(text, 1, most) : std::nullopt;
  if (!step) fail(field, part, fmt::format("has a step that is out of range; 1 to {}", most));
  return *step;
}

std::pair<unsigned, unsigned> read_range(const Field& field, std::string_view text) {
  if (text == "*") return {field.least, field.most};
  const std::size_t dash = text.find('-');
  const unsigned low = read_value(field, text.substr(0, dash));
  if (dash == std::string_view::npos) return {low, low};
  unsigned high = read_value(field, text.substr(dash + 1));
  if (&field == &day_of_week && high == 0 && low > 0) high = 7;  // fri-sun: it ends a week as well as it begins one
  if (low > high)
    fail(field, text, fmt::format("goes backwards; write {}-{},{}-{}", low, field.most, field.least, high));
  return {low, high};
}

std::bitset<60> read_field(const Field& field, std::string_view text) {
  std::bitset<60> values;
  for (const std::string_view part : split(text, ",")) {
    const std::size_t slash = part.find('/');
    const std::string_view range = part.substr(0, slash);
    const auto [low, high] = read_range(field, range);
    unsigned step = 1;
    if (slash != std::string_view::npos) {
      if (range != "*" && range.find('-') == std::string_view::npos)
        fail(field, part,
             fmt::format("has a step without a range; write {}-{}{}", low, field.most, part.substr(slash)));
      step = read_step(field, part, part.substr(slash + 1));
    }
    for (unsigned value = low; value <= high; value += step) values.set(value);
  }
  return values;
}

std::string_view without_macro(std::string_view text) {
  if (!text.starts_with('@')) return text;
  std::vector<std::string> known;
  for (const auto& [name, meaning] : macros) {
    if (same_word(text, name)) return meaning;
    known.emplace_back(name);
  }
  const std::string near = faults::nearest(text, known);
  throw std::invalid_argument{fmt::format(
      "{} is not known; {}", shown(text),
      near.empty() ? fmt::format("there are {}", fmt::join(known, ", ")) : fmt::format("did you mean \"{}\"?", near))};
}

std::vector<std::string_view> five_fields(std::string_view text) {
  auto parts = split(text, " \t");
  std::erase(parts, std::string_view{});
  if (parts.size() != fields.size())
    throw std::invalid_argument{fmt::format(
        "{} has {} field{}; give five: minute, hour, day of month, month and day of week, such as \"0 9 * * mon-fri\"",
        shown(text), parts.size(), parts.size() == 1 ? "" : "s")};
  return parts;
}

bool some_month_has(const std::bitset<60>& days, const std::bitset<60>& months) {
  for (unsigned m = 1; m <= 12; ++m) {
    const year_month_day_last end{year{2024}, month_day_last{month{m}}};  // a leap year
    for (unsigned d = 1; months.test(m) && d <= static_cast<unsigned>(end.day()); ++d)
      if (days.test(d)) return true;
  }
  return false;
}

local_seconds on_the_clock(sys_seconds moment, seconds offset) {
  return local_seconds{moment.time_since_epoch() + offset};
}

}  // namespace

Cron Cron::parse(std::string_view text) {
  const auto parts = five_fields(without_macro(text));
  Cron cron;
  cron.text_ = text;
  const std::array sets{&cron.minutes_, &cron.hours_, &cron.days_, &cron.months_, &cron.weekdays_};
  for (std::size_t i = 0; i < fields.size(); ++i) *sets[i] = read_field(fields[i], parts[i]);
  if (cron.weekdays_.test(7)) cron.weekdays_.set(0);
  cron.hour_ = parts[1].starts_with('*') ? Hours::interval : Hours::named;
  cron.day_ = parts[2].starts_with('*') || parts[4].starts_with('*') ? Days::both : Days::either;
  // What begins with * has a first of the month, and every day of the month falls on every day of the week.
  if (cron.day_ == Days::both && !some_month_has(cron.days_, cron.months_))
    fail(fields[2], parts[2], fmt::format("never comes in month {}", shown(parts[3])));
  return cron;
}

sys_seconds Cron::next(sys_seconds after, const TimeZone& zone) const {
  const sys_seconds horizon = after + years{41};
  for (sys_seconds at = after + 1s; at < horizon;) {
    const TimeZone::Stretch stretch = zone.stretch(at);
    const sys_seconds end = std::min(stretch.end, horizon);
    local_seconds from = on_the_clock(at, stretch.offset);
    if (hour_ == Hours::named) {
      // How far the clocks had come before they were changed: what is due from there on was skipped, what is due up to
      // there has been.
      const local_seconds reached = on_the_clock(stretch.begin, stretch.before);
      if (at == stretch.begin && first(reached, from)) return at;
      from = std::max(from, reached);
    }
    if (const auto due = first(from, on_the_clock(end, stretch.offset)))
      return sys_seconds{due->time_since_epoch() - stretch.offset};
    at = end;
  }
  assert(false);  // parse() lets no expression pass that is never due
  return sys_seconds::max();
}

bool Cron::fits(local_days day) const {
  const bool of_month = days_.test(static_cast<unsigned>(year_month_day{day}.day()));
  const bool of_week = weekdays_.test(weekday{day}.c_encoding());
  return day_ == Days::either ? of_month || of_week : of_month && of_week;
}

// The first on the clock that is due, from this time of a day on; a negative one is an earlier day.
std::optional<minutes> Cron::first(seconds since_midnight) const {
  minutes time = ceil<minutes>(std::max(since_midnight, 0s));
  while (time < 24h) {
    if (!hours_.test(static_cast<std::size_t>(time / 1h))) {
      time = floor<hours>(time) + 1h;
    } else if (!minutes_.test(static_cast<std::size_t>(time % 1h / 1min))) {
      time += 1min;
    } else {
      return time;
    }
  }
  return std::nullopt;
}

std::optional<local_seconds> Cron::first(local_seconds from, local_seconds before) const {
  for (local_days day = floor<days>(from); day < before;) {
    const year_month_day date{day};
    if (!months_.test(static_cast<unsigned>(date.month()))) {
      day = local_days{date.year() / date.month() / 1 + months{1}};
      continue;
    }
    const auto time = fits(day) ? first(from - day) : std::nullopt;
    if (time) return day + *time < before ? std::optional{local_seconds{day + *time}} : std::nullopt;
    day += days{1};
  }
  return std::nullopt;
}

}  // namespace firedrill::drills
