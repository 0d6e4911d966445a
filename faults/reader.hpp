// Reads one table of settings: checks kind, unit and range of every key and collects all problems instead of stopping
// at the first.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faults/problems.hpp"
#include "faults/time.hpp"
#include "faults/units.hpp"
#include "faults/value.hpp"

namespace firedrill::faults {

class Reader;

/// A setting just read; converts to its value. The checks note a problem and leave the value as it is.
template <typename T>
class Checked {
 public:
  Checked(Reader* reader, std::string_view key, T value) : reader_{reader}, key_{key}, value_{value} {}
  operator T() const { return value_; }  // NOLINT(google-explicit-constructor): a setting is its value
  T value() const { return value_; }
  Checked at_least(T least) const;
  Checked at_most(T most) const;

 private:
  Reader* reader_;  // null where the key was absent or already a problem: nothing more to say of it
  std::string_view key_;
  T value_;
};

/// Every reading function marks its key as known; finish() reports the others. After a problem the fallback (or zero)
/// is returned, so that reading goes on; whoever started the reading throws PlanError when problems were found.
class Reader {
 public:
  /// `subject` opens each message: `fault "slow"`. `table` must be a table and outlive the reader.
  Reader(const Value& table, std::string subject, Problems& problems);

  bool has(std::string_view key) const { return table_.find(key) != nullptr; }
  /// Its value was found to be of the wrong form, and that has been said.
  bool unusable(std::string_view key) const;

  // Without a fallback the key is required. Durations, sizes and counts are never negative.
  Checked<Duration> duration(std::string_view key);
  Checked<Duration> duration(std::string_view key, Duration fallback);
  std::optional<Duration> maybe_duration(std::string_view key);
  Checked<std::uint64_t> size(std::string_view key);
  Checked<std::uint64_t> size(std::string_view key, std::uint64_t fallback);
  std::optional<std::uint64_t> maybe_size(std::string_view key);
  /// Bytes per second.
  Checked<double> rate(std::string_view key);
  /// 0 to 1; written 0% to 100%.
  Checked<double> share(std::string_view key, double fallback);
  Checked<std::uint64_t> count(std::string_view key);
  Checked<std::uint64_t> count(std::string_view key, std::uint64_t fallback);
  std::optional<std::uint64_t> maybe_count(std::string_view key);
  Checked<double> number(std::string_view key);
  Checked<double> number(std::string_view key, double fallback);
  bool flag(std::string_view key, bool fallback);
  std::string text(std::string_view key);
  std::string text(std::string_view key, std::string_view fallback);
  std::optional<std::string> maybe_text(std::string_view key);
  // Lists have a thousand entries at most.
  /// A list of counts, or one; "1,2,3" in the one-line form. Empty where absent.
  std::vector<std::uint64_t> counts(std::string_view key);
  /// A text or a list of texts.
  std::vector<std::string> texts(std::string_view key);

  template <typename E>
  using Choices = std::initializer_list<std::pair<std::string_view, E>>;
  template <typename E>
  E choice(std::string_view key, Choices<E> choices, E fallback);

  /// The value as written, for keys with a form of their own; null where absent.
  const Value* raw(std::string_view key);

  /// From now on messages call `key` what the user wrote.
  void call(std::string_view key, std::string_view written) { written_.emplace_back(key, written); }
  /// Notes a problem with `key`: "<subject>: <key> = <given>: <said>". Of a value whose form is wrong nothing more is
  /// said.
  void problem(std::string_view key, const std::string& said);
  /// Notes a problem with the table as a whole.
  void problem(const std::string& said);
  /// Reports keys nobody asked for, with the nearest known one. Call once, last.
  void finish();

  const Value& table() const { return table_; }
  const std::string& subject() const { return subject_; }
  Problems& problems() { return problems_; }

 private:
  const Value* look(std::string_view key);
  const Value* must(std::string_view key, std::string_view what);
  bool short_enough(std::string_view key, std::size_t entries);
  template <typename T, typename Parse>
  Checked<T> parsed(std::string_view key, const Value* value, T fallback, std::string_view what, Parse parse);

  const Value& table_;
  std::string subject_;
  Problems& problems_;
  std::vector<std::string> known_;
  std::vector<std::pair<std::string, std::string>> written_;  // keys under another name
  std::vector<std::string> unusable_;  // keys whose value has the wrong form: nothing more is said of it
};

/// The one of `known` nearest to `given` by edit distance, or "" if none is near.
std::string nearest(std::string_view given, const std::vector<std::string>& known);

// How a quantity is written back in a message.
inline std::string written(Duration d) { return show(d); }
std::string written(std::uint64_t n);
std::string written(double n);

template <typename T>
Checked<T> Checked<T>::at_least(T least) const {
  if (reader_ == nullptr || !(value_ < least)) return *this;
  reader_->problem(key_, "must be at least " + written(least));
  return {nullptr, key_, value_};
}

template <typename T>
Checked<T> Checked<T>::at_most(T most) const {
  if (reader_ == nullptr || !(most < value_)) return *this;
  reader_->problem(key_, "must be at most " + written(most));
  return {nullptr, key_, value_};
}

template <typename E>
E Reader::choice(std::string_view key, Choices<E> choices, E fallback) {
  const Value* value = look(key);
  if (value == nullptr) return fallback;
  std::string allowed;
  std::vector<std::string> names;
  for (const auto& [name, meaning] : choices) {
    if (value->text() != nullptr && *value->text() == name) return meaning;
    allowed += (allowed.empty() ? "" : ", ") + std::string{name};
    names.emplace_back(name);
  }
  const std::string near = value->text() != nullptr ? nearest(*value->text(), names) : "";
  problem(key, "must be one of " + allowed + (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
  unusable_.emplace_back(key);
  return fallback;
}

}  // namespace firedrill::faults
