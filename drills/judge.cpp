// Comparing figures.
#include "drills/judge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "faults/units.hpp"

namespace firedrill::drills {
namespace {

std::string joined(const std::string& list, const std::string& item) {
  return list.empty() ? item : list + ", " + item;
}

std::string show_figure_of(const Figure& figure, Unit unit) {
  return figure.samples == 0 ? std::string{"no samples"} : show_figure(figure.value, unit);
}

// A probe's pass share is its first expectation, unless `expect` judges its success itself: then it is 0.
std::vector<Expectation> expectations(const CheckSpec& check) {
  std::vector<Expectation> all;
  if (is_probe(check.source) && check.pass > 0) {
    Expectation success;
    success.figure = "success";
    success.unit = Unit::share;
    success.text = ">= " + faults::show_share(check.pass);
    success.low = check.pass;
    success.high = 1;
    all.push_back(success);
  }
  all.insert(all.end(), check.expect.begin(), check.expect.end());
  return all;
}

}  // namespace

Verdict judge(const Drill& drill, std::size_t index, const Measures& measures) {
  const CheckSpec& check = drill.checks[index];
  const Phases& phases = measures.phases();
  const std::size_t bit = phases.bit(check.during);
  Verdict verdict;
  verdict.passed = verdict.measured_at_all = true;
  bool first = true;
  for (const Expectation& expectation : expectations(check)) {
    const Figure figure = measures.figure(index, expectation.figure, bit).value_or(Figure{});
    verdict.expected = joined(verdict.expected, expectation.figure + " " + expectation.text);
    const std::string shown = show_figure_of(figure, expectation.unit);
    verdict.measured = joined(verdict.measured, expectation.figure + " " + shown);
    if (first) {
      verdict.samples = figure.samples;
      if (figure.samples > 0) verdict.value = figure.value;
    }
    first = false;
    if (figure.samples == 0) {
      verdict.passed = verdict.measured_at_all = false;
      verdict.reason = joined(verdict.reason, fmt::format("{} has no samples: nothing was measured during \"{}\"",
                                                          expectation.figure, check.during));
    } else if (!expectation.holds(figure.value)) {
      verdict.passed = false;
      verdict.reason =
          joined(verdict.reason, fmt::format("{} was {}, expected {}", expectation.figure, shown, expectation.text));
    }
  }
  return verdict;
}

std::optional<std::string> must_abort(const Drill& drill, const Measures& measures, faults::Time now,
                                      Duration elapsed) {
  for (std::size_t i = 0; i < drill.aborts.size(); ++i) {
    const AbortSpec& abort = drill.aborts[i];
    if (elapsed < abort.over) continue;
    std::string seen;
    const bool all = std::all_of(abort.when.begin(), abort.when.end(), [&](const Expectation& condition) {
      const auto figure = measures.recent(i, condition.figure, now);
      if (!figure || figure->samples == 0 || !condition.holds(figure->value)) return false;
      seen = joined(seen, condition.figure + " " + show_figure(figure->value, condition.unit));
      return true;
    });
    if (all && !abort.when.empty()) return fmt::format("{}: measured {}", abort.text, seen);
  }
  return std::nullopt;
}

}  // namespace firedrill::drills
