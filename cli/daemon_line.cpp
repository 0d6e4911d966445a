// CLI11 once more: a leaf per command, each with the options that say where the daemon is.
#include "cli/daemon_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/help_pages.hpp"
#include "cli/validators.hpp"
#include "faults/units.hpp"

namespace firedrill::cli {
namespace {

std::string a_ttl(const std::string& text) {
  return faults::parse_duration(text) ? "" : fmt::format("must be a duration, such as 5m, not \"{}\"", text);
}

void operand(CLI::App& app, const std::string& name, std::string& into, const std::string& summary) {
  app.add_option(name, into, summary)->required()->option_text(" ");
}

std::string with_exit_codes(const std::string& examples) { return examples + "\n\n" + daemon_exit_codes; }

}  // namespace

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& summary,
                      const std::string& footer) {
  CLI::App* app = parent.add_subcommand(name, summary);
  app->set_help_flag("-h,--help", "Print this page");
  app->footer(footer);
  return app;
}

DaemonLine::DaemonLine(CLI::App& program) {
  add_proxy_commands(program);
  add_fault_commands(program);
  add_other_commands(program);
  add_run_commands(program);
}

std::optional<DaemonArguments> DaemonLine::wish() const {
  if (!request_) return std::nullopt;
  DaemonArguments arguments = arguments_;
  arguments.request = request_();
  return arguments;
}

CLI::App& DaemonLine::leaf(CLI::App& parent, const std::string& name, const std::string& summary,
                           const std::string& footer, std::function<DaemonRequest()> request, Shows shows) {
  CLI::App* app = add_command(parent, name, summary, with_exit_codes(footer));
  app->add_option("--control", arguments_.access.control,
                  "Where the daemon's control port is (default: FIREDRILL_CONTROL, or 127.0.0.1:8474)")
      ->option_text("HOST:PORT");
  app->add_option("--token-file", arguments_.access.token_file,
                  "A file with the token that it asks for (default: FIREDRILL_TOKEN, or none)")
      ->option_text("FILE");
  app->add_flag("--json", arguments_.json, "Print what the daemon answered");
  if (shows == Shows::list) app->add_flag("-q,--quiet", arguments_.names, "Print nothing but names");
  app->callback([this, request = std::move(request)] { request_ = request; });
  return *app;
}

void DaemonLine::add_proxy_commands(CLI::App& program) {
  CLI::App& group = *add_command(program, "proxy", "List, add, remove and switch proxies of a daemon",
                                 with_exit_codes(proxy_examples));
  group.require_subcommand(1);
  const auto of_one = [&](const char* name, const char* summary, std::function<DaemonRequest()> request) {
    operand(leaf(group, name, summary, proxy_examples, std::move(request)), "PROXY", proxy_, "The proxy's name");
  };
  leaf(
      group, "list", "List them, with their faults", proxy_examples, [] { return ListProxies{}; }, Shows::list);
  of_one("show", "Show one, with its counters", [this] { return ShowProxy{proxy_}; });
  CLI::App& add = leaf(group, "add", "Open one", proxy_examples, [this] { return add_proxy_; });
  operand(add, "NAME", add_proxy_.proxy, "Its name");
  operand(add, "LISTEN", add_proxy_.listen, "Where it listens; port 0 takes a free one");
  operand(add, "UPSTREAM", add_proxy_.upstream, "Where it connects to");
  add.add_flag("--disabled", add_proxy_.disabled, "Do not listen yet");
  of_one("remove", "Close one for good; its connections end", [this] { return RemoveProxy{proxy_}; });
  of_one("enable", "Listen again", [this] { return SwitchProxy{proxy_, true}; });
  of_one("disable", "Refuse connections, as a process that is gone does", [this] {
    return SwitchProxy{proxy_, false};
  });
}

void DaemonLine::add_settings(CLI::App& app, const std::string& otherwise) {
  app.add_option("SETTING", settings_, "KEY=VALUE, such as delay=200ms or percent=30%")->option_text(" ");
  app.add_option("--for", ttl_, fmt::format("How long it lasts (default: {})", otherwise))
      ->option_text("DURATION")
      ->check(a_ttl);
}

void DaemonLine::add_fault_commands(CLI::App& program) {
  CLI::App& group = *add_command(program, "fault", "List, add, change and remove faults of a daemon's proxies",
                                 with_exit_codes(fault_examples));
  group.require_subcommand(1);
  CLI::App& list = leaf(
      group, "list", "List those in force", fault_examples, [this] { return ListFaults{proxy_}; }, Shows::list);
  list.add_option("PROXY", proxy_, "Only those of this proxy")->option_text(" ");

  CLI::App& add = leaf(group, "add", "Put one in force", add_fault_examples, [this] {
    AddFault wanted = add_fault_;
    wanted.settings = settings_;
    wanted.ttl = ttl_;
    return wanted;
  });
  operand(add, "PROXY", add_fault_.proxy, "The proxy it is for");
  operand(add, "KIND", add_fault_.kind, "What goes wrong, such as latency");
  add_settings(add, "1h");
  add.add_option("--name", add_fault_.name, "Its name (default: the kind's)")->option_text("NAME");
  add.add_flag("--hold", add_fault_.hold, "Only until Ctrl-C, or shortly after this program is gone")
      ->excludes(add.get_option("--for"))
      ->option_text(" ");

  CLI::App& update = leaf(group, "update", "Give one other settings, or more time", update_fault_examples, [this] {
    return UpdateFault{proxy_, fault_, settings_, ttl_};
  });
  operand(update, "PROXY", proxy_, "The proxy it is on");
  operand(update, "FAULT", fault_, "Its name");
  add_settings(update, "what it had, anew");

  CLI::App& remove = leaf(group, "remove", "Heal one", fault_examples, [this] { return RemoveFault{proxy_, fault_}; });
  operand(remove, "PROXY", proxy_, "The proxy it is on");
  operand(remove, "FAULT", fault_, "Its name");
}

