// Lenient access to JSON that others wrote.
#include "drills/json_fields.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace firedrill::drills {

const Fields& field(const Fields& object, const char* key) {
  static const Fields none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

const Fields& list_of(const Fields& object, const char* key) {
  static const Fields none = Fields::array();
  const Fields& value = field(object, key);
  return value.is_array() ? value : none;
}

std::string text_of(const Fields& object, const char* key) {
  const Fields& value = field(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

std::optional<double> number_of(const Fields& object, const char* key) {
  const Fields& value = field(object, key);
  if (!value.is_number()) return std::nullopt;
  const double number = value.get<double>();
  return std::isfinite(number) ? std::optional{number} : std::nullopt;
}

std::optional<std::uint64_t> as_count(const Fields& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_number_integer() && value.get<std::int64_t>() >= 0) return value.get<std::uint64_t>();
  return std::nullopt;
}

std::optional<std::uint64_t> count_of(const Fields& object, const char* key) { return as_count(field(object, key)); }

std::vector<std::string> texts_of(const Fields& object, const char* key) {
  std::vector<std::string> texts;
  const Fields& list = field(object, key);
  if (list.is_string()) texts.push_back(list.get<std::string>());
  if (!list.is_array()) return texts;
  for (const Fields& item : list)
    if (item.is_string()) texts.push_back(item.get<std::string>());
  return texts;
}

std::map<std::string, std::uint64_t, std::less<>> counts_of(const Fields& object, const char* key) {
  std::map<std::string, std::uint64_t, std::less<>> counts;
  const Fields& table = field(object, key);
  if (!table.is_object()) return counts;
  for (const auto& item : table.items())
    if (const auto n = as_count(item.value())) counts[item.key()] = *n;
  return counts;
}

std::vector<std::pair<std::string, std::string>> facts_of(const Fields& object, const char* key) {
  std::vector<std::pair<std::string, std::string>> facts;
  const Fields& table = field(object, key);
  if (!table.is_object()) return facts;
  for (const auto& item : table.items()) facts.emplace_back(item.key(), item.value().dump());
  return facts;
}

}  // namespace firedrill::drills
