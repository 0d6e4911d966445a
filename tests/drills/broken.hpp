// A table of drill files that are wrong, each with every line that is said of it.
#pragma once

#include <string>
#include <string_view>

#include "drills/drill.hpp"
#include "faults/problems.hpp"

namespace firedrill::drills {

enum class Given { all, rest };

struct Broken {
  std::string name;
  Given given;
  std::string text;  // the whole file, or what follows `sound` and so begins in line 12
  std::string said;  // all lines
};

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

inline std::string problems_of(std::string text, const std::vector<Override>& overrides = {}) {
  try {
    parse_drill("d.toml", std::move(text), overrides, {{"TARGET", "http://127.0.0.1:1"}, {"RATE", "ten"}});
    return "none";
  } catch (const faults::PlanError& error) {
    return error.what();
  }
}

inline std::string problems_of(const Broken& broken) {
  return problems_of(broken.given == Given::all ? broken.text : std::string{sound} + broken.text);
}

}  // namespace firedrill::drills
