// Decisions by fault name and the moment it came into force: a fault that repeats is decided anew.
#include "faults/chosen.hpp"

#include <algorithm>
#include <utility>

namespace firedrill::faults {

Chosen::~Chosen() { count(-1); }

void Chosen::count(std::int64_t by) const {
  for (const auto& fault : mine_) fault->effects->now.fetch_add(by, std::memory_order_relaxed);
}

void Chosen::choose(const Plan& plan, const LinkFacts& link) {
  std::vector<Decision> decisions;
  count(-1);
  mine_.clear();
  for (const auto& fault : plan.faults) {
    if (fault->kind->contract == Kind::Contract::gate) continue;
    const auto known = std::find_if(decisions_.begin(), decisions_.end(), [&](const Decision& d) {
      return d.since == fault->since && d.fault == fault->name;
    });
    const bool mine = known != decisions_.end() ? known->mine : faults::choose(*fault, link);
    if (mine) mine_.push_back(fault);
    decisions.push_back({fault->name, fault->since, mine});
  }
  count(1);
  decisions_ = std::move(decisions);
}

std::vector<std::shared_ptr<const Fault>> Chosen::streams(Direction direction) const {
  std::vector<std::shared_ptr<const Fault>> some;
  for (const auto& fault : mine_)
    if (fault->kind->contract == Kind::Contract::stream && fault->scope.covers(direction)) some.push_back(fault);
  return some;
}

std::vector<std::shared_ptr<const Fault>> Chosen::links() const {
  std::vector<std::shared_ptr<const Fault>> some;
  for (const auto& fault : mine_)
    if (fault->kind->contract == Kind::Contract::link) some.push_back(fault);
  return some;
}

}  // namespace firedrill::faults
