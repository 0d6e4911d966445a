// The reading functions: one line each, over one parse step.
#include "faults/reader.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace firedrill::faults {
namespace {

constexpr std::string_view a_duration = "a duration with a unit, such as \"250ms\", \"30s\" or \"5m\"";
constexpr std::string_view a_size = "a size with a unit, such as \"512B\", \"64KiB\" or \"10MB\"";
constexpr std::string_view a_rate = "a rate with a unit, such as \"10MB/s\" or \"8Mbit/s\"";
constexpr std::string_view a_share = "a share from \"0%\" to \"100%\"";
constexpr std::string_view a_count = "a whole number, 0 or more";
constexpr std::string_view a_number = "a number";
constexpr std::string_view a_text = "a text";

std::optional<Duration> as_duration(const Value& value) {
  if (value.text() == nullptr) return std::nullopt;
  const auto duration = parse_duration(*value.text());
  if (duration && *duration < Duration::zero()) return std::nullopt;
  return duration;
}

std::string_view wanted_duration(const Value* given) {
  const bool too_long = given != nullptr && given->text() != nullptr && is_too_long(*given->text());
  return too_long ? "at most 366d" : a_duration;
}

std::optional<std::uint64_t> as_size(const Value& value) {
  return value.text() != nullptr ? parse_size(*value.text()) : std::nullopt;
}

std::optional<double> as_rate(const Value& value) {
  return value.text() != nullptr ? parse_rate(*value.text()) : std::nullopt;
}

std::optional<double> as_share(const Value& value) {
  if (value.text() == nullptr) return std::nullopt;
  const auto share = parse_share(*value.text());
  if (share && (*share < 0 || *share > 1)) return std::nullopt;
  return share;
}

std::optional<std::uint64_t> as_count(const Value& value) {
  const auto* n = std::get_if<std::int64_t>(&value.content);
  if (n == nullptr || *n < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*n);
}

std::optional<double> as_number(const Value& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value.content)) return static_cast<double>(*n);
  const auto* d = std::get_if<double>(&value.content);
  if (d == nullptr || !std::isfinite(*d)) return std::nullopt;
  return *d;
}

template <typename T>
std::optional<T> optional_of(const Checked<T>& checked, const Value* value) {
  return value == nullptr ? std::nullopt : std::optional<T>{checked.value()};
}

char in_small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Letters added, left out, changed (though not to capitals), or two neighbours swapped: what fingers do. `most` and
// more are not told apart.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (in_small(a[i - 1]) == in_small(b[j - 1]) ? 0 : 1);
      row[j] = std::min({row[j - 1] + 1, last[j] + 1, change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    if (*std::min_element(row.begin(), row.end()) >= most) return most;  // it only grows from here
    before_last.swap(last);
    last.swap(row);
  }
  return last.back();
}

}  // namespace

std::string written(std::uint64_t n) { return fmt::format("{}", n); }
std::string written(double n) { return fmt::format("{:g}", n); }

