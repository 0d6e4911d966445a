// The subcommands: what each was asked for, and the function that does it. They return the program's exit code.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drills/drill.hpp"

namespace firedrill::cli {

/// 0, 1, 3 and 4 are drills::exit_code()'s.
inline constexpr int exit_bad_input = 2, exit_errored = 4;
inline constexpr int exit_warned = 1;   // of check: findings as grave as --fail-on says
inline constexpr int exit_refused = 1;  // of what a daemon is asked: as things stand it cannot be

/// Where a control port listens, and who may use it.
struct ControlArguments {
  std::string at = "127.0.0.1:8474";
  std::vector<std::string> hosts, origins;
  std::string token_file;
  bool open = false;  // the Toxiproxy interface needs no token, wherever the port listens
};

struct RunArguments {
  std::string file;
  std::optional<std::uint64_t> seed;
  std::string directory, junit;  // empty: not given
  std::vector<drills::Override> overrides;
  std::vector<std::string> configurations;  // files whose hashes go into the journal
  unsigned workers = 0;
  bool json = false;
  bool dry_run = false;
  bool predict = false;                     // of `run`: what would happen is said beside what did
  std::optional<ControlArguments> control;  // of `run`: none without a port
};
/// Plays a drill in the foreground; as a dry run, says what it would do.
int run(const RunArguments& arguments);

struct ExecArguments {
  RunArguments run;
  bool no_faults = false;
  std::vector<std::string> command;  // not empty
};
/// Plays a drill around a command; the exit code is merged from both.
int exec(const ExecArguments& arguments);

struct ServeArguments {
  std::vector<std::string> files;  // with proxies; none is fine
  ControlArguments control;
  std::vector<std::string> allowed_upstreams;
  std::optional<faults::Duration> toxic_ttl;
  std::string state = "firedrill-state";  // directory of runs, and of what has been done; empty: nothing is kept
  std::optional<std::uint64_t> seed;
  unsigned workers = 0;
  faults::Duration drain = std::chrono::seconds{10};
};
/// The daemon: proxies, and the control port to change them by, until a signal ends it.
int serve(const ServeArguments& arguments);

struct CheckArguments {
  enum class Format : std::uint8_t { text, json, sarif, github };
  enum class FailOn : std::uint8_t { info, warning, error, never };
  std::vector<std::string> files;
  std::string explain;  // a rule's id; then there are no files
  std::string live;     // a running HAProxy's stats socket; empty: none is asked
  Format format = Format::text;
  FailOn fail_on = FailOn::error;
  bool json = false;  // of drill files: a list of {file, ok, problems, warnings}
  bool ask = false;   // have haproxy -c and nginx -t judge their files as well
  bool exec = false;  // as `exec` reads them: the timeline ends with the command
};
/// Reads drill files and configurations of load balancers, and says what is wrong with them, and what cannot mean what
/// it says.
int check(const CheckArguments& arguments);

struct SimulateArguments {
  enum class Format : std::uint8_t { text, markdown, json, junit };
  std::string file;
  std::optional<std::uint64_t> seed;
  std::string directory;  // for journal and reports; empty: none is written
  std::vector<drills::Override> overrides;
  Format format = Format::text;
  std::optional<drills::Override> sweep;   // a setting, and the values that it is to have
  std::string solve, pool, during, chart;  // empty: not given
};
/// Says what a drill would do, or what would become of it with other settings, without doing anything.
int simulate(const SimulateArguments& arguments);

struct ReportArguments {
  enum class Format : std::uint8_t { markdown, json, junit };
  std::string journal, output;  // output empty: standard output
  Format format = Format::markdown;
};
/// Makes a report from a journal.
int report(const ReportArguments& arguments);

}  // namespace firedrill::cli
