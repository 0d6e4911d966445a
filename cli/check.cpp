// firedrill check: every problem of every drill file, and every finding in configurations of load balancers.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

#include "cli/commands.hpp"
#include "cli/disk_files.hpp"
#include "cli/output.hpp"
#include "cli/own_words.hpp"
#include "cli/stats_socket.hpp"
#include "cli/text.hpp"
#include "drills/variables.hpp"
#include "faults/problems.hpp"
#include "lint/catalog.hpp"
#include "lint/check.hpp"
#include "lint/ground_rules.hpp"
#include "lint/output.hpp"
#include "version.hpp"

namespace firedrill::cli {

using Json = nlohmann::ordered_json;

namespace {

// What drill files have wrong, among the findings of other files.
const lint::Rule drill_problem{"DR01",
                               lint::Severity::error,
                               "a drill that cannot be played",
                               "Whatever firedrill run would refuse.",
                               "A drill that does not start proves nothing.",
                               "Write what the message asks for; docs/drills.md has every key.",
                               "",
                               "",
                               ""};
const lint::Rule drill_warning{
    "DR02",
    lint::Severity::warning,
    "a drill that cannot mean what it says",
    "Whatever firedrill run warns of.",
    "A check that cannot fail, or a fault that nobody meets, is a green light without a meaning.",
    "Correct the drill.",
    "",
    "",
    ""};

const lint::Rule refused{"PR01",
                         lint::Severity::error,
                         "a configuration that its own program refuses",
                         "With --ask: haproxy -c or nginx -t does not take the file.",
                         "A load balancer that does not start again after a reload is an outage of its own.",
                         "Write what the program asks for.",
                         "",
                         "",
                         ""};

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

// A text of several lines as a terminal may show it.
std::string harmless_lines(std::string_view text) {
  std::string all;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    all += harmless(text.substr(0, end)) + "\n";
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
  return all;
}

class Checking {
 public:
  explicit Checking(const CheckArguments& arguments) : arguments_{arguments} {}

  int check() {
    for (const std::string& file : arguments_.files) {
      std::string why;
      std::error_code none;
      if (std::filesystem::is_directory(file, none)) {
        directory(file);
        continue;
      }
      // What can be read once only, a named pipe say, is left to the reader of drills.
      const bool regular = file == standard_input || std::filesystem::is_regular_file(file, none);
      const lint::Source* source = regular ? sources_.open(file, why) : nullptr;
      const auto format = source == nullptr ? std::nullopt : lint::format_of(file, source->text());
      const bool twice = std::any_of(subjects_.begin(), subjects_.end(),
                                     [&](const lint::Subject& one) { return one.source == source; });
      if (format && !twice)
        subjects_.push_back({*format, source});
      else if (!format)
        drill(file, file == standard_input ? source : nullptr);
    }
    if (arguments_.json && !subjects_.empty()) {
      complain(fmt::format("{}: --json is for drill files; use --format json", subjects_.front().name()));
      return exit_bad_input;
    }
    if (!arguments_.live.empty() && !ask_running()) return exit_bad_input;
    lint::Outcome outcome = lint::check(subjects_, sources_, [](const std::string& name) {
      const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
      return value == nullptr ? std::nullopt : std::optional<std::string>{value};
    });
    if (arguments_.ask && !ask_programs(outcome)) return exit_bad_input;
    findings_.insert(findings_.end(), outcome.findings.begin(), outcome.findings.end());
    tell(outcome);
    if (!flush()) return exit_errored;
    if (outcome.unreadable || bad_drill_) return exit_bad_input;
    const bool grave = std::any_of(findings_.begin(), findings_.end(), [&](const lint::Finding& finding) {
      return static_cast<int>(finding.rule->severity) >= static_cast<int>(arguments_.fail_on);
    });
    return grave ? exit_warned : 0;
  }

 private:
  bool text() const { return arguments_.format == CheckArguments::Format::text && !arguments_.json; }

