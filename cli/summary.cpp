// The verdict first.
#include "cli/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "cli/text.hpp"
#include "drills/report_words.hpp"

namespace firedrill::cli {
namespace {

using drills::grouped;
using drills::MaybeNumber;

// Broken where `between` stands, the further lines indented below the first word.
std::string wrapped(std::string_view lead, std::string_view text, std::string_view between, std::size_t width) {
  const std::size_t indent = cells(lead);
  std::string out{lead}, rest = harmless(text);
  std::size_t used = indent;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.size(), rest.find(between));
    const std::string word = rest.substr(0, end + between.size() - 1);  // its comma stays with it
    rest.erase(0, end + between.size());
    if (used > indent && used + 1 + cells(word) > width) {
      out += "\n" + std::string(indent, ' ');
      used = indent;
    } else if (used > indent) {
      out += " ";
      ++used;
    }
    out += word;
    used += cells(word);
  }
  return out + "\n";
}

// Of what has not happened.
std::string_view foretold(const std::string& result, bool no_check) {
  if (result == "passed")
    return no_check ? "the drill would run; it has no check, so that nothing is judged"
                    : "every expectation would hold";
  if (result == "failed") return "an expectation would be missed";
  if (result == "aborted") return "an abort condition would end the drill";
  return "the drill would not show what it is to show";
}

std::string verdict(const std::string& result, const std::vector<std::string>& reasons, bool no_check, bool predicted,
                    Shape shape) {
  std::string_view meaning = "the drill could not be carried out, or not be measured";
  if (result == "passed")
    meaning = no_check ? "the drill ran; it has no check, so that nothing was judged" : "every expectation held";
  if (result == "failed") meaning = "an expectation was missed";
  if (result == "aborted") meaning = "everything was healed before the end";
  if (predicted) meaning = foretold(result, no_check);
  const Paint paint = result == "passed" ? Paint::green : result == "failed" ? Paint::red : Paint::yellow;
  std::string text =
      (predicted ? "predicted: " : "") + painted(result, paint, shape.colour) + ": " + std::string{meaning} + "\n";
  for (const std::string& reason : reasons) text += wrapped("  - ", reason, " ", shape.width);
  return text;
}

std::string checks(const drills::Report& report, Shape shape) {
  std::string text;
  for (const drills::CheckReport& check : report.checks) {
    const std::string mark = !check.passed ? "?" : *check.passed ? "✓" : "✗";
    const Paint paint = !check.passed ? Paint::yellow : *check.passed ? Paint::green : Paint::red;
    const std::string samples = check.passed ? count(check.samples, "sample") : "not judged";
    text += fmt::format("  {} {}  ({}, {})\n", painted(mark, paint, shape.colour), harmless(check.name),
                        harmless(check.during), samples);
    text += wrapped("      expected  ", check.expected, ", ", shape.width);
    if (!check.measured.empty())
      text += wrapped(report.predicted ? "      predicted " : "      measured  ", check.measured, ", ", shape.width);
    if (check.passed == false && !check.last_failure.empty())
      text += wrapped("      last said ", check.last_failure, " ", shape.width);
  }
  return text.empty() ? "" : "\n" + text;
}

std::string phases(const drills::Report& report, Shape shape) {
  std::size_t name = 16;
  for (const auto& phase : report.phases) name = std::max(name, cells(harmless(phase.name)));
  name = std::min(name, std::max(shape.width, least_width) - 2 - 10 - 9 - 9);
  const bool two = shape.width >= name + 2 + 10 + 9 + 9 + 9;  // room for both quantiles
  const auto row = [&](std::string_view first, std::string_view requests, std::string_view errors, std::string_view p50,
                       std::string_view p99) {
    return "  " + left(first, name) + right(requests, 10) + right(errors, 9) + (two ? right(p50, 9) : "") +
           right(p99, 9) + "\n";
  };
  const auto ms = [](const MaybeNumber& value) { return value ? drills::show_ms(value) : std::string{"-"}; };
  std::string rows;
  for (const auto& phase : report.phases) {
    if (phase.requests.count == 0) continue;
    rows += row(harmless(phase.name), grouped(phase.requests.count), drills::show_ratio(phase.error_ratio()),
                ms(phase.quantile_ms(0.5)), ms(phase.quantile_ms(0.99)));
  }
  return rows.empty()
             ? ""
             : "\n" + painted(row("phase", "requests", "errors", "p50", "p99"), Paint::dim, shape.colour) + rows;
}

