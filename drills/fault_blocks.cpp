// [[fault]]: what goes wrong, with which proxies, and when.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "faults/profiles.hpp"

#include "drills/phases.hpp"
#include "drills/reading.hpp"
#include "drills/timeline.hpp"

namespace firedrill::drills {
namespace {

constexpr std::string_view only_exec = " (only under firedrill exec it needs none)";

constexpr std::array<std::string_view, 4> reserved{"before", "fault", "after", "always"};
constexpr std::uint64_t most_times = 100'000;
constexpr double most_steps = 100'000;

std::vector<std::string> read_fault_proxies(Reader& keys, const Drill& drill, Problems& problems) {
  const Value* value = keys.raw("proxy");
  if (value == nullptr) {
    keys.problem("proxy is missing; give the name of a proxy or a list of names");
    return {};
  }
  const auto names = keys.texts("proxy"), known = names_of(drill.proxies);
  if (value->list() != nullptr && value->list()->empty()) keys.problem("proxy", "must name at least one proxy");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Value& item = value->list() != nullptr ? (*value->list())[i] : *value;
    const auto said = [&](const std::string& wrong) {
      problems.push_back({item.place, fmt::format("{}: proxy = {}: {}", keys.subject(), item.shown(), wrong)});
    };
    if (const std::string wrong = no_such("proxy", names[i], known); !wrong.empty()) said(wrong);
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i))
      said("named twice");
  }
  return names;
}

std::optional<FaultSpec::Repeat> read_repeat(Reader& fault, Problems& problems) {
  const Value* value = fault.raw("repeat");
  if (value == nullptr) return std::nullopt;
  if (value->table() == nullptr) {
    fault.problem("repeat", R"(must be a table such as { on = "5s", off = "10s", times = 6 })");
    return FaultSpec::Repeat{};
  }
  Reader keys{*value, fault.subject() + ": repeat", problems};
  FaultSpec::Repeat repeat;
  repeat.on = keys.duration("on").at_least(shortest);
  repeat.off = keys.duration("off").at_least(shortest);
  repeat.times = keys.count("times").at_least(1).at_most(most_times);
  keys.finish();
  return repeat;
}

// Every change is read, sorted and shown, and every check is held against all of them.
void judge_steps(Reader& keys, const FaultSpec& fault, Reading& reading) {
  double steps = 2;
  for (const Ramp& ramp : fault.ramps) steps += faults::seconds(ramp.over) / faults::seconds(ramp_step);
  const double times = fault.repeat ? static_cast<double>(fault.repeat->times) : 1;
  if (steps * times > most_steps)
    keys.problem(fmt::format("repeat and ramps make {:.0f} changes; at most {:.0f} (a ramp changes every {})",
                             steps * times, most_steps, faults::show(ramp_step)));

  // Of all faults together those count that are not cut.
  const Drill& drill = reading.drill;
  const Duration room = drill.duration.value_or(drill.max_duration) - fault.at;
  const double fit = fault.repeat ? faults::seconds(room) / faults::seconds(fault.repeat->on + fault.repeat->off) : 1;
  const double before = std::exchange(reading.steps, reading.steps + steps * std::clamp(std::ceil(fit), 1.0, times));
  if (before > 0 && reading.steps > most_steps)
    keys.problem(fmt::format("repeat and ramps of this fault and those before it make {:.0f} changes; at most {:.0f}",
                             reading.steps, most_steps));
}

void judge_timing(Reader& keys, const FaultSpec& fault, Reading& reading) {
  const Drill& drill = reading.drill;
  if (drill.duration && fault.at >= *drill.duration)
    keys.problem("at", fmt::format("the drill lasts {} only", faults::show(*drill.duration)));
  if (!fault.lasts && !fault.repeat && !drill.duration)
    keys.problem("for is missing; without it the fault lasts until the end of the run, and the drill has no duration" +
                 std::string{only_exec});
  const Duration left = drill.duration ? *drill.duration - fault.at : Duration::max();
  const Duration on = std::min(fault.repeat ? fault.repeat->on : fault.lasts.value_or(left), left);
  for (const Ramp& ramp : fault.ramps)
    if (ramp.over > on)
      keys.problem(fmt::format("{}.ramp: over = \"{}\" is longer than the fault is in force ({})", ramp.key,
                               faults::show(ramp.over), faults::show(on)));
  judge_steps(keys, fault, reading);
}

