// Which faults of a plan are for one link. What was decided once stays decided while the fault is in force.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "faults/plan.hpp"

namespace firedrill::faults {

/// What stays from one plan to the next is moved: its reference count, which other threads may be at, is left alone.
class Chosen {
 public:
  using Faults = std::vector<std::shared_ptr<const Fault>>;

  Chosen() = default;
  ~Chosen();
  Chosen(const Chosen&) = delete;
  Chosen& operator=(const Chosen&) = delete;

  /// Decides about the stream and link faults that are new in `plan`; forgets those that are gone.
  void choose(const Plan& plan, const LinkFacts& link);

  bool empty() const { return mine_.empty(); }
  /// Those for this link, in the plan's order.
  const Faults& faults() const { return mine_; }
  /// The stream faults among them that concern `direction`. Until the next choose().
  const Faults& streams(Direction direction) const { return streams_[static_cast<std::size_t>(direction)]; }
  const Faults& links() const { return links_; }

 private:
  Faults mine_, others_;           // decided; each in the plan's order
  std::array<Faults, 2> streams_;  // of mine_, by Direction
  Faults links_;
};

}  // namespace firedrill::faults
