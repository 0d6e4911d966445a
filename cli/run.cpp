// firedrill run: a run in a thread of its own, watched from here.
#include "drills/run.hpp"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/commands.hpp"
#include "cli/control_options.hpp"
#include "cli/dry_run.hpp"
#include "cli/lines.hpp"
#include "cli/output.hpp"
#include "cli/proof.hpp"
#include "cli/screen.hpp"
#include "cli/signals.hpp"
#include "cli/summary.hpp"
#include "cli/text.hpp"
#include "cli/timeline_view.hpp"
#include "control/pulse.hpp"
#include "simulate/simulate.hpp"

namespace firedrill::cli {
namespace {

using drills::Snapshot;

constexpr std::chrono::milliseconds frame{100};

/// Shows a run in the way that suits standard output.
class Progress {
 public:
  enum class Way { picture, lines, nothing };

  Progress(Heading heading, faults::Duration length, Way way) : heading_{std::move(heading)}, way_{way} {
    if (way_ == Way::picture) screen_ = std::make_unique<Screen>();
    if (way_ == Way::lines) print(Lines::opening(heading_, length, std::chrono::system_clock::now()));
  }

  void show(const Snapshot& now) {
    history_.note(now);
    if (way_ == Way::lines) {
      print(lines_.add(now, std::chrono::system_clock::now()));
      std::fflush(stdout);  // whether it worked is asked at the end
    }
    if (way_ != Way::picture) return;
    Shape shape = terminal_shape();
    shape.height = shape.height > 1 ? shape.height - 1 : 1;  // the cursor stands in the line below
    screen_->draw(view(heading_, now, history_, shape));
  }

  /// The picture makes room for the last words; of it the timeline stays.
  void end(const Snapshot& last) {
    if (way_ == Way::lines) print("\n");
    if (way_ != Way::picture) return;
    screen_->clear();
    screen_.reset();
    if (last.events.empty()) return;  // nothing was started
    Shape shape = terminal_shape();
    shape.width = std::max(shape.width, least_width);
    Line title{shape.width, shape.colour};
    title.add(heading_.name, Paint::bold).add(heading_.title.empty() ? "" : "  ").add(heading_.title);
    std::size_t label = 12;
    for (const auto& bar : last.bars) label = std::max(label, std::min<std::size_t>(20, cells(harmless(bar.fault))));
    std::string text = title.text() + "\n\n";
    for (const std::string& line : timeline_lines(last, history_, shape, label)) text += line + "\n";
    print(text + "\n");
  }

  void stop_process() {
    if (screen_)
      screen_->stop_process();
    else
      std::raise(SIGSTOP);  // NOLINT(cert-err33-c)
  }