void read_timing(Reader& keys, FaultSpec& fault, Reading& reading) {
  const std::size_t before = reading.problems.size();
  fault.at = keys.duration("at", Duration::zero());
  if (keys.raw("for") != nullptr) fault.lasts = keys.duration("for").at_least(shortest);
  fault.repeat = read_repeat(keys, reading.problems);
  if (fault.lasts && fault.repeat) keys.problem("for", "repeat says how long and how often; give one of the two");
  if (reading.timing_is_sound && reading.problems.size() == before) judge_timing(keys, fault, reading);
  if (reading.problems.size() != before) reading.timing_is_sound = false;
}

// A ramp starts from settings that must be as good as those it ends with. What was wrong with the end is not said
// again.
void judge_ramp_starts(const FaultSpec& fault, const Value& table, const std::string& subject, Problems& problems) {
  if (fault.ramps.empty()) return;
  Value start = table;
  for (const Ramp& ramp : fault.ramps) start.put(ramp.key, ramp.from);
  Problems found;
  Reader keys{start, subject, found};
  faults::read_fault(fault.name, keys);
  for (faults::Problem& problem : found) {
    const auto same = [&](const faults::Problem& other) { return other.line() == problem.line(); };
    if (std::none_of(problems.begin(), problems.end(), same)) problems.push_back(std::move(problem));
  }
}

Value settings_alone(const Value& table) {
  Value rest = table;
  std::erase_if(*rest.table(), [](const faults::Member& member) {
    return member.key == "name" || member.key == "proxy" || member.key == "at" || member.key == "for" ||
           member.key == "repeat";
  });
  return rest;
}

void read_fault_block(const Block& block, Reading& reading) {
  FaultSpec fault;
  fault.name = block.name;
  Value table = *block.table;
  const bool profile_is_sound = faults::lay_profile_under(table, block.subject, reading.problems);
  const bool ramps_are_sound = take_ramps(table, block.subject, fault.ramps, reading.problems);

  Reader keys{table, block.subject, reading.problems};
  keys.raw("name");
  if (std::find(reserved.begin(), reserved.end(), fault.name) != reserved.end())
    keys.problem("name", "is the name of a phase; before, fault, after and always are reserved");
  fault.proxies = read_fault_proxies(keys, reading.drill, reading.problems);
  read_timing(keys, fault, reading);
  // A setting whose ramp or profile is wrong is not missing too.
  if (profile_is_sound && ramps_are_sound) {
    if (const auto read = faults::read_fault(fault.name, keys)) {
      fault.kind = read->kind;
      keys.finish();
      judge_ramp_starts(fault, table, block.subject, reading.problems);
    }
  }
  fault.table = settings_alone(table);
  reading.drill.faults.push_back(std::move(fault));
}

}  // namespace

void read_faults(Reader& top, Reading& reading) {
  Drill& drill = reading.drill;
  const auto blocks = read_blocks(top, "fault", Naming::word, reading.problems);
  for (const Block& block : blocks) {
    if (drill.faults.size() == Phases::most_faults) {
      reading.problems.push_back(
          {block.table->place, fmt::format("{}: at most {} faults in a drill", block.subject, Phases::most_faults)});
      break;
    }
    read_fault_block(block, reading);
  }
  if (!reading.timing_is_sound) return;
  const Value* header = top.raw("drill");
  if (const auto end = timeline_end(drill); !drill.duration && end && *end > drill.max_duration) {
    const bool given = header->find("max_duration") != nullptr;
    reading.problems.push_back(
        {header->place, fmt::format("drill: the last fault ends at {}, after max_duration ({}{})", faults::show(*end),
                                    faults::show(drill.max_duration), given ? "" : " unless given")});
  }
  if (drill.faults.empty() && !drill.duration) {
    reading.problems.push_back(
        {header->place,
         fmt::format("drill: duration is missing; there is no fault whose end would end the drill{}", only_exec)});
    reading.timing_is_sound = false;
  }
}

}  // namespace firedrill::drills