// "timeout 1,953": what most of those that failed met.
std::string most_often(const std::map<std::string, std::uint64_t, std::less<>>& errors) {
  const auto most =
      std::max_element(errors.begin(), errors.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == errors.end() || most->second == 0 ? "" : harmless(most->first) + " " + grouped(most->second);
}

// Which of several loads met what; one alone is told by the phases, unless nothing came of it.
std::string loads(const drills::Report& report, Shape shape) {
  std::size_t name = 16;
  for (const auto& load : report.loads) name = std::max(name, cells(harmless(load.name)));
  name = std::min(name, std::max(shape.width, least_width) - 2 - 10 - 9 - 22);
  const auto row = [&](std::string_view first, std::string_view requests, std::string_view errors,
                       const std::string& most) {
    return "  " + left(first, name) + right(requests, 10) + right(errors, 9) + (most.empty() ? "" : "  " + most) + "\n";
  };
  std::string rows;
  bool nothing_came = false;
  for (const auto& load : report.loads) {
    if (load.tool) {
      const bool known = load.tool->requests && load.tool->failed && *load.tool->requests > 0;
      const auto ratio =
          known ? MaybeNumber{static_cast<double>(*load.tool->failed) / static_cast<double>(*load.tool->requests)}
                : MaybeNumber{};
      rows += row(harmless(load.name), load.tool->requests ? grouped(*load.tool->requests) : "-",
                  ratio ? drills::show_ratio(ratio) : "-", most_often(load.tool->errors));
      continue;
    }
    for (const auto& phase : load.phases) {
      if (phase.name != "always" || phase.requests.count == 0) continue;
      nothing_came = nothing_came || phase.requests.failed() == phase.requests.count;
      rows += row(harmless(load.name), grouped(phase.requests.count), drills::show_ratio(phase.error_ratio()),
                  most_often(phase.requests.errors));
    }
  }
  if (rows.empty() || (report.loads.size() == 1 && !nothing_came)) return "";
  return "\n" + painted(row("load", "requests", "errors", "most of them"), Paint::dim, shape.colour) + rows;
}

std::string signals(const drills::Report& report, Shape shape) {
  std::string text;
  for (const drills::CheckReport& signal : report.signals) {
    const bool is_known = signal.passed && signal.samples > 0;
    text += fmt::format("  {:<12}  {}  ({}, {})\n",
                        !is_known        ? "not measured"
                        : *signal.passed ? "seen"
                                         : "not seen",
                        harmless(signal.name), harmless(signal.during), count(signal.samples, "sample"));
    if (is_known && *signal.passed) text += wrapped("      misleads  ", signal.misleads, " ", shape.width);
  }
  return text.empty() ? text : "\n" + painted("  signals that mislead", Paint::dim, shape.colour) + "\n" + text;
}

// What was foretold, beside what came.
std::string prediction(const drills::Report& report, Shape shape) {
  if (!report.prediction) return "";
  const auto row = [](std::string_view first, std::string_view errors, std::string_view were, std::string_view p99,
                      std::string_view was) {
    return "  " + left(first, 20) + right(errors, 10) + right(were, 10) + right(p99, 12) + right(was, 10) + "\n";
  };
  const auto ms = [](const MaybeNumber& value) { return value ? drills::show_ms(value) : std::string{"-"}; };
  const auto ratio = [](const MaybeNumber& value) { return value ? drills::show_ratio(value) : std::string{"-"}; };
  std::string rows;
  for (const auto& phase : report.phases)
    for (const auto& foretold : report.prediction->phases)
      if (foretold.name == phase.name && (foretold.requests > 0 || phase.requests.count > 0))
        rows += row(harmless(phase.name), ratio(foretold.error_ratio()), ratio(phase.error_ratio()),
                    ms(foretold.p99_ms), ms(phase.quantile_ms(0.99)));
  std::string text =
      "\n" + painted(row("predicted, measured", "errors", "", "p99", ""), Paint::dim, shape.colour) + rows;
  for (const std::string& what : report.prediction->left_out)
    text += wrapped("  not predicted: ", what, " ", shape.width);
  return text;
}

}  // namespace

std::string summary(const drills::Report& report, Shape shape) {
  std::string text = verdict(report.result, report.reasons, report.checks.empty(), report.predicted, shape) +
                     checks(report, shape) + signals(report, shape) + phases(report, shape) + loads(report, shape) +
                     prediction(report, shape) + "\n";
  if (report.predicted) {
    for (const auto& note : report.notes) text += wrapped("not predicted: ", note.text, " ", shape.width);
    return text;
  }
  if (report.cleanup && report.cleanup->clean())
    text += "left behind: no fault in force, no connection open, no byte held\n";
  else if (report.cleanup)
    text += fmt::format("left behind: {} in force, {} open, {} held\n", count(report.cleanup->faults_in_force, "fault"),
                        count(report.cleanup->links_open, "connection"), count(report.cleanup->bytes_held, "byte"));
  for (const std::string& what : report.missing) text += wrapped("the journal is incomplete: ", what, " ", shape.width);
  return text;
}

std::string where_the_rest_is(const std::string& directory) {
  const std::string report = directory + "/report.md";
  return std::filesystem::exists(report) ? "report: " + report + "\n" : "journal: " + directory + "/journal.jsonl\n";
}

std::string short_summary(const drills::Outcome& outcome, Shape shape) {
  return verdict(std::string{drills::name(outcome.result)}, outcome.reasons, false, false, shape);
}

}  // namespace firedrill::cli
