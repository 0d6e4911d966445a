// The list of all cases.
#include <vector>

#include "bench/micro/work.hpp"

namespace firedrill::bench {

std::span<const Case* const> cases() {
  static const std::vector<const Case*> all = [] {
    std::vector<const Case*> list;
    for (const auto some : {chain_cases, pool_cases, lane_cases, plan_cases})
      for (const Case& one : some) list.push_back(&one);
    return list;
  }();
  return all;
}

}  // namespace firedrill::bench
