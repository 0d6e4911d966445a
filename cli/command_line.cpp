// What CLI11 is told, and what it must be kept from. It takes long to compile: this and daemon_line.cpp know it.
#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <sstream>

#include "cli/completion.hpp"
#include "cli/daemon_line.hpp"
#include "cli/help_pages.hpp"
#include "cli/validators.hpp"
#include "faults/reader.hpp"
#include "faults/units.hpp"
#include "version.hpp"

namespace firedrill::cli {
namespace {

std::string whole_number(const std::string& text) {
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
  return digits && text.size() < 19 ? "" : fmt::format("must be a whole number, not \"{}\"", text);
}

std::string up_to_64(const std::string& text) {
  const bool fits = whole_number(text).empty() && std::stoull(text) >= 1 && std::stoull(text) <= 64;
  return fits ? "" : fmt::format("must be a whole number from 1 to 64, not \"{}\"", text);
}

std::string a_duration(const std::string& text) {
  const auto duration = faults::parse_duration(text);
  const bool fits = duration && *duration >= faults::Duration::zero() && *duration <= std::chrono::hours{1};
  return fits ? "" : fmt::format("must be a duration up to 1h, such as 10s, not \"{}\"", text);
}

std::string a_check_format(const std::string& text) {
  const bool known = text == "text" || text == "json" || text == "sarif" || text == "github";
  return known ? "" : fmt::format("must be text, json, sarif or github, not \"{}\"", text);
}

std::string a_severity(const std::string& text) {
  const bool known = text == "info" || text == "warning" || text == "error" || text == "never";
  return known ? "" : fmt::format("must be info, warning, error or never, not \"{}\"", text);
}

std::string a_shell(const std::string& text) {
  const bool known = text == "bash" || text == "zsh" || text == "fish";
  return known ? "" : fmt::format("must be bash, zsh or fish, not \"{}\"", text);
}

// CLI11 takes -seed for -s, and -host=x for -h, which would print help and succeed.
void double_the_dashes(std::vector<std::string>& words) {
  for (std::string& word : words) {
    if (word == "--") return;
    if (word.size() > 2 && word[0] == '-' && std::isalpha(static_cast<unsigned char>(word[1])) != 0)
      word.insert(0, "-");
  }
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(below->get_name());
  return names;
}

// "firedrill fault add".
std::string called(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name() : called(*app.get_parent()) + " " + app.get_name();
}

// What completion is told.
CommandWords words_of(const CLI::App& app) {
  CommandWords words{app.get_name(), app.get_description(), {}, {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    const bool more = option->get_expected_max() > 1;
    const std::string value = option->get_items_expected_max() == 0 ? "" : option->get_option_text();
    if (option->get_positional()) words.operands.push_back(option->get_name(true) + (more ? "+" : ""));
    for (const std::string& name : option->get_lnames())
      words.flags.push_back({"--" + name, option->get_description(), value});
  }
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; }))
    words.commands.push_back(words_of(*below));
  return words;
}

