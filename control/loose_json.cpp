// Looked up loosely.
#include "control/loose_json.hpp"

#include <sstream>
#include <string>

#include <fmt/format.h>

#include "control/http.hpp"
#include "control/problem.hpp"

namespace firedrill::control {

Json parse_first(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) throw Refusal{400, "bad request body: EOF"};
  try {
    refuse_depth(body);
    std::istringstream text{std::string{body}};
    Json first;
    text >> first;
    return first;
  } catch (const Json::exception& error) {
    throw Refusal{400, fmt::format("bad request body: {}", plain(error))};
  } catch (const faults::PlanError& error) {
    throw Refusal{400, fmt::format("bad request body: {}", error.problems.front().text)};
  }
}

const Json* loosely(const Json& object, std::string_view key) {
  const Json* found = nullptr;
  for (const auto& item : object.items()) {
    if (item.key() == key) return item.value().is_null() ? nullptr : &item.value();
    if (same_name(item.key(), key)) found = &item.value();
  }
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string_view type_of(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  if (value.is_string()) return "a text";
  if (value.is_boolean()) return "true or false";
  if (value.is_number_float()) return "a fraction";
  return "a number";
}

}  // namespace firedrill::control