 private:
  Heading heading_;
  Way way_;
  History history_;
  Lines lines_;
  std::unique_ptr<Screen> screen_;
};

drills::Outcome watch(drills::Run& run, Progress& progress, SignalThread& signals) {
  // Whoever reads what is shown here may stop reading: the run, its end and its reports do not wait for that.
  auto done = std::async(std::launch::async, [&run, &signals] {
    drills::Outcome outcome = run.go();
    signals.all_done(drills::exit_code(outcome.result));
    return outcome;
  });
  while (done.wait_for(frame) != std::future_status::ready) {
    if (signals.stop_wanted()) progress.stop_process();
    progress.show(run.snapshot());
  }
  const drills::Outcome outcome = done.get();
  progress.show(run.snapshot());
  progress.end(run.snapshot());
  return outcome;
}

// The same beside a control port, over which others may look at it, change it and end it, too.
drills::Outcome play_with_port(drills::Drill drill, const RunArguments& arguments,
                               const control::ControlOptions& options, Progress& progress, const Signals& signals) {
  control::Registry registry{{arguments.workers, faults::Seed{arguments.seed.value_or(drill.seed)}, {}}};
  control::Runs runs{registry, "firedrill-runs"};
  const control::DrillFiles drills{{arguments.file}};
  const control::Scheduler nothing_by_itself{registry, runs, drills, {}, false};
  const control::Pulse pulse{registry, runs};
  const control::Drilling drilling{runs, drills, nothing_by_itself};
  const control::ControlPort port{options, registry, &drilling};
  proxy::Endpoint at = options.listen;
  at.port = port.port();
  std::fputs(fmt::format("firedrill: control port: http://{}/v1/runs\n", at.text()).c_str(), stderr);
  const std::string id = runs.start(std::move(drill), "firedrill run", arguments.overrides, arguments.directory);
  SignalThread signal_thread{signals, [&](int signal) { runs.stop(id, fmt::format("SIG{}", sigabbrev_np(signal))); }};
  while (true) {
    const control::RunView run = runs.find(id);
    if (signal_thread.stop_wanted()) progress.stop_process();
    progress.show(run.now);
    if (run.outcome) {
      signal_thread.all_done(drills::exit_code(run.outcome->result));
      progress.end(run.now);
      return *run.outcome;
    }
    std::this_thread::sleep_for(frame);
  }
}

std::string nothing_but_the_verdict(const std::string& drill, const drills::Outcome& outcome) {
  const nlohmann::ordered_json verdict{{"drill", drill},
                                       {"result", drills::name(outcome.result)},
                                       {"exit_code", drills::exit_code(outcome.result)},
                                       {"reasons", outcome.reasons}};
  return verdict.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

// False when a file could not be written.
bool conclude(const RunArguments& arguments, const std::string& drill, const drills::Outcome& outcome) {
  if (arguments.json && outcome.result == drills::Result::errored)
    for (const std::string& reason : outcome.reasons) complain(harmless(reason));
  if (outcome.directory.empty()) {
    print(arguments.json ? nothing_but_the_verdict(drill, outcome) : short_summary(outcome, terminal_shape()));
    return true;
  }
  drills::Report report = drills::read_journal(outcome.directory);
  // A disk may have filled up behind the journal's last line: what this process knows is newer.
  report.result = drills::name(outcome.result);
  report.exit_code = drills::exit_code(outcome.result);
  report.reasons = outcome.reasons;
  print(arguments.json ? json_text(report) : summary(report, terminal_shape()) + where_the_rest_is(outcome.directory));
  return write_junit(arguments.junit, report);
}

Progress::Way way_of(const RunArguments& arguments) {
  using Way = Progress::Way;
  return arguments.json ? Way::nothing : on_terminal() ? Way::picture : Way::lines;
}

std::optional<drills::PredictedRun> prediction_of(const drills::Drill& drill, const RunArguments& arguments) {
  if (const std::string why = simulate::obstacle(drill); !why.empty()) {
    complain(fmt::format("note: no prediction: {}", why));
    return std::nullopt;
  }
  return simulate::in_short(simulate::simulate(drill, {arguments.seed, arguments.overrides, false}));
}

int run_with_port(drills::Drill drill, const RunArguments& arguments) {
  try {
    const auto options = control_options(*arguments.control);
    if (!options) return exit_bad_input;
    const std::string name = drill.name;
    const Signals signals;
    Progress progress{
        {drill.name, drill.title, arguments.seed.value_or(drill.seed)}, drill.length(), way_of(arguments)};
    const drills::Outcome outcome = play_with_port(std::move(drill), arguments, *options, progress, signals);
    const bool written = conclude(arguments, name, outcome);
    return flush() && written ? drills::exit_code(outcome.result) : exit_errored;
  } catch (const std::exception&) {
    return nothing_was_started();
  }
}

}  // namespace

int run(const RunArguments& arguments) {
  drills::Drill drill;
  try {
    drill = drills::read_drill(arguments.file, arguments.overrides);
    if (!arguments.dry_run && !arguments.junit.empty()) make_room_for_junit(arguments.junit);
  } catch (const faults::PlanError& error) {
    complain(error.problems);
    complain(fmt::format("nothing was started; mend {} above and run it again",
                         error.problems.size() == 1 ? "the line" : "the lines"));
    return exit_bad_input;
  } catch (const std::exception&) {
    return nothing_was_started();
  }
  warn(drill.warnings);
  if (!take_configurations(drill, arguments.configurations)) return exit_bad_input;
  if (arguments.dry_run) return tell_dry_run(std::move(drill), arguments);
  if (arguments.control) return run_with_port(std::move(drill), arguments);
  drills::RunOptions options;
  options.seed = arguments.seed;
  options.directory = arguments.directory;
  options.overrides = arguments.overrides;
  options.workers = arguments.workers;
  if (arguments.predict) options.prediction = prediction_of(drill, arguments);

  const std::string name = drill.name;
  const Signals signals;
  Progress progress{{drill.name, drill.title, arguments.seed.value_or(drill.seed)}, drill.length(), way_of(arguments)};
  drills::Run run{std::move(drill), std::move(options)};
  SignalThread signal_thread{signals, [&run](int signal) { run.stop(fmt::format("SIG{}", sigabbrev_np(signal))); }};
  const drills::Outcome outcome = watch(run, progress, signal_thread);
  const bool written = conclude(arguments, name, outcome);
  return flush() && written ? drills::exit_code(outcome.result) : exit_errored;
}

}  // namespace firedrill::cli