void DaemonLine::add_other_commands(CLI::App& program) {
  leaf(program, "heal", "Remove every fault of a daemon", heal_examples, [this] { return Heal{proxy_}; })
      .add_option("PROXY", proxy_, "Only those of this proxy")
      ->option_text(" ");

  CLI::App& halt =
      leaf(program, "halt", "Heal a daemon and refuse faults until released", halt_examples, [this]() -> DaemonRequest {
        if (release_) return ReleaseHalt{};
        return HaltAll{fmt::format("{}", fmt::join(reason_, " "))};
      });
  CLI::Option* reason = halt.add_option("REASON", reason_, "Why, for whoever is refused")->option_text(" ");
  halt.add_flag("--release", release_, "Take faults again")->excludes(reason)->option_text(" ");

  leaf(program, "status", "Say what is on: since when, by whom, until when", status_examples,
       [] { return ShowStatus{}; });
  leaf(program, "top", "Watch a daemon's proxies, pools and faults", top_examples, [this] {
    return Top{once_};
  }).add_flag("--once", once_, "Print one table");
}

CLI::App& DaemonLine::run_leaf(CLI::App& group, const std::string& name, const std::string& summary,
                               std::function<RunRequest()> request) {
  CLI::App& app = leaf(group, name, summary, runs_examples, std::move(request));
  operand(app, "RUN", run_, "The run, as firedrill runs list has it");
  return app;
}

void DaemonLine::add_run_commands(CLI::App& program) {
  leaf(
      program, "drills", "List the drills that a daemon was given", drills_examples,
      [] { return RunRequest{ListDrills{}}; }, Shows::list);
  leaf(
      program, "schedule", "Say when a daemon plays which drill by itself", schedule_examples,
      [] { return RunRequest{ShowSchedule{}}; }, Shows::list);

  CLI::App& group =
      *add_command(program, "runs", "Start, watch, steer and end runs of a daemon", with_exit_codes(runs_examples));
  group.require_subcommand(1);
  leaf(
      group, "list", "List them, the newest first", runs_examples, [] { return RunRequest{ListRuns{}}; }, Shows::list);
  run_leaf(group, "show", "Show one: faults, checks, events", [this] { return ShowRun{run_}; });

  CLI::App& start = leaf(group, "start", "Have a drill played", start_examples, [this] { return RunRequest{start_}; });
  operand(start, "DRILL", start_.drill, "A drill file that is here, or else the name of a drill of the daemon's");
  start.add_option("--set", start_.settings, "Override a setting of the drill; may be repeated")
      ->option_text("KEY=VALUE")
      ->allow_extra_args(false);
  CLI::Option* dry = start.add_flag("--dry-run", start_.dry_run, "Start nothing; print what would happen, as JSON");
  start.add_flag("--watch", start_.watch, "Stay until it is over, and exit with its code")
      ->excludes(dry)
      ->option_text(" ");
  run_leaf(group, "watch", "Print what happens until it is over, and exit with its code",
           [this] { return WatchRun{run_}; });
  add_run_orders(group);

  run_leaf(group, "report", "Print its report",
           [this] {
             return ReportRun{run_, format_ == "junit" ? "junit.xml" : format_ == "json" ? "report.json" : "report.md"};
           })
      .add_option("--format", format_, "markdown (default), json or junit")
      ->option_text("FORMAT")
      ->check(a_format);
  run_leaf(group, "journal", "Print its journal", [this] { return ReportRun{run_, "journal"}; });
}

void DaemonLine::add_run_orders(CLI::App& group) {
  run_leaf(group, "pause", "Stop its clock: what is in force is healed until it goes on, what comes waits", [this] {
    return TellRun{run_, "pause", {}, "paused"};
  });
  run_leaf(group, "resume", "Let its clock go on", [this] { return TellRun{run_, "resume", {}, "resumed"}; });
  const auto of_fault = [&](const char* name, const char* summary, const char* done) -> CLI::App& {
    CLI::App& app = run_leaf(group, name, summary, [this, order = std::string{name}, done] {
      TellRun wanted{run_, fault_order(fault_, order), {}, fmt::format("fault {} {}", fault_, done)};
      if (order == "extend") wanted.body.emplace_back("by", by_);
      return wanted;
    });
    operand(app, "FAULT", fault_, "The fault, as its drill names it");
    return app;
  };
  of_fault("skip", "Leave out what is still to come of a fault", "is skipped");
  of_fault("end", "Heal a fault now", "is ended");
  CLI::App& extend = of_fault("extend", "Let a fault last longer", "is extended");
  extend.add_option("DURATION", by_, "By how much, such as 30s")->required()->option_text(" ")->check(a_ttl);

  const auto words = [this] { return fmt::format("{}", fmt::join(reason_, " ")); };
  run_leaf(group, "note", "Put a note into its journal and its report",
           [this, words] {
             return TellRun{run_, "notes", {{"text", words()}}, "noted"};
           })
      .add_option("TEXT", reason_, "What is to be noted")
      ->required()
      ->option_text(" ");
  run_leaf(group, "abort", "Heal everything of it and end it",
           [this, words] {
             TellRun wanted{run_, "abort", {}, "aborted; everything of it is being healed"};
             if (!reason_.empty()) wanted.body.emplace_back("reason", words());
             return wanted;
           })
      .add_option("REASON", reason_, "Why")
      ->option_text(" ");
}

}  // namespace firedrill::cli
