// What is wrong with the settings somebody wrote: all of it, each with its place.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "faults/value.hpp"

namespace firedrill::faults {

struct Problem {
  Place place;
  std::string text;  // subject, key, what was given, what is allowed, what to do
  /// "drill.toml:12:9: fault "x": …"
  std::string line() const { return place.text().empty() ? text : place.text() + ": " + text; }
};

/// Collected while reading, in the order found.
using Problems = std::vector<Problem>;

/// Thrown once reading is over and something was wrong; caught in main and in the HTTP layer. what() is every line.
class PlanError : public std::runtime_error {
 public:
  explicit PlanError(Problems found);
  Problems problems;
};

}  // namespace firedrill::faults