class CommandLine {
 public:
  CommandLine() {
    app_.name("firedrill");
    app_.set_version_flag("--version", fmt::format("firedrill {}", version), "Print the version");
    app_.set_help_flag("-h,--help", "Print this page");
    app_.get_formatter()->column_width(34);
    app_.footer(std::string{main_examples} + "\n\n" + exit_codes);
    app_.require_subcommand(1);

    run_app_ = command("run", "Play one drill in the foreground, with progress",
                       run_examples + std::string{"\n\n"} + exit_codes);
    add_run_options(*run_app_);
    run_app_->add_flag("--json", run_.json, "Print nothing but report.json on standard output");
    run_app_->add_option("--control", run_control_.at, "Open a control port while the drill is played: HOST:PORT")
        ->option_text("HOST:PORT");
    run_app_->add_option("--control-token-file", run_control_.token_file, "As for firedrill serve")
        ->option_text("FILE");
    run_app_->add_flag("--predict", run_.predict,
                       "Play it in virtual time first, and show that beside what is measured");
    run_app_->add_flag("--dry-run", run_.dry_run,
                       "Start nothing; print what would happen when, to whom, and what is checked");

    exec_app_ = command("exec", "Play a drill around a command, such as a test suite", exec_examples);
    add_run_options(*exec_app_);
    exec_app_->add_flag("--dry-run", run_.dry_run, "Start nothing; print what would happen when, and to whom");
    exec_app_->add_flag("--no-faults", no_faults_, "The same with its proxies, but without any fault");

    serve_app_ = command("serve", "Keep proxies open, and a control port to change them by", serve_examples);
    serve_app_->add_option("FILE", serve_.files, "Files with the proxies to begin with")->option_text(" ");
    serve_app_->add_option("--control", serve_.control.at, "Where the control port listens (default: 127.0.0.1:8474)")
        ->option_text("HOST:PORT");
    serve_app_->add_option("--control-host", serve_.control.hosts, "A name it may be addressed by; may be repeated")
        ->option_text("NAME")
        ->allow_extra_args(false);
    serve_app_
        ->add_option("--control-origin", serve_.control.origins, "A web page's origin that may use it; may be repeated")
        ->option_text("URL")
        ->allow_extra_args(false);
    serve_app_
        ->add_option("--control-token-file", serve_.control.token_file,
                     "Lines of ROLE NAME TOKEN: who may do what over it; roles: viewer, participant, operator, admin")
        ->option_text("FILE");
    serve_app_->add_flag("--control-open", serve_.control.open,
                         "Toxiproxy's interface needs no token, for whoever reaches it");
    serve_app_
        ->add_option("--allow-upstream", serve_.allowed_upstreams,
                     "Proxies may lead there only; may be repeated: 10.0.0.0/8, db.internal:5432")
        ->option_text("WHERE")
        ->allow_extra_args(false);
    serve_app_
        ->add_option("--state", serve_.state,
                     "Where runs leave their reports, and a journal says what was done (default: firedrill-state)")
        ->option_text("DIR");
    serve_app_->add_option("--toxic-ttl", toxic_ttl_, "When toxics expire by themselves (default: never)")
        ->option_text("DURATION")
        ->check(a_duration);
    serve_app_->add_option("--drain", drain_, "How long connections may take to end (default: 10s)")
        ->option_text("DURATION")
        ->check(a_duration);
    serve_app_->add_option("--seed", seed_, "The seed of every random choice (default: drawn)")
        ->option_text("N")
        ->check(whole_number);
    add_workers(*serve_app_);

    check_app_ =
        command("check", "Say what is wrong with drill files and load balancer configurations", check_examples);
    check_app_
        ->add_option(
            "FILE", check_.files,
            "Drills, configurations of HAProxy, nginx and Envoy, a capacity.toml; a directory is HAProxy's, as for "
            "its -f; - is standard input")
        ->option_text(" ");
    check_app_->add_option("--format", check_format_, "text (default), json, sarif or github")
        ->option_text("FORMAT")
        ->check(a_check_format);
    check_app_
        ->add_option("--fail-on", fail_on_, "Exit with 1 from this severity on: info, warning, error (default), never")
        ->option_text("SEVERITY")
        ->check(a_severity);
    check_app_
        ->add_option("--live", check_.live,
                     "Compare the HAProxy file with the HAProxy that runs: unix:PATH or HOST:PORT of its stats socket")
        ->option_text("SOCKET");
    check_app_->add_flag("--ask", check_.ask, "Have haproxy -c and nginx -t judge their files as well");
    check_app_->add_option("--explain", check_.explain, "Print the page of a rule, such as HA02")->option_text("ID");
    check_app_->add_flag("--json", check_.json, "Of drill files: print a list of {file, ok, problems, warnings}");
    check_app_->add_flag("--exec", check_.exec, "Read drills as firedrill exec does: a command ends the timeline");
    check_app_->add_flag("--strict", strict_, "The same as --fail-on warning");

    simulate_app_ = command("simulate", "Say what a drill would do, in virtual time", simulate_examples);
    simulate_app_->add_option("FILE", simulate_.file, "The drill")->required()->option_text(" ");
    simulate_app_->add_option("--seed", seed_, "Use this seed instead of the drill's")
        ->option_text("N")
        ->check(whole_number);
    simulate_app_->add_option("--set", settings_, "Override a setting of the drill; may be repeated")
        ->option_text("KEY=VALUE")
        ->allow_extra_args(false);
    simulate_app_
        ->add_option("--sweep", sweep_, "Play it with each of these values: KEY=FROM..TO, or KEY=FROM..TO:STEP")
        ->option_text("KEY=RANGE");
    simulate_app_
        ->add_option("--solve", simulate_.solve, "Find the smallest pool with which this holds, such as 'errors < 1%'")
        ->option_text("EXPECTATION");
    simulate_app_->add_option("--pool", simulate_.pool, "Which pool fault --solve is about, where there are several")
        ->option_text("NAME");
    simulate_app_
        ->add_option(
            "--during", simulate_.during,
            "The phase that --sweep and --solve look at (default: while the fault with that setting is in force)")
        ->option_text("PHASE");
    simulate_app_->add_option("--chart", simulate_.chart, "Draw what --sweep finds into this file, as SVG")
        ->option_text("FILE");
    simulate_app_->add_option("--format", format_, "text (default), markdown, json or junit; of a sweep text or json")
        ->option_text("FORMAT")
        ->check(a_text_format);
    simulate_app_->add_option("--report", simulate_.directory, "Write journal and reports there, as a run does")
        ->option_text("DIR");

    report_app_ = command("report", "Make a report from a run's journal", report_examples);
    report_app_->add_option("JOURNAL", report_.journal, "A journal.jsonl, or the directory it is in")
        ->required()
        ->option_text(" ");
    report_app_->add_option("--format", format_, "markdown (default), json or junit")
        ->option_text("FORMAT")
        ->check(a_format);
    report_app_->add_option("--output", report_.output, "Write to this file instead of standard output")
        ->option_text("FILE");

    daemon_line_.emplace(app_);

    completion_app_ =
        command("completion", "Print a script that has a shell complete firedrill's words", completion_examples);
    completion_app_->add_option("SHELL", shell_, "bash, zsh or fish")->required()->option_text(" ")->check(a_shell);
  }

