// Tables for people, JSON for programs, a chart for a page.
#include "cli/sweeps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
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
constexpr std::string_view what_failed_means =
    "result is what the drill's checks say: a drill that expects an outage has failed where there is none\n";

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

bool any_failed(const std::vector<simulate::Point>& points) {
  return std::any_of(points.begin(), points.end(), [](const simulate::Point& p) { return p.result == "failed"; });
}

// What is between the knee and the next value was not played.
std::string where_it_lies(const simulate::Sweep::Knee& knee, bool whole) {
  if (whole && std::abs(simulate::number_of(knee.value) - simulate::number_of(knee.beyond)) <= 1) return "";
  return fmt::format("; {} is no longer as good, and what lies between the two was not played: a smaller step finds it",
                     knee.beyond);
}

void show(const simulate::Sweep& sweep, const simulate::Range& range, Format format) {
  const std::string knee = sweep.knee ? sweep.knee->value : "";
  if (format == Format::json) {
    Json all{{"predicted", true},
             {"key", sweep.key},
             {"phase", sweep.phase},
             {"step", range.step.empty() ? Json(nullptr) : Json(range.step)},
             {"points", json_of(sweep.points)},
             {"knee", nullptr}};
    if (sweep.knee)
      all["knee"] = {
          {"value", knee}, {"beyond", sweep.knee->beyond}, {"of", sweep.knee->of}, {"rule", sweep.knee->rule}};
    return print(all.dump(2) + "\n");
  }
  print(fmt::format("predicted: {}, during {}\n\n", sweep.key, sweep.phase));
  print(table_of(sweep.key, sweep.points, knee, "knee"));
  print(sweep.knee ? fmt::format("\nknee of {}: {}, {}{}\n", sweep.knee->of, knee, sweep.knee->rule,
                                 where_it_lies(*sweep.knee, range.whole))
                   : "\nno knee: nothing depends on it here, or everything all the way\n");
  if (!range.step.empty()) print(fmt::format("the step, {}, was chosen here; FROM..TO:STEP has another\n", range.step));
  if (any_failed(sweep.points)) print(what_failed_means);
}

std::string answer(const simulate::Solution& solution) {
  const bool aborted = solution.tried.back().result == "aborted";
  if (!solution.smallest && !solution.depends)
    return fmt::format("{} holds, but the drill is aborted even with {} = {}", solution.expectation, solution.key,
                       solution.most);
  if (!solution.smallest)
    return fmt::format("{} does not hold, not even with {} = {}{}", solution.expectation, solution.key, solution.most,
                       aborted ? ", and the drill is aborted" : "");
  if (solution.depends)
    return fmt::format("{} holds from {} = {} on", solution.expectation, solution.key, *solution.smallest);
  return fmt::format(
      "{} holds with every {}: it does not depend on the pool in this phase{}", solution.expectation, solution.key,
      *solution.smallest > 1 ? fmt::format(", but below {} the drill is aborted", *solution.smallest) : "");
}

void show(const simulate::Solution& solution, Format format) {
  if (format == Format::json) {
    const Json all{{"predicted", true},
                   {"key", solution.key},
                   {"phase", solution.phase},
                   {"expectation", solution.expectation},
                   {"smallest", solution.smallest ? Json(*solution.smallest) : Json(nullptr)},
                   {"depends_on_the_pool", solution.depends},
                   {"tried", json_of(solution.tried)}};
    return print(all.dump(2) + "\n");
  }
  const std::string smallest = solution.smallest ? std::to_string(*solution.smallest) : "";
  print(fmt::format("predicted: {}, during {}\n\n", solution.key, solution.phase));
  print(table_of(solution.key, solution.tried, smallest, "smallest"));
  print("\n" + answer(solution) + "\n");
  if (any_failed(solution.tried)) print(what_failed_means);
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
      const bool seeds = range.key == "drill.seed";
      const simulate::Sweep all =
          simulate::sweep(reading, range, phase(range.key), seeds ? std::nullopt : std::optional{seed});
      show(all, range, arguments.format);
      if (!arguments.chart.empty()) {
        flush();
        write_file(arguments.chart, simulate::chart(all));
      }
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
