// One drill with many values of one setting: how errors and latency depend on it, where more of it stops to help, and
// the smallest pool with which an expectation holds.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "drills/drill.hpp"
#include "drills/expectation.hpp"
#include "drills/report.hpp"

namespace firedrill::simulate {

/// A drill with these overrides; throws faults::PlanError.
using Reading = std::function<drills::Drill(const std::vector<drills::Override>&)>;

/// Which setting, as --set has it, and its values as they are written.
struct Range {
  std::string key;
  std::vector<std::string> values;  // in ascending order
  std::string step;                 // one that was chosen here; empty: it was given, or leaves nothing out
  bool whole = false;               // whole numbers: where the step leaves some out, the knee may be one of those
};

/// "max_connections" is "fault.NAME.max_connections" where just one fault of the drill has such a setting. Throws
/// std::invalid_argument with what is wrong.
std::string full_key(const drills::Drill& drill, const std::string& key);
/// "4..40", "50ms..500ms:50ms", "10%..50%": without a step whole numbers one by one, and of whatever would be more than
/// about 40 values both ends and what is round in between: multiples of 1, 2 or 5 times a power of ten. Throws
/// std::invalid_argument with what is wrong.
Range range_of(const drills::Drill& drill, const drills::Override& sweep);
/// What a value of a range comes to, whatever its unit.
double number_of(const std::string& value);
/// The next of 1, 2, 5, 10, 20 … that is not below it; 1 of nothing.
double round_up(double value);
/// The phase to look at: of a fault's setting while it is in force, else all the time.
std::string phase_for(const std::string& key);

struct Point {
  std::string value;
  std::string result;  // of the drill: passed, failed, aborted, errored
  std::uint64_t requests = 0;
  double error_ratio = 0, p50_s = 0, p99_s = 0;  // where there are requests
};
struct Sweep {
  std::string key, phase;
  std::vector<Point> points;
  struct Knee {
    std::string value;
    std::string beyond;  // the next value that was played, which is no longer as good
    std::string of;      // "errors" or "p99"
    std::string rule;    // in words
  };
  std::optional<Knee> knee;
};
/// Where the range's own step leaves whole numbers out, those around the knee are played as well, until it is sure.
/// Throws faults::PlanError for a value that the drill does not take, std::invalid_argument for an unknown phase.
Sweep sweep(const Reading& reading, const Range& range, const std::string& phase, std::optional<std::uint64_t> seed);
/// Where more (or less) of the setting stops to help: coming from the better end, the last value with which the error
/// ratio is still within a percentage point of that end's; or p99 within a fifth of it, where errors move by less than
/// a percentage point all along. None where nothing moves, and where it moves from that end on.
std::optional<Sweep::Knee> knee_of(const std::vector<Point>& points);
inline constexpr const char* knee_rule_of_errors =
    "coming from the better end the last value with errors within 1 percentage point of that end's";
inline constexpr const char* knee_rule_of_p99 =
    "coming from the better end the last value with p99 within 20 % of that end's";

struct Solution {
  std::string key, phase, expectation;
  std::optional<std::uint64_t> smallest;  // none: not even `most` will do
  std::uint64_t most = 0;                 // the largest that was tried: one that is never full, where there is such
  bool depends = true;                    // false: the expectation holds with every size
  std::vector<Point> tried;               // in ascending order
};
/// `expectation`: "errors < 1%", of errors, p50, p90, p95, p99 or p999. `key` is a pool's size. A size will do when the
/// expectation holds with it and with larger ones, and the drill is not aborted. Throws as sweep() does, and
/// std::invalid_argument when it holds with small sizes and no longer with large ones.
Solution solve(const Reading& reading, const std::string& key, const std::string& phase, const std::string& expectation,
               std::optional<std::uint64_t> seed);
/// The max_connections of the pool fault of that name, or of the drill's only one. Throws std::invalid_argument when
/// there is no such one.
std::string pool_key(const drills::Drill& drill, const std::string& name = "");

}  // namespace firedrill::simulate
