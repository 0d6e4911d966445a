// One small thing that is done over and over: timed by micro, counted by counted.
#pragma once

#include <memory>
#include <span>
#include <string_view>

namespace firedrill::bench {

class Work {
 public:
  virtual ~Work() = default;
  /// Once more; the state is the same after it as before, but for the time.
  virtual void once() = 0;
};

struct Case {
  std::string_view name;
  std::string_view what;            // is done once
  std::unique_ptr<Work> (*make)();  // ready to go on for ever
};

extern const std::span<const Case> chain_cases, pool_cases, lane_cases, plan_cases;

/// All of them.
std::span<const Case* const> cases();

}  // namespace firedrill::bench
