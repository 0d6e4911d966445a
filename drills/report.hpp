// What a run was, as its journal tells it. Every report is made from this; a figure that the journal does not hold is
// empty, never 0.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "drills/includes.hpp"
#include "drills/meter.hpp"
#include "drills/predicted.hpp"

namespace firedrill::drills {

using MaybeNumber = std::optional<double>;
using MaybeCount = std::optional<std::uint64_t>;

/// Settings or measurements of any kind: key and value as JSON text, in the order of the journal.
using Facts = std::vector<std::pair<std::string, std::string>>;

struct PhaseReport {
  std::string name;
  Requests requests;

  /// Empty when there were no requests.
  MaybeNumber error_ratio() const;
  MaybeNumber quantile_ms(double q) const;
};

/// What a program that made a load said of it.
struct ToolReport {
  std::string tool, problem;  // problem: why there are no figures
  MaybeCount requests, failed;
  std::map<std::string, std::uint64_t, std::less<>> errors;
  MaybeNumber rate, p50_ms, p90_ms, p95_ms, p99_ms;
};

struct LoadReport {
  std::string name, url;
  std::vector<std::string> command;  // that made it; empty: Firedrill did
  std::optional<ToolReport> tool;
  bool keep_alive = false;
  MaybeCount connections_opened, connections_most_open;
  MaybeNumber rate;                 // empty where it has stages
  std::vector<std::string> stages;  // "to 200 over 10s"
  std::vector<PhaseReport> phases;
};

/// What was answered in (from, to]: seconds since the start.
struct TrafficSlice {
  double from = 0, to = 0;
  std::uint64_t sent = 0, failed = 0;
};

/// A check, or a signal: of that, `passed` says whether it was seen.
struct CheckReport {
  std::string name, during, source, expected;
  std::optional<bool> passed;  // empty: the run ended before it was judged
  std::uint64_t samples = 0;
  std::string measured;
  MaybeNumber measured_value;
  std::string reason;        // why it did not pass
  std::string last_failure;  // what the last probe that failed said
  std::string misleads;      // of signals: why
};

struct TouchReport {
  std::uint64_t link = 0;
  std::string client;
  MaybeNumber at_s;
  std::string proxy;
};

struct FaultReport {
  std::string name, kind;
  std::vector<std::string> proxies;
  MaybeCount links_affected;
  bool unseen = false;  // the kernel turned its links away: nobody could count them
  std::optional<TouchReport> first, last;
  MaybeNumber healed_s;
  Facts asked, achieved;
  std::vector<std::uint64_t> bytes_per_s;  // of each full second in force; of faults that limit a rate
  std::vector<std::pair<double, double>> planned;
  std::vector<std::pair<double, MaybeNumber>> in_force;  // open when the journal does not say how it ended
  std::string healed_why;
  struct Lateness {
    std::uint64_t samples = 0;
    MaybeNumber p50_ms, p99_ms;
  };
  std::optional<Lateness> lateness;

  bool touched() const { return first.has_value() || links_affected.value_or(0) > 0; }
};

struct PoolPoint {
  double t = 0;
  std::uint64_t active = 0, queue = 0;
};

struct PoolReport {
  std::string proxy, fault;
  MaybeCount limit, active_max, queue_max, granted, granted_after_wait, timed_out, gone, rejected, evicted, released,
      leaked;
  MaybeNumber wait_p50_ms, wait_p95_ms, hold_p50_ms, utilisation;
  std::vector<PoolPoint> series;
  std::size_t one_in = 1;  // the series holds the fullest of every so many readings
};

/// A proxy's last counters.
struct ProxyReport {
  std::string name, listen, upstream;
  bool measured = false;
  std::uint64_t accepted = 0, open = 0, undelivered = 0;
  std::map<std::string, std::uint64_t, std::less<>> ended;  // by reason
  std::array<std::uint64_t, 2> bytes_in{}, bytes_out{};     // upstream, downstream

  /// Dials that failed. Never queue outcomes.
  MaybeCount connect_errors() const;
};

/// Of the moment after everything was healed and closed.
struct CleanupReport {
  std::uint64_t faults_in_force = 0, links_open = 0, bytes_held = 0;
  bool clean() const { return faults_in_force == 0 && links_open == 0 && bytes_held == 0; }
};

/// What `firedrill exec` was wrapped around.
struct CommandReport {
  std::vector<std::string> argv;
  MaybeNumber started_s, ended_s;  // empty: that is not on record
  std::optional<int> exit_code;    // empty: a signal ended it, or its end is not on record
  std::string signal;              // that ended it
  bool told = false;               // it was told to end
  std::string problem;             // why it could not be started
};

struct Report {
  std::string drill, title, owner, file, text, version, host, started_utc;
  std::vector<SourceFile> included;  // files that the drill's own includes, word for word
  std::vector<std::string> overrides;
  MaybeCount seed;
  MaybeNumber planned_s, duration_s;
  double ends_at_s = 0;  // of the journal's last line

  std::string result;  // passed, failed, aborted, errored
  int exit_code = 4;
  std::vector<std::string> reasons;

  bool complete = true;
  std::vector<std::string> missing;                           // why it is not complete
  std::map<std::string, std::uint64_t, std::less<>> unknown;  // events this version does not know

  std::vector<PhaseReport> phases;  // before, fault, after, always, then the faults; all loads together
  std::vector<LoadReport> loads;
  std::vector<TrafficSlice> traffic;
  std::optional<CommandReport> command;
  bool no_faults = false;  // the drill's faults were left out
  bool predicted = false;  // nothing has happened: this is what would
  std::vector<CheckReport> checks, signals;
  std::vector<FaultReport> faults;
  std::vector<PoolReport> pools;
  std::vector<ProxyReport> proxies;
  struct Moment {
    double t = 0;
    std::string text;
  };
  std::vector<Moment> aborts, heals, notes;
  struct Decisions {
    std::string digest;
    std::map<std::string, std::uint64_t, std::less<>> counts;
  };
  std::optional<Decisions> decisions;
  struct Lag {
    MaybeNumber p50_ms, p99_ms, max_ms;          // of the thread that conducts
    MaybeNumber workers_p50_ms, workers_p99_ms;  // of those that move bytes
  };
  std::optional<Lag> lag;
  std::optional<PredictedRun> prediction;  // what was foretold of this run
  std::optional<CleanupReport> cleanup;
};

/// Not a journal, or one of a later version.
struct JournalError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads a journal, or the one in a directory: also of a run that crashed or goes on, or with lines lost; `complete`
/// and `missing` say so. Throws JournalError for what is no journal at all.
Report read_journal(const std::filesystem::path& path);

nlohmann::ordered_json to_json(const Report& report);
/// For people: the verdict first.
std::string to_markdown(const Report& report);
/// JUnit XML: a missed expectation about the system under test is a failure, everything about the drill itself an
/// error.
std::string to_junit(const Report& report);

/// Writes report.json, report.md and junit.xml, each whole or not at all. Throws std::runtime_error.
void write_reports(const std::filesystem::path& directory, const Report& report);
/// Replaces one file as a whole.
void write_whole(const std::filesystem::path& path, const std::string& content);

/// What two runs with the same seed share and what they do not.
std::string not_reproducible();
/// "firedrill run drill.toml --seed 7 --set …"; empty when the journal does not say.
std::string command_to_repeat(const Report& report);

}  // namespace firedrill::drills
