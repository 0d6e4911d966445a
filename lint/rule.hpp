// A rule as its page tells it. What it looks for is a function beside it, in the table of its product.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firedrill::lint {

enum class Severity : std::uint8_t { info, warning, error };

/// "error", "warning", "info".
std::string_view name_of(Severity severity);

struct Rule {
  std::string_view id;
  Severity severity = Severity::warning;
  std::string_view title;  // what is wrong, in a few words
  std::string_view when;   // exactly when it is found
  std::string_view why;    // what it leads to
  std::string_view fix;    // what to write instead
  std::string_view drill;  // of drills/library, or with its folder of drills/; empty: none shows it
  // Two configurations, one with and one without; tests and the rule's page have them from here.
  std::string_view bad, good;
  std::string_view capacity = {};       // the capacity.toml that both are checked with
  std::string_view good_capacity = {};  // in place of it, where that is what should change
  std::string_view running = {};        // what a running HAProxy says, which both are compared with
};

/// "drills/library/pool-exhaustion.toml"; of a rule that has one.
std::string drill_file(const Rule& rule);

}  // namespace firedrill::lint
