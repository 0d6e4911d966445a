// Blocks and their names, and references between them.
#include "drills/reading.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include <fmt/format.h>

namespace firedrill::drills {
namespace {

bool is_word(std::string_view name) {
  return name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
           return c == '-' || c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
         });
}

bool is_title(std::string_view name) {
  return name.size() <= 200 && std::none_of(name.begin(), name.end(),
                                            [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void judge_name(Block& block, std::string_view kind, Naming naming, Problems& problems) {
  Reader keys{*block.table, block.subject, problems};
  const std::string name = keys.text("name");
  if (name.empty()) {
    if (keys.raw("name") != nullptr && keys.raw("name")->text() != nullptr) keys.problem("name", "must not be empty");
  } else if (naming == Naming::word && !is_word(name)) {
    keys.problem("name", "must be at most 64 letters, digits, - and _");
  } else if (!is_title(name)) {
    keys.problem("name", "must be at most 200 characters, all of them printable");
  }
  block.name = name;
  if (!name.empty() && is_title(name)) block.subject = fmt::format("{} \"{}\"", kind, name);
}

}  // namespace

std::vector<Block> read_blocks(Reader& top, std::string_view kind, Naming naming, Problems& problems) {
  const Value* value = top.raw(kind);
  if (value == nullptr) return {};
  const Value::List* list = value->list();
  if (list == nullptr || std::any_of(list->begin(), list->end(), [](const Value& v) { return v.table() == nullptr; })) {
    problems.push_back({value->place, fmt::format("{}: write [[{}]], once for each {}", kind, kind, kind)});
    return {};
  }
  std::vector<Block> blocks;
  std::map<std::string, const Value*> seen;
  for (const Value& table : *list) {
    if (blocks.size() == most_blocks) {
      problems.push_back({table.place, fmt::format("at most {} [[{}]] blocks", most_blocks, kind)});
      break;
    }
    Block block{&table, {}, fmt::format("{} number {}", kind, blocks.size() + 1)};
    judge_name(block, kind, naming, problems);
    const Value* name = table.find("name");
    if (const auto [first, fresh] = seen.emplace(block.name, name); !fresh && !block.name.empty())
      problems.push_back({name->place, fmt::format("{}: name = {}: taken by the {} at {}", block.subject, name->shown(),
                                                   kind, first->second->place.text())});
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::string no_such(std::string_view kind, std::string_view name, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return {};
  if (known.empty()) return fmt::format("there is no {0} \"{1}\"; the drill has no [[{0}]]", kind, name);
  if (const std::string near = faults::nearest(name, known); !near.empty())
    return fmt::format("there is no {} \"{}\"; did you mean \"{}\"?", kind, name, near);
  const bool all = known.size() <= 10;
  return fmt::format("there is no {} \"{}\"; there {} {}{}", kind, name, known.size() == 1 ? "is" : "are",
                     fmt::join(known.begin(), all ? known.end() : known.begin() + 10, ", "), all ? "" : " …");
}

}  // namespace firedrill::drills
