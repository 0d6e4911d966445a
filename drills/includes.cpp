// Following includes, and putting the blocks of several files together.
#include "drills/includes.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "drills/toml.hpp"

namespace firedrill::drills {
namespace {

using faults::Member;
using faults::Place;
using faults::Problems;
using faults::Value;

// The same for every way to write it.
std::string identity(const std::string& path) {
  std::error_code error;
  const auto canonical = std::filesystem::canonical(path, error);
  return error ? path : canonical.string();
}

void append(Value::List& all, const Value::List& more) { all.insert(all.end(), more.begin(), more.end()); }

class Gathering {
 public:
  Gathering(const Variables& variables, Problems& problems) : variables_{variables}, problems_{problems} {}

  Sources outermost(const std::string& path, const std::string& text) {
    if (auto tree = file(path, text)) {
      sources_.tree = std::move(*tree);
    } else {
      sources_.whole = false;
    }
    return std::move(sources_);
  }

 private:
  // A file on the way from the outermost one.
  struct Link {
    std::string path, identity;
  };

  std::optional<Value> file(const std::string& path, const std::string& text) {
    sources_.files.push_back({path, text});
    auto own = parse_toml(path, text, problems_);
    if (!own) return std::nullopt;
    replace_variables(*own, variables_, problems_);
    if (!chain_.empty()) refuse_header(*own);
    chain_.push_back({path, identity(path)});
    read_.insert(chain_.back().identity);
    Value all{Value::Table{}, own->place};
    if (const Value* includes = own->find("include")) follow_all(*includes, all);
    std::erase_if(*own->table(), [](const Member& member) { return member.key == "include"; });
    merge(all, *own);
    chain_.pop_back();
    return all;
  }

  // What a run is called and how long it lasts is said in one place.
  void refuse_header(Value& tree) {
    std::erase_if(*tree.table(), [&](const Member& member) {
      if (member.key != "drill") return false;
      problems_.push_back({member.value.place, fmt::format("drill: [drill] belongs in {} alone; this file is included",
                                                           sources_.files.front().file)});
      return true;
    });
  }

  void follow_all(const Value& includes, Value& all) {
    const Value::List one{includes};
    for (const Value& entry : includes.list() != nullptr ? *includes.list() : one) {
      const bool named = entry.text() != nullptr && !entry.text()->empty();
      if (!named || entry.text()->find('\0') != std::string::npos) {
        fail(entry, R"(must be the name of a file, or a list of names such as ["stack.toml"])");
      } else if (std::any_of(problems_.begin(), problems_.end(),
                             [&](const auto& p) { return p.place.text() == entry.place.text(); })) {
        sources_.whole = false;  // a variable in it is not set
      } else {
        follow(entry, all);
      }
    }
  }

  void follow(const Value& entry, Value& all) {
    const std::string& name = *entry.text();
    const std::string path = name.starts_with('/') ? name : entry.place.directory() + name;
    const std::string same = identity(path);
    if (std::any_of(chain_.begin(), chain_.end(), [&](const Link& link) { return link.identity == same; }))
      return problem(entry, fmt::format("includes itself: {}", chain_to(path)));
    if (read_.contains(same)) return;
    if (chain_.size() > deepest_include)
      return fail(entry, fmt::format("nested too deeply; at most {} levels: {}", deepest_include, chain_to(path)));
    if (sources_.files.size() > most_files) return fail(entry, fmt::format("at most {} included files", most_files));
    Problems unreadable;
    const auto text = read_text(path, unreadable);
    if (!text) return fail(entry, unreadable.front().text);
    if (const auto tree = file(path, *text)) {
      merge(all, *tree);
    } else {
      sources_.whole = false;
    }
  }

  // Blocks add up, and so do abort conditions.
  void merge(Value& all, const Value& more) {
    if (all.table()->empty()) {
      all.content = more.content;
      return;
    }
    for (const Member& member : *more.table()) {
      Value* const there = all.find(member.key);
      auto* const list = there != nullptr ? std::get_if<Value::List>(&there->content) : nullptr;
      if (there == nullptr) {
        all.table()->push_back(member);
      } else if (list != nullptr && member.value.list() != nullptr) {
        append(*list, *member.value.list());
      } else if (member.key == "abort" && there->table() != nullptr && member.value.table() != nullptr) {
        merge(*there, member.value);
      } else {
        problems_.push_back({member.place, fmt::format("{}: is at {} already; only [[blocks]] and the conditions "
                                                       "of [abort] add up",
                                                       member.key, there->place.text())});
      }
    }
  }

  std::string chain_to(const std::string& last) const {
    std::string text;
    for (const Link& link : chain_) text += link.path + " → ";
    return text + last;
  }

  void problem(const Value& entry, const std::string& said) {
    problems_.push_back({entry.place, fmt::format("include = {}: {}", entry.shown(), said)});
  }
  // What cannot be read may hold anything.
  void fail(const Value& entry, const std::string& said) {
    problem(entry, said);
    sources_.whole = false;
  }

  const Variables& variables_;
  Problems& problems_;
  Sources sources_;
  std::vector<Link> chain_;
  std::set<std::string> read_;
};

}  // namespace

Sources read_sources(const std::string& path, const std::string& text, const Variables& variables, Problems& problems) {
  return Gathering{variables, problems}.outermost(path, text);
}

}  // namespace firedrill::drills
