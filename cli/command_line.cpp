// The one source that knows CLI11, and what it must be kept from.
#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <sstream>

#include "faults/reader.hpp"
#include "faults/units.hpp"
#include "version.hpp"

namespace firedrill::cli {
namespace {

constexpr const char* exit_codes = R"(Exit codes:
  0  the drill ran and every expectation held
  1  an expectation was missed
  2  bad input: usage, an unreadable or invalid file
  3  aborted: an abort condition, a signal; everything was healed first
  4  errored: could not run or could not measure)";

constexpr const char* main_examples = R"(Examples:
  firedrill check drills/*.toml               say what is wrong with drill files
  firedrill run pool-exhaustion.toml          play a drill, watch it, get a report
  firedrill exec drill.toml -- pytest         run a test suite while a drill goes on around it
  firedrill serve proxies.toml                keep proxies open, and break them by hand over a control port
  firedrill report firedrill-runs/NAME-UTC    a run's report once more, from its journal)";

constexpr const char* run_examples = R"(Examples:
  firedrill run pool-exhaustion.toml
  firedrill run pool-exhaustion.toml --set fault.undersized-pool.max_connections=9
  firedrill run drill.toml --seed 7 --report out --junit out/drill.xml
  firedrill run drill.toml --json | jq .result
  firedrill run drill.toml --dry-run

Ctrl-C (SIGINT) or SIGTERM heals everything, writes the report and exits with 3.)";

constexpr const char* exec_examples = R"(firedrill exec FILE [OPTIONS] -- COMMAND…

The command finds each proxy of the drill in FIREDRILL_PROXY_NAME (host:port), FIREDRILL_PROXY_NAME_HOST
and FIREDRILL_PROXY_NAME_PORT. Faults come and go on their timeline while it runs; a fault without
"for" lasts until it ends. Its end is the end of the run; max_duration ends it early.

Examples:
  firedrill exec drill.toml -- pytest -q
  firedrill exec drill.toml --junit out/drill.xml -- pytest --junit-xml=out/suite.xml
  firedrill exec drill.toml --no-faults -- npm test

SIGINT and SIGTERM are passed on to the command and end the run; a second one kills the command.

Exit codes:
  2, 3, 4     as for firedrill run: bad input; aborted; errored, or the command could not be started
  otherwise   the command's own, when it is not 0; 128 and the signal's number when a signal ended it
  1           the command was content, but a check of the drill was missed
  0           both went well)";

constexpr const char* serve_examples = R"(Examples:
  firedrill serve
  firedrill serve /etc/firedrill/proxies.toml --control 127.0.0.1:8474
  curl -s localhost:8474/v1/proxies -d '{"name": "db", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:5432"}'

FILEs hold [[proxy]] blocks, as drills do; what else is in them is not played. A toxiproxy.json works, too.
SIGHUP reads them anew.
SIGTERM or SIGINT heals everything, lets connections end for as long as --drain says, and exits with 0.
Faults are put in force over the control port, each with a time to live; a restart comes up without any.

Exit codes: 0 ended by a signal, 2 bad input, 4 could not listen.)";

constexpr const char* check_examples = R"(Examples:
  firedrill check drill.toml
  firedrill check drills/*.toml --json | jq '.[] | select(.ok | not)'

Warnings name what can be played and yet cannot mean what it says.

Exit codes: 0 every file is good, 1 with --strict there are warnings, 2 a file is not good.)";

constexpr const char* report_examples = R"(Examples:
  firedrill report firedrill-runs/pool-exhaustion-20260512T090000Z
  firedrill report journal.jsonl --format junit --output drill.xml

Exit codes: 0 the journal could be read, 2 it could not. An incomplete one, of a run that crashed or
goes on, is read as far as it goes; a note on standard error says so.)";

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

std::string a_format(const std::string& text) {
  const bool known = text == "markdown" || text == "json" || text == "junit";
  return known ? "" : fmt::format("must be markdown, json or junit, not \"{}\"", text);
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

const std::vector<std::string> commands{"run", "exec", "serve", "check", "report"};

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
    run_app_->add_flag("--dry-run", run_.dry_run,
                       "Start nothing; print what would happen when, to whom, and what is checked");

    exec_app_ = command("exec", "Play a drill around a command, such as a test suite", exec_examples);
    add_run_options(*exec_app_);
    exec_app_->add_flag("--dry-run", run_.dry_run, "Start nothing; print what would happen when, and to whom");
    exec_app_->add_flag("--no-faults", no_faults_, "The same with its proxies, but without any fault");

    serve_app_ = command("serve", "Keep proxies open, and a control port to change them by", serve_examples);
    serve_app_->add_option("FILE", serve_.files, "Files with the proxies to begin with")->option_text(" ");
    serve_app_->add_option("--control", serve_.control, "Where the control port listens (default: 127.0.0.1:8474)")
        ->option_text("HOST:PORT");
    serve_app_->add_option("--control-host", serve_.control_hosts, "A name it may be addressed by; may be repeated")
        ->option_text("NAME")
        ->allow_extra_args(false);
    serve_app_
        ->add_option("--control-origin", serve_.control_origins, "A web page's origin that may use it; may be repeated")
        ->option_text("URL")
        ->allow_extra_args(false);
    serve_app_
        ->add_option("--control-token-file", serve_.token_file,
                     "Lines of ROLE NAME TOKEN: who may do what over it; roles: viewer, participant, operator, admin")
        ->option_text("FILE");
    serve_app_->add_flag("--control-open", serve_.control_open,
                         "Toxiproxy's interface needs no token, for whoever reaches it");
    serve_app_
        ->add_option("--allow-upstream", serve_.allowed_upstreams,
                     "Proxies may lead there only; may be repeated: 10.0.0.0/8, db.internal:5432")
        ->option_text("WHERE")
        ->allow_extra_args(false);
    serve_app_->add_option("--state", serve_.state,
                           "Where runs leave their reports, and what was done its journal (default: firedrill-state)")
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

    check_app_ = command("check", "Say what is wrong with drill files, or cannot mean what it says", check_examples);
    check_app_->add_option("FILE", check_.files, "Drill files")->required()->option_text(" ");
    check_app_->add_flag("--json", check_.json, "Print a list of {file, ok, problems, warnings}");
    check_app_->add_flag("--exec", check_.exec, "Read them as firedrill exec does: a command ends the timeline");
    check_app_->add_flag("--strict", check_.strict, "Exit with 1 when there is a warning");

    report_app_ = command("report", "Make a report from a run's journal", report_examples);
    report_app_->add_option("JOURNAL", report_.journal, "A journal.jsonl, or the directory it is in")
        ->required()
        ->option_text(" ");
    report_app_->add_option("--format", format_, "markdown (default), json or junit")
        ->option_text("FORMAT")
        ->check(a_format);
    report_app_->add_option("--output", report_.output, "Write to this file instead of standard output")
        ->option_text("FILE");
  }

  Wish parse(std::vector<std::string> words) {
    if (words.empty()) return Answer{exit_bad_input, "", app_.help()};
    if (words[0] == "exec") take_command(words);
    double_the_dashes(words);
    if (words[0] == "help") {  // firedrill help run
      words.erase(words.begin());
      words.emplace_back("--help");
    }
    if (!words[0].starts_with('-') && std::find(commands.begin(), commands.end(), words[0]) == commands.end())
      return unknown(words[0]);
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
    CLI::App* app = app_.add_subcommand(name, summary);
    app->set_help_flag("-h,--help", "Print this page");
    app->footer(examples);
    return app;
  }

  const CLI::App& chosen() const {
    const auto used = app_.get_subcommands();
    return used.empty() ? app_ : *used.front();
  }

  static Answer wrong(const std::string& what, const CLI::App& where) {
    const std::string page = where.get_parent() != nullptr ? "firedrill " + where.get_name() : "firedrill";
    return {exit_bad_input, "", fmt::format("firedrill: {}\nTry: {} --help\n", what, page)};
  }

  Answer unknown(const std::string& name) const {
    const std::string near = faults::nearest(name, commands);
    return wrong(fmt::format("there is no command \"{}\"{}", name,
                             near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)),
                 app_);
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

  Wish wish() {
    if (check_app_->parsed()) return check_;
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
      const std::size_t equals = setting.find('=');
      if (equals == std::string::npos || equals == 0)
        return wrong(fmt::format("--set takes KEY=VALUE, such as fault.NAME.percent=30%, not \"{}\"", setting),
                     chosen());
      run_.overrides.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
    }
    if (!seed_.empty()) run_.seed = std::stoull(seed_);
    if (!workers_.empty()) run_.workers = static_cast<unsigned>(std::stoul(workers_));
    if (!exec_app_->parsed()) return run_;
    if (!run_.dry_run && (command_.empty() || command_.front().empty()))
      return wrong("COMMAND is required; put it behind --", *exec_app_);
    return ExecArguments{run_, no_faults_, command_};
  }

  CLI::App app_{"Makes connections fail on purpose: a TCP proxy that plays scripted drills."};
  CLI::App *run_app_ = nullptr, *exec_app_ = nullptr, *serve_app_ = nullptr, *check_app_ = nullptr,
           *report_app_ = nullptr;
  RunArguments run_;
  ServeArguments serve_;
  CheckArguments check_;
  ReportArguments report_;
  std::string seed_, workers_, format_, drain_, toxic_ttl_;
  std::vector<std::string> settings_, command_;
  bool no_faults_ = false;
};

}  // namespace

Wish parse_command_line(std::vector<std::string> words) { return CommandLine{}.parse(std::move(words)); }

}  // namespace firedrill::cli
