// One visitor.
#include "drills/value_json.hpp"

#include <string>
#include <variant>

namespace firedrill::drills {

using Json = nlohmann::ordered_json;

Json json_of(const faults::Value& value) {
  struct Converted {
    Json operator()(bool b) const { return b; }
    Json operator()(std::int64_t n) const { return n; }
    Json operator()(double d) const { return d; }
    Json operator()(const std::string& s) const { return s; }
    Json operator()(const faults::Value::List& list) const {
      Json all = Json::array();
      for (const faults::Value& item : list) all.push_back(json_of(item));
      return all;
    }
    Json operator()(const faults::Value::Table& table) const {
      Json all = Json::object();
      for (const faults::Member& member : table) all[member.key] = json_of(member.value);
      return all;
    }
  };
  return std::visit(Converted{}, value.content);
}

}  // namespace firedrill::drills