  // What the running HAProxy says, beside the one file that it runs with. False, and said why, when that cannot be.
  bool ask_running() {
    const auto is_haproxy = [](const lint::Subject& one) { return one.format == lint::Format::haproxy; };
    const auto subject = std::find_if(subjects_.begin(), subjects_.end(), is_haproxy);
    if (std::count_if(subjects_.begin(), subjects_.end(), is_haproxy) != 1) {
      complain("--live takes one configuration of HAProxy to compare with");
      return false;
    }
    std::string why;
    subject->running = ask_haproxy(arguments_.live, "show info;show stat", why);
    if (!subject->running) complain(harmless(fmt::format("{}: {}", arguments_.live, why)));
    return subject->running.has_value();
  }

  // What HAProxy and nginx refuse is unreadable, whatever the rules made of it. A place that has an error already needs
  // no second one. False, and said why, when they cannot be asked.
  bool ask_programs(lint::Outcome& outcome) {
    bool asked = false;
    try {
      for (std::size_t i = 0; i < subjects_.size(); ++i) {
        if (program_of(subjects_[i].format).empty()) continue;
        if (subjects_[i].source->name() == standard_input)
          throw std::runtime_error{"--ask: the programs read files, not standard input (-); write it to one"};
        asked = true;
        for (const Refusal& refusal : refusals_of(subjects_[i].format, subjects_[i].name())) {
          outcome.unreadable = true;
          std::string why;
          const lint::Source* source = sources_.open(refusal.file, why);
          if (source == nullptr) source = subjects_[i].source;
          const bool known = std::any_of(outcome.findings.begin(), outcome.findings.end(), [&](const auto& finding) {
            return finding.rule->severity == lint::Severity::error && finding.spot.source == source &&
                   finding.spot.line == refusal.line && refusal.line != 0;
          });
          if (known) continue;
          outcome.findings.push_back(
              {&refused,
               {source, refusal.line, refusal.line == 0 ? 0U : 1U},
               fmt::format("{} itself refuses it: {}", program_of(subjects_[i].format), refusal.text),
               ""});
          ++outcome.summaries[i].errors;
        }
      }
    } catch (const std::runtime_error& error) {
      complain(harmless(error.what()));
      return false;
    }
    if (!asked) complain("--ask takes configurations of HAProxy and nginx");
    return asked;
  }

  // `source`: what has been read already, and cannot be read again.
  void drill(const std::string& file, const lint::Source* source) {
    const auto purpose = arguments_.exec ? drills::Purpose::exec : drills::Purpose::run;
    faults::Problems problems, warnings;
    try {
      const drills::Drill drill = source == nullptr ? drills::read_drill(file, {}, purpose)
                                                    : drills::parse_drill(file, std::string{source->text()}, {},
                                                                          drills::environment(), purpose);
      warnings = drill.warnings;
      if (text()) print(in_short(drill, purpose));
    } catch (const faults::PlanError& error) {
      problems = error.problems;
    }
    keep_all(file, problems, warnings);
  }

  // One configuration of HAProxy in several files.
  void directory(std::string name) {
    while (name.size() > 1 && name.ends_with('/')) name.pop_back();
    std::vector<const lint::Source*> files;
    faults::Problems problems;
    for (const std::string& path : haproxy_files(name)) {
      std::string why;
      if (const lint::Source* file = sources_.open(path, why))
        files.push_back(file);
      else
        problems.push_back({{}, fmt::format("{}: {}", path, why)});
    }
    if (files.empty() && problems.empty())
      problems.push_back({{},
                          fmt::format("{}: is a directory without files *.cfg, such as HAProxy takes; of anything "
                                      "else a file is to be named",
                                      name)});
    if (!problems.empty()) return keep_all(name, problems, {});
    subjects_.push_back({lint::Format::haproxy, files.front(), {}, name, {files.begin() + 1, files.end()}});
  }

