// Tables for people, JSON for programs, a chart for a page.
#include "cli/sweeps.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/output.hpp"
#include "cli/screen.hpp"
#include "cli/table.hpp"
#include "drills/outcome.hpp"
#include "drills/report_words.hpp"
#include "simulate/chart.hpp"
#include "simulate/sweep.hpp"

namespace firedrill::cli {

using Json = nlohmann::ordered_json;

namespace {

using Format = SimulateArguments::Format;

constexpr int exit_unsolved = 1;

Json json_of(const std::vector<simulate::Point>& points) {
  const auto ms = [](double s) { return std::round(s * 1e6) / 1e3; };
  Json list = Json::array();
  for (const simulate::Point& point : points) {
    Json one{{"value", point.value}, {"result", point.result}, {"requests", point.requests}};
    const bool any = point.requests > 0;
    one["error_ratio"] = any ? Json(std::round(point.error_ratio * 1e6) / 1e6) : Json(nullptr);
    one["p50_ms"] = any ? Json(ms(point.p50_s)) : Json(nullptr);
    one["p99_ms"] = any ? Json(ms(point.p99_s)) : Json(nullptr);
    list.push_back(std::move(one));
  }
  return list;
}

std::string table_of(const std::string& key, const std::vector<simulate::Point>& points, const std::string& marked,
                     std::string_view mark) {
  using Side = Column::Side;
  Table table{{{key.substr(key.rfind('.') + 1)},
               {"result"},
               {"requests", Side::right},
               {"errors", Side::right},
               {"p50", Side::right},
               {"p99", Side::right},
               {""}}};
  for (const simulate::Point& point : points) {
    const bool any = point.requests > 0;
    const auto ms = [any](double s) { return any ? drills::show_ms(s * 1000) : std::string{"-"}; };
    table.add({point.value, point.result, drills::grouped(point.requests),
               any ? drills::show_ratio(point.error_ratio) : std::string{"-"}, ms(point.p50_s), ms(point.p99_s),
               point.value == marked ? std::string{mark} : std::string{}});
  }
  std::string text;
  for (const std::string& line : table.lines(terminal_shape())) text += line + "\n";
  return text;
}

void show(const simulate::Sweep& sweep, Format format) {
  const std::string knee = sweep.knee ? sweep.knee->value : "";
  if (format == Format::json) {
    Json all{{"predicted", true},
             {"key", sweep.key},
             {"phase", sweep.phase},
             {"points", json_of(sweep.points)},
             {"knee", nullptr}};
    if (sweep.knee) all["knee"] = {{"value", knee}, {"of", sweep.knee->of}, {"rule", sweep.knee->rule}};
    return print(all.dump(2) + "\n");
  }
  print(fmt::format("predicted: {}, during {}\n\n", sweep.key, sweep.phase));
  print(table_of(sweep.key, sweep.points, knee, "knee"));
  print(sweep.knee ? fmt::format("\nknee of {}: {}, {}\n", sweep.knee->of, knee, sweep.knee->rule)
                   : "\nno knee: nothing depends on it here, or everything all the way\n");
}

void show(const simulate::Solution& solution, Format format) {
  if (format == Format::json) {
    const Json all{{"predicted", true},
                   {"key", solution.key},
                   {"phase", solution.phase},
                   {"expectation", solution.expectation},
                   {"smallest", solution.smallest ? Json(*solution.smallest) : Json(nullptr)},
                   {"tried", json_of(solution.tried)}};
    return print(all.dump(2) + "\n");
  }
  const std::string smallest = solution.smallest ? std::to_string(*solution.smallest) : "";
  print(fmt::format("predicted: {}, during {}\n\n", solution.key, solution.phase));
  print(table_of(solution.key, solution.tried, smallest, "smallest"));
  print(solution.smallest ? fmt::format("\n{} holds from {} = {} on\n", solution.expectation, solution.key, smallest)
                          : fmt::format("\n{} does not hold, not even with {} = {}\n", solution.expectation,
                                        solution.key, solution.most));
}

}  // namespace

int sweep_or_solve(const drills::Drill& drill, const SimulateArguments& arguments) {
  const simulate::Reading reading = [&](const std::vector<drills::Override>& more) {
    std::vector<drills::Override> all = arguments.overrides;
    all.insert(all.end(), more.begin(), more.end());
    return drills::read_drill(arguments.file, all);
  };
  const auto phase = [&](const std::string& key) {
    return arguments.during.empty() ? simulate::phase_for(key) : arguments.during;
  };
  // Where the file names none, all are played with the one that was drawn first.
  const std::uint64_t seed = arguments.seed.value_or(drill.seed);
  try {
    int code = 0;
    if (arguments.solve.empty()) {
      const simulate::Range range = simulate::range_of(drill, *arguments.sweep);
      const simulate::Sweep all = simulate::sweep(reading, range, phase(range.key), seed);
      if (!arguments.chart.empty()) write_file(arguments.chart, simulate::chart(all));
      show(all, arguments.format);
    } else {
      const std::string key = simulate::pool_key(drill, arguments.pool);
      const simulate::Solution solution = simulate::solve(reading, key, phase(key), arguments.solve, seed);
      show(solution, arguments.format);
      if (!solution.smallest) code = exit_unsolved;
    }
    return flush() ? code : exit_errored;
  } catch (const std::invalid_argument& error) {
    complain(error.what());
    return exit_bad_input;
  }
}

}  // namespace firedrill::cli
