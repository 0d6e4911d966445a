// Looked through before anything in it is followed.
#include "drills/sent_drill.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "drills/toml.hpp"

namespace firedrill::drills {
namespace {

using faults::Problems;
using faults::Value;

constexpr std::string_view sent_as = "drill";

struct Forbidden {
  std::string_view key, why;
};
constexpr std::array<Forbidden, 5> forbidden{{{"include", "files of the daemon's machine are not handed out"},
                                              {"command", "nobody runs commands on the daemon's machine from afar"},
                                              {"table", "files of the daemon's machine are not handed out"},
                                              {"body_file", "files of the daemon's machine are not handed out"},
                                              {"file", "files of the daemon's machine are not handed out"}}};

const Forbidden* find(std::string_view key) {
  const auto* const found =
      std::find_if(forbidden.begin(), forbidden.end(), [&](const Forbidden& f) { return f.key == key; });
  return found == forbidden.end() ? nullptr : found;
}

// No setting with these names means anything else.
void look_through(const Value& value, Problems& problems) {
  if (const auto* const list = value.list(); list != nullptr)
    for (const Value& one : *list) look_through(one, problems);
  if (const auto* const table = value.table(); table != nullptr)
    for (const faults::Member& member : *table) {
      if (const Forbidden* const f = find(member.key); f != nullptr)
        problems.push_back({member.place, fmt::format("{}: not in a drill that was sent: {}", member.key, f->why)});
      look_through(member.value, problems);
    }
}

}  // namespace

Drill parse_sent_drill(const std::string& text, const std::vector<Override>& overrides) {
  Problems problems;
  const auto tree = parse_toml(std::string{sent_as}, text, problems);
  if (tree) look_through(*tree, problems);
  if (!problems.empty()) throw faults::PlanError{std::move(problems)};
  judge_sent_overrides(overrides);
  return parse_drill(std::string{sent_as}, text, overrides, {});
}

bool looks_elsewhere(const Drill& drill) {
  const auto outside = [](const Target& target) { return target.proxy.empty() && target.backend.empty(); };
  const auto looks = [&](const Source& asked) {
    if (const auto* http = std::get_if<HttpProbe>(&asked)) return outside(http->url);
    if (const auto* tcp = std::get_if<TcpProbe>(&asked)) return outside(tcp->address);
    return false;
  };
  return std::any_of(drill.loads.begin(), drill.loads.end(),
                     [&](const LoadSpec& load) { return outside(load.target()); }) ||
         std::any_of(drill.checks.begin(), drill.checks.end(),
                     [&](const CheckSpec& check) { return looks(check.source); }) ||
         std::any_of(drill.aborts.begin(), drill.aborts.end(),
                     [&](const AbortSpec& abort) { return looks(abort.source); });
}

bool leads_elsewhere(const Override& override) {
  // BLOCK.NAME.KEY…, where a name may be any word.
  std::string_view rest = override.first;
  for (int part = 0; !rest.empty(); ++part) {
    const std::string_view one = rest.substr(0, rest.find('.'));
    if (part != 1 && (one == "listen" || one == "upstream" || one == "http" || one == "tcp" || one == "when"))
      return true;
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  return false;
}

void judge_sent_overrides(const std::vector<Override>& overrides) {
  Problems problems;
  for (const auto& [key, value] : overrides) {
    const std::string_view last = std::string_view{key}.substr(key.rfind('.') + 1);
    if (const Forbidden* const f = find(last); f != nullptr)
      problems.push_back({{}, fmt::format("set {}: {}", key, f->why)});
  }
  if (!problems.empty()) throw faults::PlanError{std::move(problems)};
}

}  // namespace firedrill::drills
