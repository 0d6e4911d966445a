// A drill file from text to checked drill.
#include "drills/drill.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "drills/overrides.hpp"
#include "drills/reading.hpp"
#include "drills/toml.hpp"
#include "drills/variables.hpp"

namespace firedrill::drills {
namespace {

using Position = std::pair<std::uint32_t, std::uint32_t>;

Position position(const faults::Problem& problem) { return {problem.place.line, problem.place.column}; }

void judge_whole(const Drill& drill, Purpose purpose, const faults::Place& place, Problems& problems) {
  if (drill.proxies.empty())
    problems.push_back({place, "drill: there is no [[proxy]], so nothing can go wrong on purpose"});
  if (purpose == Purpose::run && drill.faults.empty() && drill.loads.empty() && drill.checks.empty())
    problems.push_back({place, "drill: there is nothing to do: no [[fault]], no [[load]], no [[check]]"});
}

// A value that could not be had at all is not judged a second time for what it is.
void drop_repetitions(Problems& problems, std::size_t first_judged) {
  std::set<Position> unusable;
  for (std::size_t i = 0; i < first_judged; ++i) unusable.insert(position(problems[i]));
  std::size_t index = 0;
  std::erase_if(problems, [&](const faults::Problem& problem) {
    return index++ >= first_judged && problem.place.line != 0 && unusable.contains(position(problem));
  });
}

Drill read_tree(const Value& tree, Purpose purpose, Problems& problems) {
  Drill drill;
  Reading reading{drill, problems, purpose};
  Reader top{tree, "drill file", problems};
  read_header(top, reading);
  // A command ends when it likes: until then the timeline has all the time there is.
  if (purpose == Purpose::exec) drill.duration = drill.max_duration;
  read_backends(top, reading);
  read_proxies(top, reading);
  if (purpose == Purpose::exec) judge_variables(tree, reading);
  read_faults(top, reading);
  read_loads(top, reading);
  read_checks(top, reading);
  read_aborts(top, reading);
  top.finish();
  const Value* header = tree.find("drill");
  judge_whole(drill, purpose, header != nullptr ? header->place : tree.place, problems);
  return drill;
}

}  // namespace

Drill parse_drill(const std::string& path, std::string text, const std::vector<Override>& overrides,
                  const Variables& variables, Purpose purpose) {
  Problems problems;
  auto tree = parse_toml(path, text, problems);
  if (!tree) throw faults::PlanError{std::move(problems)};
  replace_variables(*tree, variables, problems);
  const std::size_t first_judged = problems.size();
  apply_overrides(*tree, overrides, problems);
  Drill drill = read_tree(*tree, purpose, problems);
  if (!problems.empty()) {
    drop_repetitions(problems, first_judged);
    std::stable_sort(problems.begin(), problems.end(),
                     [](const faults::Problem& a, const faults::Problem& b) { return position(a) < position(b); });
    throw faults::PlanError{std::move(problems)};
  }
  drill.file = path;
  drill.text = std::move(text);
  return drill;
}

std::vector<std::string> take_faults_out(Drill& drill) {
  drill.faults.clear();
  std::vector<std::string> left_out;
  std::erase_if(drill.checks, [&](const CheckSpec& check) {
    if (check.during == "always" || check.during == "before") return false;
    left_out.push_back(check.name);
    return true;
  });
  return left_out;
}

Drill read_drill(const std::string& path, const std::vector<Override>& overrides, Purpose purpose) {
  Problems problems;
  auto text = read_text(path, problems);
  if (!text) throw faults::PlanError{std::move(problems)};
  return parse_drill(path, std::move(*text), overrides, environment(), purpose);
}

}  // namespace firedrill::drills
