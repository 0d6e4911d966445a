// Finding the place that an override is for.
#include "drills/overrides.hpp"

#include <algorithm>
#include <memory>
#include <string_view>

#include <fmt/format.h>

#include "drills/toml.hpp"

namespace firedrill::drills {
namespace {

using faults::Problems;
using faults::Value;

const std::vector<std::string> blocks{"drill", "backend", "proxy", "load", "fault", "check", "signal"};

std::string advice(std::string_view given, const std::vector<std::string>& known) {
  if (const std::string near = faults::nearest(given, known); !near.empty())
    return fmt::format("did you mean \"{}\"?", near);
  return fmt::format("there {} {}", known.size() == 1 ? "is" : "are", fmt::join(known, ", "));
}

class Setting {
 public:
  Setting(const Override& given, Problems& problems) : given_{given}, path_{given.first}, problems_{problems} {}

  void apply(Value& tree) {
    const std::string block = step();
    if (std::find(blocks.begin(), blocks.end(), block) == blocks.end())
      return problem(fmt::format("unknown block \"{}\"; {}", block, advice(block, blocks)));
    Value* entry = block == "drill" ? drill(tree) : named(tree, block);
    if (entry != nullptr) put(*entry, block);
  }

 private:
  // The part of the path up to the next dot, which is taken off.
  std::string step() {
    std::string first{path_.substr(0, path_.find('.'))};
    path_.remove_prefix(std::min(first.size() + 1, path_.size()));
    return first;
  }

  static Value* drill(Value& tree) {
    if (const Value* there = tree.find("drill"); there == nullptr || there->table() == nullptr)
      tree.put("drill", Value{Value::Table{}, tree.place});
    return tree.find("drill");
  }

  // Names may hold dots and spaces, so the names there are decide where the name ends; the longest wins.
  Value* named(Value& tree, const std::string& block) {
    Value* const list = tree.find(block);
    auto* const entries = list != nullptr ? std::get_if<Value::List>(&list->content) : nullptr;
    std::vector<std::string> names;
    Value* found = nullptr;
    std::size_t length = 0;
    for (Value& entry : entries != nullptr ? *entries : none_) {
      const Value* name = entry.find("name");
      if (name == nullptr || name->text() == nullptr) continue;
      names.push_back(*name->text());
      const bool fits = path_ == names.back() || path_.starts_with(names.back() + ".");
      if (!fits || (found != nullptr && names.back().size() <= length)) continue;
      found = &entry;
      length = names.back().size();
    }
    if (found != nullptr) {
      path_.remove_prefix(std::min(length + 1, path_.size()));
      return found;
    }
    const std::string name = step();
    if (names.empty()) {
      problem(fmt::format("the drill has no [[{}]]", block));
    } else {
      problem(fmt::format("there is no {} \"{}\"; {}", block, name, advice(name, names)));
    }
    return nullptr;
  }

  void put(Value& entry, const std::string& block) {
    const auto depth = static_cast<std::size_t>(std::count(path_.begin(), path_.end(), '.'));
    if (depth >= deepest_nesting || path_.empty() || path_.starts_with('.') || path_.ends_with('.') ||
        path_.find("..") != std::string_view::npos)
      return problem(fmt::format("names no key; write {}.KEY=VALUE", block == "drill" ? block : block + ".NAME"));
    Value* at = &entry;
    while (path_.find('.') != std::string_view::npos) {
      const std::string key = step();
      if (const Value* there = at->find(key); there == nullptr || there->table() == nullptr)
        at->put(key, Value{Value::Table{}, place_});
      at = at->find(key);
    }
    Value value = faults::parse_scalar(given_.second);
    value.place = place_;
    at->put(std::string{path_}, std::move(value));
  }

  void problem(const std::string& said) {
    problems_.push_back({place_, fmt::format("{}={}: {}", given_.first, given_.second, said)});
  }

  const Override& given_;
  std::string_view path_;
  Problems& problems_;
  const faults::Place place_{std::make_shared<const std::string>("--set")};
  Value::List none_;
};

}  // namespace

void apply_overrides(Value& tree, const std::vector<Override>& overrides, Problems& problems) {
  for (const Override& one : overrides) Setting{one, problems}.apply(tree);
}

}  // namespace firedrill::drills
