// nlohmann/json within limits.
#include "control/json.hpp"

#include <limits>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "faults/problems.hpp"

namespace firedrill::control {
namespace {

using faults::Place;
using faults::Value;

constexpr int deepest = 32;

[[noreturn]] void refuse(const std::string& what) { throw faults::PlanError{{{Place{}, what}}}; }

// RFC 6901.
std::string below(const std::string& pointer, std::string_view key) {
  std::string text = pointer + "/";
  for (const char c : key) {
    if (c == '~')
      text += "~0";
    else if (c == '/')
      text += "~1";
    else
      text += c;
  }
  return text;
}

}  // namespace

Json parse_json(std::string_view body) {
  if (body.empty()) refuse("the body is empty; give a JSON object");
  refuse_depth(body);
  try {
    return Json::parse(body);
  } catch (const Json::exception& error) {
    refuse("the body is not JSON: " + plain(error));
  }
}

void refuse_depth(std::string_view body) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > deepest) refuse(fmt::format("the body is nested too deeply; at most {} levels", deepest));
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
}

// "[json.exception.parse_error.101] parse error at line 1, column 5: …"
std::string plain(const Json::exception& error) {
  std::string_view what = error.what();
  if (const std::size_t end = what.find("] "); what.starts_with('[') && end != std::string_view::npos)
    what.remove_prefix(end + 2);
  return std::string{what};
}

Value settings_of(const Json& json, const std::string& pointer) {
  const Place place{std::make_shared<const std::string>(pointer), 0, 0};
  switch (json.type()) {
    case Json::value_t::object: {
      Value::Table table;
      for (const auto& item : json.items()) {
        if (item.value().is_null()) continue;
        const std::string where = below(pointer, item.key());
        Value value = settings_of(item.value(), where);
        const Place of_key = value.place;
        table.push_back({item.key(), std::move(value), of_key});
      }
      return Value{std::move(table), place};
    }
    case Json::value_t::array: {
      Value::List list;
      for (std::size_t i = 0; i < json.size(); ++i)
        list.push_back(settings_of(json[i], fmt::format("{}/{}", pointer, i)));
      return Value{std::move(list), place};
    }
    case Json::value_t::string:
      return Value{json.get<std::string>(), place};
    case Json::value_t::boolean:
      return Value{json.get<bool>(), place};
    case Json::value_t::number_integer:
      return Value{json.get<std::int64_t>(), place};
    case Json::value_t::number_unsigned:
      if (json.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return Value{json.get<std::int64_t>(), place};
      return Value{json.get<double>(), place};
    case Json::value_t::number_float:
      return Value{json.get<double>(), place};
    default:  // null, in a list
      return Value{std::string{"null"}, place};
  }
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace firedrill::control