std::string nearest(std::string_view given, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 100;  // nobody mistypes longer ones, they come from elsewhere
  constexpr std::size_t most_slips = 8;
  std::string best;
  if (given.size() > longest) return best;
  std::size_t best_distance = std::clamp<std::size_t>(given.size() / 3, 1, most_slips) + 1;
  for (const std::string& candidate : known) {
    const std::size_t longer = std::max(candidate.size(), given.size()),
                      shorter = std::min(candidate.size(), given.size());
    if (longer - shorter >= best_distance) continue;
    const std::size_t distance = edit_distance(given, candidate, best_distance);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

Reader::Reader(const Value& table, std::string subject, Problems& problems)
    : table_{table}, subject_{std::move(subject)}, problems_{problems} {}

const Value* Reader::look(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  return table_.find(key);
}

const Value* Reader::must(std::string_view key, std::string_view what) {
  const Value* value = look(key);
  if (value == nullptr) problem(fmt::format("{} is missing; give {}", key, what));
  return value;
}

template <typename T, typename Parse>
Checked<T> Reader::parsed(std::string_view key, const Value* value, T fallback, std::string_view what, Parse parse) {
  if (value == nullptr) return {nullptr, key, fallback};
  if (const auto result = parse(*value)) return {this, key, *result};
  const std::string* text = value->text();
  const bool negative = text != nullptr && text->starts_with('-') && parse(Value{text->substr(1)});
  problem(key, fmt::format("{}must be {}", negative ? "is negative; " : "", what));
  unusable_.emplace_back(key);
  return {nullptr, key, fallback};
}

Checked<Duration> Reader::duration(std::string_view key) {
  const Value* value = must(key, a_duration);
  return parsed(key, value, Duration::zero(), wanted_duration(value), as_duration);
}
Checked<Duration> Reader::duration(std::string_view key, Duration fallback) {
  const Value* value = look(key);
  return parsed(key, value, fallback, wanted_duration(value), as_duration);
}
std::optional<Duration> Reader::maybe_duration(std::string_view key) {
  return optional_of(duration(key, Duration::zero()), look(key));
}
Checked<std::uint64_t> Reader::size(std::string_view key) {
  return parsed(key, must(key, a_size), std::uint64_t{0}, a_size, as_size);
}
Checked<std::uint64_t> Reader::size(std::string_view key, std::uint64_t fallback) {
  return parsed(key, look(key), fallback, a_size, as_size);
}
std::optional<std::uint64_t> Reader::maybe_size(std::string_view key) { return optional_of(size(key, 0), look(key)); }
Checked<double> Reader::rate(std::string_view key) { return parsed(key, must(key, a_rate), 0.0, a_rate, as_rate); }
Checked<double> Reader::share(std::string_view key, double fallback) {
  return parsed(key, look(key), fallback, a_share, as_share);
}
Checked<std::uint64_t> Reader::count(std::string_view key) {
  return parsed(key, must(key, a_count), std::uint64_t{0}, a_count, as_count);
}
Checked<std::uint64_t> Reader::count(std::string_view key, std::uint64_t fallback) {
  return parsed(key, look(key), fallback, a_count, as_count);
}
std::optional<std::uint64_t> Reader::maybe_count(std::string_view key) { return optional_of(count(key, 0), look(key)); }
Checked<double> Reader::number(std::string_view key) {
  return parsed(key, must(key, a_number), 0.0, a_number, as_number);
}
Checked<double> Reader::number(std::string_view key, double fallback) {
  return parsed(key, look(key), fallback, a_number, as_number);
}

bool Reader::flag(std::string_view key, bool fallback) {
  const Value* value = look(key);
  if (value == nullptr) return fallback;
  if (const bool* b = std::get_if<bool>(&value->content)) return *b;
  problem(key, "must be true or false");
  return fallback;
}

std::string Reader::text(std::string_view key) {
  const Value* value = must(key, a_text);
  if (value == nullptr) return {};
  if (value->text() != nullptr) return *value->text();
  problem(key, fmt::format("must be {}", a_text));
  unusable_.emplace_back(key);
  return {};
}

std::string Reader::text(std::string_view key, std::string_view fallback) {
  return look(key) == nullptr ? std::string{fallback} : text(key);
}

std::optional<std::string> Reader::maybe_text(std::string_view key) {
  return look(key) == nullptr ? std::nullopt : std::optional{text(key)};
}

std::vector<std::uint64_t> Reader::counts(std::string_view key) {
  const Value* value = look(key);
  if (value == nullptr) return {};
  std::vector<std::uint64_t> all;
  const auto take = [&all](const Value& item) {
    const auto* n = std::get_if<std::int64_t>(&item.content);
    if (n == nullptr || *n < 0) return false;
    all.push_back(static_cast<std::uint64_t>(*n));
    return true;
  };
  bool good = true;
  if (const Value::List* list = value->list()) {
    good = !list->empty() && std::all_of(list->begin(), list->end(), take);
  } else if (value->text() != nullptr) {
    std::string_view rest = *value->text();
    while (good && !rest.empty()) {
      const std::string_view one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      good = take(parse_scalar(one));
    }
    good = good && !all.empty();
  } else {
    good = take(*value);
  }
  if (!good) {
    problem(key, "must be a list of counts, such as [0, 100]");
    return {};
  }
  return short_enough(key, all.size()) ? all : std::vector<std::uint64_t>{};
}

std::vector<std::string> Reader::texts(std::string_view key) {
  const Value* value = look(key);
  if (value == nullptr) return {};
  if (value->text() != nullptr) return {*value->text()};
  std::vector<std::string> all;
  if (const Value::List* list = value->list()) {
    for (const Value& item : *list) {
      if (item.text() == nullptr) {
        problem(key, "must be a text or a list of texts");
        return {};
      }
      all.push_back(*item.text());
    }
    return short_enough(key, all.size()) ? all : std::vector<std::string>{};
  }
  problem(key, "must be a text or a list of texts");
  return {};
}

// With a ramp beside it a list is read again at every step.
bool Reader::short_enough(std::string_view key, std::size_t entries) {
  constexpr std::size_t most_entries = 1000;
  if (entries <= most_entries) return true;
  problem(key, fmt::format("has {} entries; at most {}", entries, most_entries));
  return false;
}

const Value* Reader::raw(std::string_view key) { return look(key); }

bool Reader::unusable(std::string_view key) const {
  return std::find(unusable_.begin(), unusable_.end(), key) != unusable_.end();
}

void Reader::problem(std::string_view key, const std::string& said) {
  if (unusable(key)) return;
  const Value* value = table_.find(key);
  for (const auto& [name, written] : written_)
    if (name == key) key = written;
  const bool many = value != nullptr && (value->list() != nullptr || value->table() != nullptr);
  const std::string given = value == nullptr ? std::string{key}
                            : many           ? fmt::format("{} ({})", key, value->shown())
                                             : fmt::format("{} = {}", key, value->shown());
  problems_.push_back(
      {value != nullptr ? value->place : table_.place, fmt::format("{}: {}: {}", subject_, given, said)});
}

void Reader::problem(const std::string& said) {
  problems_.push_back({table_.place, fmt::format("{}: {}", subject_, said)});
}

void Reader::finish() {
  const Value::Table* members = table_.table();
  if (members == nullptr) return;
  for (const Member& member : *members) {
    if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
    const std::string near = nearest(member.key, known_);
    std::string advice;
    if (near.empty()) {
      for (const std::string& key : known_) advice += (advice.empty() ? "known keys: " : ", ") + key;
    } else {
      advice = fmt::format("did you mean \"{}\"?", near);
    }
    problems_.push_back({member.place, fmt::format("{}: unknown key \"{}\"; {}", subject_, member.key, advice)});
  }
}

}  // namespace firedrill::faults