  Wish parse(std::vector<std::string> words) {
    if (words.empty()) return Answer{exit_bad_input, "", app_.help()};
    if (words[0] == "exec") take_command(words);
    double_the_dashes(words);
    if (words[0] == "help") {  // firedrill help run
      words.erase(words.begin());
      words.emplace_back("--help");
    }
    if (auto answer = look_for_commands(words)) return *std::move(answer);
    std::reverse(words.begin(), words.end());
    try {
      app_.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
      return explain(error);
    }
    return wish();
  }

 private:
  // What stands behind the first "--" is another program's.
  void take_command(std::vector<std::string>& words) {
    const auto dashes = std::find(words.begin(), words.end(), "--");
    if (dashes == words.end()) return;
    command_.assign(dashes + 1, words.end());
    words.erase(dashes, words.end());
  }

  void add_run_options(CLI::App& app) {
    app.add_option("FILE", run_.file, "The drill")->required()->option_text(" ");
    app.add_option("--seed", seed_, "Use this seed instead of the drill's")->option_text("N")->check(whole_number);
    app.add_option("--report", run_.directory, "Where journal and reports go (default: firedrill-runs/NAME-UTC)")
        ->option_text("DIR");
    app.add_option("--junit", run_.junit, "Write the JUnit report to this file, too")->option_text("FILE");
    app.add_option(
           "--config", run_.configurations,
           "A load balancer's configuration that this is a proof of: its hash goes into the journal; may be repeated")
        ->option_text("FILE")
        ->allow_extra_args(false);
    app.add_option("--set", settings_, "Override a setting of the drill; may be repeated")
        ->option_text("KEY=VALUE")
        ->allow_extra_args(false);
    add_workers(app);
  }

