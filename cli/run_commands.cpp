// Lists, orders, and a run watched to its end by asking twice a second.
#include "cli/run_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/exchange.hpp"
#include "cli/fault_words.hpp"
#include "cli/output.hpp"
#include "cli/screen.hpp"
#include "cli/signals.hpp"
#include "cli/text.hpp"
#include "control/http.hpp"
#include "drills/outcome.hpp"
#include "faults/units.hpp"

namespace firedrill::cli {
namespace {

using namespace std::chrono_literals;
using drills::Result;

constexpr auto between_looks = 500ms;

std::string text_or_dash(const Json& json) { return json.is_string() ? json.get<std::string>() : "-"; }

void say(std::string_view text) { print(harmless(text) + "\n"); }

int print_json(const Json& json) {
  print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  return 0;
}

// For people, and for programs. Before the start is the start.
std::string show_seconds(const Json& s) { return fmt::format("{:.1f}s", std::max(0.0, s.get<double>())); }
std::string bare_seconds(const Json& s) { return fmt::format("{:.3f}", s.get<double>()); }

Paint paint_of(const std::string& state) {
  return state == "passed"                         ? Paint::green
         : state == "failed" || state == "errored" ? Paint::red
         : state == "aborted" || state == "paused" ? Paint::yellow
                                                   : Paint::plain;
}

// How it ended, or where it stands.
std::string standing(const Json& run) {
  return run.at("result").is_null() ? text_at(run, "state") : text_at(run, "result");
}

Table table_of_drills(const Json& drills) {
  Table table{{{"DRILL"}, {"SCHEDULED"}, {"PROBLEMS"}, {"TITLE"}, {"FILE"}}};
  for (const Json& drill : drills) {
    std::vector<std::string> problems;
    for (const Json& problem : drill.at("problems")) problems.push_back(problem.get<std::string>());
    table.add({{text_at(drill, "name"), Paint::bold},
               drill.at("scheduled").get<bool>() ? "yes" : "no",
               {fmt::format("{}", fmt::join(problems, "; ")), Paint::red},
               text_at(drill, "title"),
               text_at(drill, "file")});
  }
  return table;
}

Table table_of_schedule(const Json& schedule) {
  Table table{{{"DRILL"}, {"CRON"}, {"TIMEZONE"}, {"NEXT, UTC"}, {"HERE"}, {"STATE"}}};
  for (const Json& one : schedule) {
    const bool enabled = one.at("enabled").get<bool>();
    const std::string next = text_or_dash(one.at("next"));
    table.add({{text_at(one, "drill"), Paint::bold},
               text_at(one, "cron"),
               text_at(one, "timezone"),
               next,
               {show_clock(next), local_stamp(next)},
               {enabled ? "enabled" : "disabled", enabled ? Paint::plain : Paint::yellow}});
  }
  return table;
}

// What it was, is and has seen; in a pipe each line begins with what it is about.
void show(const Json& run) {
  const bool terminal = on_terminal();
  const Shape shape = terminal_shape();
  const auto put = [&](Table& table, const char* first) {
    if (!terminal) return print(table.tabbed(first));
    if (table.empty()) return;
    print("\n");
    for (const std::string& line : table.lines(shape)) print(line + "\n");
  };
  Table facts{{{"RUN"}, {text_at(run, "id")}}};
  if (!terminal) facts.add({"run", text_at(run, "id")});
  for (const char* key : {"drill", "by"}) facts.add({key, text_at(run, key)});
  facts.add({"started", {show_clock(text_at(run, "started")), text_at(run, "started")}});
  facts.add({"state", {standing(run), paint_of(standing(run))}});
  for (const Json& reason : run.at("reasons")) facts.add({"reason", reason.get<std::string>()});
  facts.add({"elapsed", {show_seconds(run.at("elapsed_s")), bare_seconds(run.at("elapsed_s"))}});
  facts.add({"length", {show_seconds(run.at("length_s")), bare_seconds(run.at("length_s"))}});
  facts.add({"directory", text_at(run, "directory")});
  print(facts, "");
  Table faults{{{"FAULT"}, {"KIND"}, {"STATE"}, {"LINKS", Column::Side::right}}};
  for (const Json& fault : run.at("faults")) {
    const bool on = fault.at("in_force").get<bool>();
    faults.add({{text_at(fault, "name"), Paint::bold},
                text_at(fault, "kind"),
                {on ? "in force" : "off", on ? Paint::red : Paint::plain},
                fault.at("connections").dump()});
  }
  put(faults, "fault");
  Table checks{{{"CHECK"}, {"DURING"}, {"STATE"}, {"MEASURED"}, {"EXPECTED"}}};
  for (const Json& check : run.at("checks"))
    checks.add({{text_at(check, "name"), Paint::bold},
                text_at(check, "during"),
                text_at(check, "state"),
                text_at(check, "measured"),
                text_at(check, "expected")});
  put(checks, "check");
  Table events{{{"AT", Column::Side::right}, {"EVENT"}}};
  for (const Json& event : run.at("events"))
    events.add({{show_seconds(event.at("t")), bare_seconds(event.at("t"))}, text_at(event, "text")});
  put(events, "event");
}

// How many at the end of `now` were not there before. The daemon keeps the last 1,000 and does not number them.
std::size_t fresh(const Json& before, const Json& now) {
  const auto b = before.begin();
  for (std::size_t gone = 0; gone < before.size(); ++gone) {
    const std::size_t kept = before.size() - gone;
    if (kept > now.size()) continue;
    if (std::equal(b + static_cast<std::ptrdiff_t>(gone), before.end(), now.begin())) return now.size() - kept;
  }
  return now.size();
}

int exit_code_of(const std::string& result) {
  for (const Result one : {Result::passed, Result::failed, Result::aborted, Result::errored})
    if (drills::name(one) == result) return drills::exit_code(one);
  return exit_errored;
}

/// Its events as they come, until it is over or a signal ends this. With `json` only what it was in the end.
int watch(Daemon& daemon, const std::string& run, bool json) {
  const Signals signals;
  Json events = Json::array();
  while (true) {
    const Json now = daemon.get(run_path(run));
    const Json& all = now.at("events");
    if (!json)
      for (std::size_t i = all.size() - fresh(events, all); i < all.size(); ++i)
        say(fmt::format("{:>8}  {}", show_seconds(all[i].at("t")), text_at(all[i], "text")));
    events = all;
    if (!now.at("result").is_null()) {
      if (json)
        print_json(now);
      else
        say(fmt::format("run {}: {}; its report: firedrill runs report {}", run, text_at(now, "result"), run));
      for (const Json& reason : now.at("reasons"))
        if (!json) say("  " + reason.get<std::string>());
      return exit_code_of(text_at(now, "result"));
    }
    flush();
    const int signal = signals.wait(between_looks);
    if (signal == SIGTSTP) {
      std::raise(SIGSTOP);  // NOLINT(cert-err33-c)
    } else if (signal != 0) {
      complain(harmless(fmt::format("run {} goes on; what ends it: firedrill runs abort {}", run, run)));
      return 128 + signal;
    }
  }
}

Json overrides_of(const std::vector<std::string>& settings) {
  Json set = Json::object();
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
      throw NotDone{exit_bad_input,
                    {fmt::format("--set takes KEY=VALUE, such as fault.NAME.percent=30%, not \"{}\"", setting)}};
    set[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  return set;
}

Json drill_of(const std::string& drill) {
  if (std::error_code error; !std::filesystem::is_regular_file(drill, error)) {
    if (drill.find('/') != std::string::npos || drill.ends_with(".toml"))  // no name of a drill looks like that
      throw NotDone{exit_bad_input, {fmt::format("{}: there is no such file", drill)}};
    return {{"drill", drill}};
  }
  std::ifstream file{drill, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw NotDone{exit_bad_input, {fmt::format("{}: cannot be read", drill)}};
  return {{"toml", text.str()}};
}

class Asker {
 public:
  Asker(Daemon& daemon, Prints prints) : daemon_{daemon}, prints_{prints} {}

  int operator()(const ListDrills&) const {
    return list("/v1/drills", "drills", "name", table_of_drills, "no drills; give some to firedrill serve");
  }
  int operator()(const ShowSchedule&) const {
    return list("/v1/schedule", "schedule", "drill", table_of_schedule, "nothing is scheduled");
  }
  int operator()(const ListRuns&) const { return list("/v1/runs", "runs", "id", table_of_runs, "no runs"); }

  int operator()(const ShowRun& wanted) const {
    const Json run = daemon_.get(run_path(wanted.run));
    if (prints_.json) return print_json(run);
    show(run);
    return 0;
  }

  int operator()(const StartRun& wanted) const {
    Json body = drill_of(wanted.drill);
    if (!wanted.settings.empty()) body["set"] = overrides_of(wanted.settings);
    if (wanted.dry_run) body["dry_run"] = true;
    const Json answer = daemon_.ask("POST", "/v1/runs", body);
    if (wanted.dry_run) return print_json(answer);
    const std::string run = text_at(answer, "id");
    if (!wanted.watch && prints_.json) return print_json(answer);
    if (!prints_.json) say(wanted.watch ? fmt::format("run {}", run) : run);
    return wanted.watch ? watch(daemon_, run, prints_.json) : 0;
  }

  int operator()(const WatchRun& wanted) const { return watch(daemon_, wanted.run, prints_.json); }

  int operator()(const TellRun& wanted) const {
    Json body = Json::object();
    for (const auto& [key, value] : wanted.body) body[key] = value;
    const Json answer = daemon_.ask("POST", run_path(wanted.run, wanted.path), body);
    if (prints_.json) return print_json(answer);
    say(fmt::format("run {}: {}", wanted.run, wanted.done));
    return 0;
  }

  int operator()(const ReportRun& wanted) const {
    const std::string text = daemon_.text(run_path(wanted.run, wanted.file));
    // A title from outside must not steer the terminal.
    if (!on_terminal()) print(text);
    std::istringstream lines{on_terminal() ? text : ""};
    for (std::string line; std::getline(lines, line);) say(line);
    return 0;
  }

 private:
  template <typename MakeTable>
  int list(const char* path, const char* key, const char* name, MakeTable make, std::string_view none) const {
    const Json answer = daemon_.get(path);
    if (prints_.json) return print_json(answer);
    if (!prints_.names) {
      print(make(answer.at(key)), none);
      return 0;
    }
    for (const Json& one : answer.at(key)) say(text_at(one, name));
    return 0;
  }

  Daemon& daemon_;
  const Prints prints_;
};

}  // namespace

std::string run_path(const std::string& run, const std::string& below) {
  return "/v1/runs/" + control::segment(run) + (below.empty() ? "" : "/" + below);
}

std::string fault_order(const std::string& fault, const std::string& order) {
  return "faults/" + control::segment(fault) + "/" + order;
}

Json runs_under_way(Daemon& daemon) {
  Json some = Json::array();
  const Json answer = daemon.get("/v1/runs");
  for (const Json& run : answer.at("runs"))
    if (run.at("result").is_null()) some.push_back(run);
  return some;
}

Table table_of_runs(const Json& runs) {
  using Side = Column::Side;
  Table table{{{"RUN"}, {"DRILL"}, {"STATE"}, {"STARTED"}, {"ELAPSED", Side::right}, {"LENGTH", Side::right}, {"BY"}}};
  for (const Json& run : runs)
    table.add({{text_at(run, "id"), Paint::bold},
               text_at(run, "drill"),
               {standing(run), paint_of(standing(run))},
               {show_clock(text_at(run, "started")), text_at(run, "started")},
               {show_seconds(run.at("elapsed_s")), bare_seconds(run.at("elapsed_s"))},
               {show_seconds(run.at("length_s")), bare_seconds(run.at("length_s"))},
               text_at(run, "by")});
  return table;
}

int ask_about_runs(Daemon& daemon, const RunRequest& request, Prints prints) {
  return std::visit(Asker{daemon, prints}, request);
}

}  // namespace firedrill::cli
