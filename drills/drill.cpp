// A drill file from text to checked drill.
#include "drills/drill.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "drills/overrides.hpp"
#include "drills/reading.hpp"
#include "drills/timeline.hpp"
#include "drills/toml.hpp"
#include "drills/variables.hpp"
#include "drills/warnings.hpp"

namespace firedrill::drills {
namespace {

// Where something was written: the how manieth file (0: none of them, such as --set), line and column.
using Position = std::tuple<std::size_t, std::uint32_t, std::uint32_t>;

class Positions {
 public:
  explicit Positions(const std::vector<SourceFile>& files) : files_{files} {}

  Position operator()(const faults::Problem& problem) const {
    const faults::Place& place = problem.place;
    std::size_t file = 0;
    for (std::size_t i = 0; i < files_.size() && place.source != nullptr && file == 0; ++i)
      if (files_[i].file == *place.source) file = i + 1;
    return {file, place.line, place.column};
  }

  void sort(Problems& problems) const {
    std::stable_sort(problems.begin(), problems.end(),
                     [this](const auto& a, const auto& b) { return (*this)(a) < (*this)(b); });
  }

 private:
  const std::vector<SourceFile>& files_;
};

void judge_whole(const Drill& drill, Purpose purpose, const faults::Place& place, Problems& problems) {
  if (drill.proxies.empty())
    problems.push_back({place, "drill: there is no [[proxy]], so nothing can go wrong on purpose"});
  if (purpose == Purpose::run && drill.faults.empty() && drill.loads.empty() && drill.checks.empty())
    problems.push_back({place, "drill: there is nothing to do: no [[fault]], no [[load]], no [[check]]"});
}

// Each check and each proxy is held against the time that every fault is in force, and a dry run lists it.
void judge_size(const Drill& drill, const faults::Place& place, Problems& problems) {
  constexpr std::size_t most = 1'000'000;
  const std::size_t times = intervals(drill).size(), looks = drill.checks.size() + drill.proxies.size();
  if (times * looks > most)
    problems.push_back({place, fmt::format("drill: faults come {} times, which {} checks and proxies make {} intervals "
                                           "of; at most {}",
                                           times, looks, times * looks, most)});
}

// A value that could not be had at all is not judged a second time for what it is.
void drop_repetitions(Problems& problems, std::size_t first_judged, const Positions& position) {
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
  top.raw("include");  // followed already
  if (purpose == Purpose::proxies) {
    for (const char* const other : {"drill", "fault", "load", "check", "signal", "abort", "schedule"}) top.raw(other);
    read_backends(top, reading);
    read_proxies(top, reading);
    top.finish();
    return drill;
  }
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
  drill.schedule = read_schedule(top);
  top.finish();
  const Value* header = tree.find("drill");
  const faults::Place place = header != nullptr ? header->place : tree.place;
  judge_whole(drill, purpose, place, problems);
  if (problems.empty()) judge_size(drill, place, problems);
  return drill;
}

}  // namespace

Drill parse_drill(const std::string& path, std::string text, const std::vector<Override>& overrides,
                  const Variables& variables, Purpose purpose) {
  Problems problems;
  Sources sources = read_sources(path, text, variables, problems);
  const Positions position{sources.files};
  const auto give_up = [&] {
    position.sort(problems);
    throw faults::PlanError{std::move(problems)};
  };
  if (!sources.whole) give_up();
  const std::size_t first_judged = problems.size();
  apply_overrides(sources.tree, overrides, problems);
  Drill drill = read_tree(sources.tree, purpose, problems);
  if (!problems.empty()) {
    drop_repetitions(problems, first_judged, position);
    give_up();
  }
  drill.file = path;
  drill.text = std::move(text);
  drill.included.assign(sources.files.begin() + 1, sources.files.end());
  if (purpose != Purpose::proxies) drill.warnings = warnings_of(drill, sources.tree, purpose);
  position.sort(drill.warnings);
  return drill;
}

bool FaultSpec::concerns(std::string_view proxy) const {
  return std::find(proxies.begin(), proxies.end(), proxy) != proxies.end();
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
