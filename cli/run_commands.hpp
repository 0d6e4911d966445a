// Drills that a daemon plays: what can be asked of it on the command line, and the function that asks.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/daemon.hpp"
#include "cli/table.hpp"

namespace firedrill::cli {

struct ListDrills {};
struct ShowSchedule {};
struct ListRuns {};
struct ShowRun {
  std::string run;
};
struct StartRun {
  std::string drill;                  // a file that is here, or a name at the daemon
  std::vector<std::string> settings;  // KEY=VALUE
  bool dry_run = false, watch = false;
};
struct WatchRun {
  std::string run;
};
/// What is said to a run that is under way.
struct TellRun {
  std::string run, path;  // path: below the run's, such as "pause"
  std::vector<std::pair<std::string, std::string>> body;
  std::string done;  // what a person reads: "paused"
};
struct ReportRun {
  std::string run, file;  // file: "report.md"
};

using RunRequest = std::variant<ListDrills, ShowSchedule, ListRuns, ShowRun, StartRun, WatchRun, TellRun, ReportRun>;

struct Prints {
  bool json = false;   // what the daemon answered
  bool names = false;  // of lists: nothing but names
};

/// Asks and tells; returns the exit code, which for a run that was watched is the run's. Throws NotDone.
int ask_about_runs(Daemon& daemon, const RunRequest& request, Prints prints);

/// Those that are not over.
Json runs_under_way(Daemon& daemon);
Table table_of_runs(const Json& runs);

/// "below" a run: "/v1/runs/ID", "/v1/runs/ID/faults/NAME/end".
std::string run_path(const std::string& run, const std::string& below = "");
std::string fault_order(const std::string& fault, const std::string& order);

}  // namespace firedrill::cli
