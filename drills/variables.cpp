// Replacing variables, one text at a time.
#include "drills/variables.hpp"

#include <cctype>
#include <cstddef>
#include <optional>
#include <string_view>

#include <unistd.h>

#include <fmt/format.h>

#include "drills/toml.hpp"

namespace firedrill::drills {
namespace {

using faults::Problems;
using faults::Value;

bool is_name(std::string_view text) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  for (const char c : text)
    if (c != '_' && std::isalnum(static_cast<unsigned char>(c)) == 0) return false;
  return true;
}

class Replacing {
 public:
  Replacing(const Variables& variables, Problems& problems) : variables_{variables}, problems_{problems} {}

  void walk(Value& value) {
    if (auto* text = std::get_if<std::string>(&value.content)) {
      if (text->find("${") == std::string::npos) return;
      if (auto replaced = this->replaced(*text, value.place)) *text = std::move(*replaced);
    } else if (auto* list = std::get_if<Value::List>(&value.content)) {
      for (Value& item : *list) walk(item);
    } else if (auto* table = value.table()) {
      for (faults::Member& member : *table) walk(member.value);
    }
  }

 private:
  std::optional<std::string> replaced(std::string_view text, const faults::Place& place) {
    std::string result;
    bool sound = true;
    const auto problem = [&](std::string said) {
      problems_.push_back({place, std::move(said)});
      sound = false;
    };
    while (!text.empty()) {
      const std::size_t mark = text.find("${");
      result += text.substr(0, mark);
      if (mark == std::string_view::npos) break;
      const bool literal = mark > 0 && text[mark - 1] == '$';
      text.remove_prefix(mark + 2);
      if (literal) {
        result += '{';
        continue;
      }
      const std::size_t end = text.find('}');
      const std::string name{text.substr(0, end)};
      if (end == std::string_view::npos || !is_name(name)) {
        problem("\"${\" begins a variable such as ${HOME}; write \"$${\" for the characters themselves");
        break;
      }
      text.remove_prefix(end + 1);
      const auto variable = variables_.find(name);
      if (variable == variables_.end()) {
        problem(fmt::format("the environment variable {} is not set", name));
      } else if (grown_ += variable->second.size(); grown_ > longest_file) {
        problem(fmt::format("the environment variable {} makes the drill too long", name));
        break;
      } else {
        result += variable->second;
      }
    }
    return sound ? std::optional{std::move(result)} : std::nullopt;
  }

  const Variables& variables_;
  Problems& problems_;
  std::size_t grown_ = 0;
};

}  // namespace

Variables environment() {
  Variables all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

void replace_variables(Value& tree, const Variables& variables, Problems& problems) {
  Replacing{variables, problems}.walk(tree);
}

}  // namespace firedrill::drills
