// Which faults of a plan are for one link. What was decided once stays decided while the fault is in force.
#pragma once

#include <memory>
#include <vector>

#include "faults/plan.hpp"

namespace firedrill::faults {

class Chosen {
 public:
  Chosen() = default;
  ~Chosen();
  Chosen(const Chosen&) = delete;
  Chosen& operator=(const Chosen&) = delete;

  /// Decides about the stream and link faults that are new in `plan`; forgets those that are gone.
  void choose(const Plan& plan, const LinkFacts& link);

  bool empty() const { return mine_.empty(); }
  /// Those for this link, in the plan's order.
  const std::vector<std::shared_ptr<const Fault>>& faults() const { return mine_; }
  /// The stream faults among them that concern `direction`.
  std::vector<std::shared_ptr<const Fault>> streams(Direction direction) const;
  std::vector<std::shared_ptr<const Fault>> links() const;

 private:
  std::vector<std::shared_ptr<const Fault>> mine_, others_;  // decided; each in the plan's order
};

}  // namespace firedrill::faults
