// firedrill report: from a journal to one of its reports.
#include "drills/report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"

namespace firedrill::cli {
namespace {

std::string written(const drills::Report& report, ReportArguments::Format format) {
  switch (format) {
    case ReportArguments::Format::markdown:
      return drills::to_markdown(report);
    case ReportArguments::Format::json:
      return json_text(report);
    case ReportArguments::Format::junit:
      return drills::to_junit(report);
  }
  return {};
}

}  // namespace

int report(const ReportArguments& arguments) {
  drills::Report report;
  try {
    report = drills::read_journal(arguments.journal);
  } catch (const drills::JournalError& error) {
    complain(
        fmt::format("{}\nA run leaves its journal.jsonl in the directory that it names when it ends.", error.what()));
    return exit_bad_input;
  }
  for (const std::string& what : report.missing) complain("note: the journal is incomplete: " + what);
  const std::string text = written(report, arguments.format);
  if (!arguments.output.empty()) {
    write_file(arguments.output, text);
    return 0;
  }
  print(text);
  return flush() ? 0 : exit_errored;
}

}  // namespace firedrill::cli
