// Decisions by fault and the moment it came into force: a fault that repeats is decided anew. This runs for every link
// and every change: what stays is moved, not counted again.
#include "faults/chosen.hpp"

#include <cstddef>
#include <utility>

namespace firedrill::faults {
namespace {

using Faults = std::vector<std::shared_ptr<const Fault>>;

void count(const Faults& faults, std::int64_t by) {
  for (const auto& fault : faults)
    if (fault) fault->effects->now.fetch_add(by, std::memory_order_relaxed);
}

/// Moves the decision about `fault`, if it is among `from`, to the end of `to`. `next`: where it is looked for first.
bool carry_over(const std::shared_ptr<const Fault>& fault, Faults& from, std::size_t& next, Faults& to) {
  const std::size_t found = find_onward(from, next, [&](const auto& known) {
    return known && known->since == fault->since && known->name == fault->name;
  });
  if (found == from.size()) return false;
  next = found + 1;
  to.push_back(std::exchange(from[found], nullptr));
  if (to.back() != fault) to.back() = fault;
  return true;
}

}  // namespace

Chosen::~Chosen() { count(mine_, -1); }

void Chosen::choose(const Plan& plan, const LinkFacts& link) {
  Faults mine, others;
  mine.reserve(plan.faults.size());
  std::size_t next_mine = 0, next_other = 0;
  for (const auto& fault : plan.faults) {
    if (fault->kind->contract == Kind::Contract::gate) continue;
    if (carry_over(fault, mine_, next_mine, mine) || carry_over(fault, others_, next_other, others)) continue;
    const bool is_mine = faults::choose(*fault, link);
    (is_mine ? mine : others).push_back(fault);
    if (is_mine) fault->effects->now.fetch_add(1, std::memory_order_relaxed);
  }
  count(mine_, -1);  // those that are gone
  mine_ = std::move(mine);
  others_ = std::move(others);
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
