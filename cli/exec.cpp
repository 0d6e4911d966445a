// firedrill exec: a run around a command, which owns the standard streams. Our own words go to standard error, and
// there are few.
#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <future>

#include "cli/commands.hpp"
#include "cli/dry_run.hpp"
#include "cli/output.hpp"
#include "cli/proof.hpp"
#include "cli/signals.hpp"
#include "cli/text.hpp"
#include "drills/run.hpp"

namespace firedrill::cli {
namespace {

using drills::Wrapped;

constexpr std::chrono::milliseconds look{50};

void pause_all(Wrapped& command) {
  command.pause();
  std::raise(SIGSTOP);  // NOLINT(cert-err33-c)
  command.resume();
}

// The first signal asks the command and the run to end, the second one does not wait for the command.
drills::Outcome watch(drills::Run& run, Wrapped& command, const Signals& signals) {
  auto done = std::async(std::launch::async, [&run] { return run.go(); });
  bool asked = false;
  while (done.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
    siginfo_t about{};
    const int signal = signals.wait(look, &about);
    if (signal == SIGTSTP) pause_all(command);
    if (signal == 0 || signal == SIGTSTP) continue;
    // The signal comes first: a run that stops ends its command with SIGTERM, unless that has been told already.
    const auto from = about.si_code == SI_KERNEL ? Wrapped::From::keyboard : Wrapped::From::process;
    run.stop(fmt::format("SIG{}", sigabbrev_np(signal)), [&] { command.pass(signal, from); });
    if (asked) command.kill();
    asked = true;
  }
  return done.get();
}

int conclude(const RunArguments& arguments, const drills::Outcome& outcome) {
  const int own = drills::exit_code(outcome);
  const bool written = outcome.directory.empty() || arguments.junit.empty() ||
                       write_junit(arguments.junit, drills::read_journal(outcome.directory));
  const int code = own == 0 && !written ? exit_errored : own;
  complain(fmt::format("{}, exit code {}{}", drills::name(outcome.result), code,
                       code != own ? " for the file that could not be written" : ""));
  for (const std::string& reason : outcome.reasons) complain("  " + harmless(reason));
  if (!outcome.directory.empty()) complain("report: " + harmless(outcome.directory));
  return code;
}

}  // namespace

int exec(const ExecArguments& arguments) {
  drills::Drill drill;
  try {
    drill = drills::read_drill(arguments.run.file, arguments.run.overrides, drills::Purpose::exec);
    if (!arguments.run.dry_run && !arguments.run.junit.empty()) make_room_for_junit(arguments.run.junit);
  } catch (const std::exception&) {
    return nothing_was_started();
  }
  warn(drill.warnings);
  if (!take_configurations(drill, arguments.run.configurations)) return exit_bad_input;
  if (arguments.run.dry_run) return tell_dry_run(std::move(drill), arguments.run);
  drills::RunOptions options;
  options.seed = arguments.run.seed;
  options.directory = arguments.run.directory;
  options.overrides = arguments.run.overrides;
  options.workers = arguments.run.workers;
  options.no_faults = arguments.no_faults;
  if (arguments.no_faults)
    for (const std::string& check : drills::take_faults_out(drill))
      options.notes.push_back(fmt::format("check \"{}\" is left out: it looks at faults, and there are none", check));

  std::signal(SIGCHLD, SIG_DFL);  // NOLINT(cert-err33-c): ignored, as a parent may leave it, exit statuses are lost
  const Signals signals;
  Wrapped command{arguments.command, [proxies = drill.proxies](const drills::EnvironmentVariables& variables) {
                    for (const drills::ProxyBlock& proxy : proxies)
                      for (const auto& [name, value] : variables)
                        if (name == drills::variable_name(proxy.name)) complain(fmt::format("{}={}", name, value));
                  }};
  if (!command.obstacle().empty()) {
    complain(harmless(fmt::format("cannot start \"{}\": {}", arguments.command.front(), command.obstacle())));
    complain("nothing was started");
    return exit_errored;
  }
  options.command = &command;
  drills::Run run{std::move(drill), std::move(options)};
  return conclude(arguments.run, watch(run, command, signals));
}

}  // namespace firedrill::cli