  void add_workers(CLI::App& app) {
    app.add_option("--workers", workers_, "Threads that carry connections (default: one per core, at most 8)")
        ->option_text("N")
        ->check(up_to_64);
  }

  CLI::App* command(const std::string& name, const std::string& summary, const std::string& examples) {
    return add_command(app_, name, summary, examples);
  }

  const CLI::App& chosen() const {
    const CLI::App* at = &app_;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
    return *at;
  }

  // A command that is missing or unknown; CLI11 would take either for something else.
  std::optional<Answer> look_for_commands(const std::vector<std::string>& words) const {
    const CLI::App* at = &app_;
    for (const std::string& word : words) {
      const std::vector<std::string> names = command_names(*at);
      if (names.empty() || word.starts_with('-')) return std::nullopt;
      if (std::find(names.begin(), names.end(), word) == names.end()) return unknown(word, names, *at);
      at = at->get_subcommand(word);
    }
    if (command_names(*at).empty()) return std::nullopt;
    return Answer{exit_bad_input, "", at->help(called(*at->get_parent()))};
  }

  static Answer wrong(const std::string& what, const CLI::App& where) {
    return {exit_bad_input, "", fmt::format("firedrill: {}\nTry: {} --help\n", what, called(where))};
  }

  static Answer unknown(const std::string& name, const std::vector<std::string>& names, const CLI::App& where) {
    const std::string near = faults::nearest(name, names);
    return wrong(fmt::format("there is no command \"{}\"{}", name,
                             near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)),
                 where);
  }

  Answer explain(const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      std::ostringstream out, ignored;
      app_.exit(error, out, ignored);
      return {0, out.str(), ""};
    }
    const CLI::App& where = chosen();
    for (const std::string& extra : where.remaining()) {
      const std::string hint = &where == exec_app_ && command_.empty() ? "; the command stands behind --" : "";
      if (!extra.starts_with('-')) return wrong(fmt::format("\"{}\" is one argument too many{}", extra, hint), where);
      const std::string name = extra.substr(0, extra.find('='));
      const std::string near = faults::nearest(name, option_names(where));
      return wrong(
          fmt::format("there is no option {}{}", name, near.empty() ? "" : fmt::format("; did you mean {}?", near)),
          where);
    }
    return wrong(error.what(), where);
  }

  Wish check_wish() {
    using Format = CheckArguments::Format;
    using FailOn = CheckArguments::FailOn;
    if (check_.files.empty() && check_.explain.empty()) return wrong("FILE is required", *check_app_);
    if (check_.json && !check_format_.empty()) return wrong("--json and --format exclude each other", *check_app_);
    check_.format = check_format_ == "json"     ? Format::json
                    : check_format_ == "sarif"  ? Format::sarif
                    : check_format_ == "github" ? Format::github
                                                : Format::text;
    check_.fail_on = fail_on_ == "info"                 ? FailOn::info
                     : fail_on_ == "never"              ? FailOn::never
                     : fail_on_ == "warning" || strict_ ? FailOn::warning
                                                        : FailOn::error;
    return check_;
  }

  Wish wish() {
    if (auto request = daemon_line_->wish()) return *std::move(request);
    if (completion_app_->parsed()) return Answer{0, *completion_script(shell_, words_of(app_)), ""};
    if (check_app_->parsed()) return check_wish();
    if (serve_app_->parsed()) {
      if (!seed_.empty()) serve_.seed = std::stoull(seed_);
      if (!workers_.empty()) serve_.workers = static_cast<unsigned>(std::stoul(workers_));
      if (!drain_.empty()) serve_.drain = *faults::parse_duration(drain_);
      if (!toxic_ttl_.empty()) serve_.toxic_ttl = *faults::parse_duration(toxic_ttl_);
      return serve_;
    }
    if (report_app_->parsed()) {
      using Format = ReportArguments::Format;
      report_.format = format_ == "json" ? Format::json : format_ == "junit" ? Format::junit : Format::markdown;
      return report_;
    }
    for (const std::string& setting : settings_) {
      const auto set = override_of(setting);
      if (!set)
        return wrong(fmt::format("--set takes KEY=VALUE, such as fault.NAME.percent=30%, not \"{}\"", setting),
                     chosen());
      run_.overrides.push_back(*set);
    }
    if (!seed_.empty()) run_.seed = std::stoull(seed_);
    if (simulate_app_->parsed()) return simulation();
    if (!workers_.empty()) run_.workers = static_cast<unsigned>(std::stoul(workers_));
    if (run_app_->count("--control") > 0) run_.control = run_control_;
    if (run_.predict && (run_.control || run_.dry_run))
      return wrong(fmt::format("--predict does not go with {}", run_.control ? "--control" : "--dry-run"), *run_app_);
    if (!exec_app_->parsed()) return run_;
    if (!run_.dry_run && (command_.empty() || command_.front().empty()))
      return wrong("COMMAND is required; put it behind --", *exec_app_);
    return ExecArguments{run_, no_faults_, command_};
  }

  static std::optional<drills::Override> override_of(const std::string& setting) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) return std::nullopt;
    return drills::Override{setting.substr(0, equals), setting.substr(equals + 1)};
  }

  Wish simulation() {
    using Format = SimulateArguments::Format;
    simulate_.format = format_ == "json"       ? Format::json
                       : format_ == "junit"    ? Format::junit
                       : format_ == "markdown" ? Format::markdown
                                               : Format::text;
    simulate_.seed = run_.seed;
    simulate_.overrides = run_.overrides;
    if (!sweep_.empty()) {
      simulate_.sweep = override_of(sweep_);
      if (!simulate_.sweep)
        return wrong(fmt::format("--sweep takes KEY=FROM..TO, such as max_connections=4..40, not \"{}\"", sweep_),
                     *simulate_app_);
    }
    const bool many = simulate_.sweep || !simulate_.solve.empty();
    if (many && (simulate_.format == Format::junit || simulate_.format == Format::markdown))
      return wrong(fmt::format("--sweep and --solve print text or json, not {}", format_), *simulate_app_);
    if (many && !simulate_.directory.empty())
      return wrong("--report is for one prediction, not for --sweep and --solve", *simulate_app_);
    if (simulate_.sweep && !simulate_.solve.empty())
      return wrong("--sweep and --solve are two questions: ask one of them", *simulate_app_);
    if (simulate_.solve.empty() && !simulate_.pool.empty()) return wrong("--pool goes with --solve", *simulate_app_);
    if (!many && !simulate_.during.empty()) return wrong("--during goes with --sweep or --solve", *simulate_app_);
    if (!simulate_.sweep && !simulate_.chart.empty()) return wrong("--chart goes with --sweep", *simulate_app_);
    if (const auto kind = std::filesystem::path{simulate_.chart}.extension(); !kind.empty() && kind != ".svg")
      return wrong(fmt::format("--chart draws SVG: give it a name that ends in .svg, not {}", simulate_.chart),
                   *simulate_app_);
    return simulate_;
  }

  CLI::App app_{"Makes connections fail on purpose: a TCP proxy that plays scripted drills."};
  CLI::App *run_app_ = nullptr, *exec_app_ = nullptr, *serve_app_ = nullptr, *check_app_ = nullptr,
           *simulate_app_ = nullptr, *report_app_ = nullptr, *completion_app_ = nullptr;
  RunArguments run_;
  ControlArguments run_control_;
  ServeArguments serve_;
  CheckArguments check_;
  SimulateArguments simulate_;
  ReportArguments report_;
  std::optional<DaemonLine> daemon_line_;
  std::string seed_, workers_, format_, drain_, toxic_ttl_, shell_, check_format_, fail_on_, sweep_;
  std::vector<std::string> settings_, command_;
  bool no_faults_ = false, strict_ = false;
};

}  // namespace

Wish parse_command_line(std::vector<std::string> words) { return CommandLine{}.parse(std::move(words)); }

}  // namespace firedrill::cli
