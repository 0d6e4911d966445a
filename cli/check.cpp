// firedrill check: every problem of every file, and every warning.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/text.hpp"
#include "faults/problems.hpp"

namespace firedrill::cli {

using Json = nlohmann::ordered_json;

namespace {

Json place(std::uint32_t number) { return number == 0 ? Json(nullptr) : Json(number); }

Json to_json(const std::string& file, const faults::Problems& problems) {
  Json list = Json::array();
  for (const faults::Problem& problem : problems)
    list.push_back({{"file", problem.place.source ? *problem.place.source : file},
                    {"line", place(problem.place.line)},
                    {"column", place(problem.place.column)},
                    {"message", problem.text}});
  return list;
}

std::string in_short(const drills::Drill& drill, drills::Purpose purpose) {
  const std::string length =
      (purpose == drills::Purpose::exec ? "as long as the command, at most " : "") + show_length(drill.length());
  const auto signals = static_cast<std::size_t>(
      std::count_if(drill.checks.begin(), drill.checks.end(), [](const auto& check) { return check.is_signal(); }));
  return fmt::format("ok: {}, {}, {}, {}{}\n", harmless(drill.name), length, count(drill.faults.size(), "fault"),
                     count(drill.checks.size() - signals, "check"),
                     signals == 0 ? "" : ", " + count(signals, "signal"));
}

}  // namespace

int check(const CheckArguments& arguments) {
  const auto purpose = arguments.exec ? drills::Purpose::exec : drills::Purpose::run;
  bool all_good = true, any_warning = false;
  Json list = Json::array();
  for (const std::string& file : arguments.files) {
    faults::Problems problems, warnings;
    try {
      const drills::Drill drill = drills::read_drill(file, {}, purpose);
      warnings = drill.warnings;
      if (!arguments.json) print(in_short(drill, purpose));
    } catch (const faults::PlanError& error) {
      problems = error.problems;
    }
    if (!arguments.json) {
      complain(problems);
      warn(warnings);
    }
    all_good = all_good && problems.empty();
    any_warning = any_warning || !warnings.empty();
    if (arguments.json)
      list.push_back({{"file", file},
                      {"ok", problems.empty()},
                      {"problems", to_json(file, problems)},
                      {"warnings", to_json(file, warnings)}});
  }
  if (arguments.json) print(list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  if (!flush()) return exit_errored;
  if (!all_good) return exit_bad_input;
  return arguments.strict && any_warning ? exit_warned : 0;
}

}  // namespace firedrill::cli