  void keep_all(const std::string& file, const faults::Problems& problems, const faults::Problems& warnings) {
    if (text()) {
      complain(problems);
      warn(warnings);
    }
    std::error_code none;
    const bool is_there = file == standard_input || std::filesystem::exists(file, none);
    for (const faults::Problem& problem : problems) {
      if (is_there && !std::filesystem::is_directory(file, none))
        keep(drill_problem, file, problem);
      else
        keep(lint::unreadable, file, problem, "Name a file that is there.");
    }
    for (const faults::Problem& warning : warnings) keep(drill_warning, file, warning);
    bad_drill_ = bad_drill_ || !problems.empty();
    list_.push_back({{"file", file},
                     {"ok", problems.empty()},
                     {"problems", to_json(file, problems)},
                     {"warnings", to_json(file, warnings)}});
  }

  void keep(const lint::Rule& rule, const std::string& file, const faults::Problem& problem, const char* fix = "") {
    const std::string& name = problem.place.source ? *problem.place.source : file;
    std::string why;
    std::error_code none;
    // What is no regular file gave its text away when the drill was read, and may never give one again.
    const bool is_again = name == standard_input || std::filesystem::is_regular_file(name, none);
    const lint::Source* source = is_again ? sources_.open(name, why) : nullptr;
    if (source == nullptr) source = sources_.add(name, "");
    const std::uint32_t line = problem.place.line;
    findings_.push_back(
        {&rule, {source, line, line == 0 ? 0 : source->column_of(line, problem.place.column)}, problem.text, fix});
  }

  void tell(const lint::Outcome& outcome) const {
    using Format = CheckArguments::Format;
    if (arguments_.json) return print(list_.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    if (arguments_.format == Format::json) return print(lint::to_json(findings_));
    if (arguments_.format == Format::sarif) return print(lint::to_sarif(findings_, version));
    if (arguments_.format == Format::github) return print(harmless_lines(lint::to_github(findings_)));
    const lint::Finding* before = nullptr;
    for (const lint::Finding& finding : outcome.findings)
      print(harmless_lines(lint::to_text(finding, std::exchange(before, &finding))));
    for (std::size_t i = 0; i < subjects_.size(); ++i) {
      const lint::Summary& summary = outcome.summaries[i];
      const std::string name = harmless(subjects_[i].name());
      const std::string_view program = program_of(subjects_[i].format);
      // What the rules find nothing in may still be refused: only the program knows its machine.
      const std::string unasked = arguments_.ask || program.empty() || summary.errors > 0
                                      ? ""
                                      : fmt::format(" ({} itself was not asked: --ask)", program);
      if (summary.errors + summary.warnings + summary.infos == 0)
        print(fmt::format("ok: {}, {}{}\n", name, summary.what, unasked));
      else
        print(fmt::format("{}, {}: {}, {}, {}{}\n", name, summary.what, count(summary.errors, "error"),
                          count(summary.warnings, "warning"), count(summary.infos, "note"), unasked));
    }
  }

  const CheckArguments& arguments_;
  DiskFiles disk_;
  lint::Sources sources_{disk_};
  std::vector<lint::Subject> subjects_;
  std::vector<lint::Finding> findings_;
  Json list_ = Json::array();
  bool bad_drill_ = false;
};

int explain(const std::string& id) {
  if (id == "all") {
    print(lint::catalog_markdown());
    return flush() ? 0 : exit_errored;
  }
  std::string upper = id;
  std::transform(id.begin(), id.end(), upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  const lint::Rule* rule = lint::rule_named(upper);
  for (const lint::Rule* const own : {&drill_problem, &drill_warning, &refused})
    if (own->id == upper) rule = own;
  if (rule != nullptr) {
    print(lint::page_of(*rule));
    return flush() ? 0 : exit_errored;
  }
  std::vector<std::string> ids;
  for (const lint::Entry& entry : lint::catalog()) ids.emplace_back(entry.rule->id);
  std::string all;
  for (const std::string& one : ids) all += " " + one;
  complain(fmt::format("there is no rule \"{}\"; there are{}, and all of them as all", id, all));
  return exit_bad_input;
}

}  // namespace

int check(const CheckArguments& arguments) {
  return arguments.explain.empty() ? Checking{arguments}.check() : explain(arguments.explain);
}

}  // namespace firedrill::cli
