// What is said of a drill that is wrong, and a drill to make wrong.
#pragma once

#include <string>
#include <string_view>

#include "drills/drill.hpp"
#include "faults/problems.hpp"

namespace firedrill::drills {

/// A drill that is well as it is, and in which more can go wrong.
inline constexpr std::string_view sound = R"([drill]
name = "d"
duration = "20s"
[[proxy]]
name = "api"
listen = "127.0.0.1:0"
upstream = "127.0.0.1:9"
[[load]]
name = "users"
http = "proxy:api/"
rate = 10
)";

/// All lines, or "none".
inline std::string problems_of(std::string text, const std::vector<Override>& overrides = {},
                               const std::string& path = "d.toml") {
  try {
    parse_drill(path, std::move(text), overrides, {{"TARGET", "http://127.0.0.1:1"}, {"RATE", "ten"}});
    return "none";
  } catch (const faults::PlanError& error) {
    return error.what();
  }
}

}  // namespace firedrill::drills
