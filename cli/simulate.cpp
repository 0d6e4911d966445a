// firedrill simulate: one drill in virtual time, and what is shown of it.
#include "simulate/simulate.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/screen.hpp"
#include "cli/summary.hpp"
#include "cli/sweeps.hpp"
#include "drills/journal.hpp"

namespace firedrill::cli {
namespace {

std::string shown(const drills::Report& report, SimulateArguments::Format format) {
  using Format = SimulateArguments::Format;
  switch (format) {
    case Format::text:
      return summary(report, terminal_shape());
    case Format::markdown:
      return drills::to_markdown(report);
    case Format::json:
      return json_text(report);
    case Format::junit:
      return drills::to_junit(report);
  }
  return {};
}

// As a run leaves them.
void write_all(const std::string& directory, const simulate::Prediction& prediction) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw std::runtime_error{fmt::format("--report {}: cannot be created: {}", directory, error.message())};
  drills::write_whole(std::filesystem::path{directory} / drills::journal_name, prediction.journal);
  drills::write_reports(directory, prediction.report);
}

int predict(drills::Drill drill, const SimulateArguments& arguments) {
  const auto prediction =
      simulate::simulate(std::move(drill), {arguments.seed, arguments.overrides, !arguments.directory.empty()});
  print(shown(prediction.report, arguments.format));
  if (!arguments.directory.empty()) {
    write_all(arguments.directory, prediction);
    if (arguments.format == SimulateArguments::Format::text) print(where_the_rest_is(arguments.directory));
  }
  return flush() ? drills::exit_code(prediction.outcome.result) : exit_errored;
}

}  // namespace

int simulate(const SimulateArguments& arguments) {
  try {
    drills::Drill drill = drills::read_drill(arguments.file, arguments.overrides);
    if (const std::string why = simulate::obstacle(drill); !why.empty()) {
      complain(fmt::format("{}: cannot be simulated: {}", arguments.file, why));
      return exit_bad_input;
    }
    warn(drill.warnings);
    if (arguments.sweep || !arguments.solve.empty()) return sweep_or_solve(drill, arguments);
    return predict(std::move(drill), arguments);
  } catch (const faults::PlanError& error) {
    complain(error.problems);
    return exit_bad_input;
  }
}

}  // namespace firedrill::cli
