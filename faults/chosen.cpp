// Decisions by fault and the moment it came into force: a fault that repeats is decided anew. This runs for every link
// and every change: what stays is moved, not counted again, and memory is taken only when there is more than before.
#include "faults/chosen.hpp"

#include <cstddef>
#include <iterator>
#include <utility>

namespace firedrill::faults {
namespace {

using Faults = Chosen::Faults;

void count(const Faults& faults, std::int64_t by) {
  for (const auto& fault : faults)
    if (fault) fault->effects->now.fetch_add(by, std::memory_order_relaxed);
}

/// A list that is being made from the one before. Lists of thousands of links are made one after the other in the same
/// room.
class Remade {
 public:
  explicit Remade(Faults& list, Faults& room) : list_{list}, room_{room} { room_.clear(); }

  /// Moves the decision about `fault` here if it was in the list before.
  bool keep(const std::shared_ptr<const Fault>& fault) {
    const std::size_t found = find_onward(list_, next_, [&](const auto& known) {
      return known && (known == fault || (known->since == fault->since && known->name == fault->name));
    });
    if (found == list_.size()) return false;
    next_ = found + 1;
    room_.push_back(std::move(list_[found]));
    if (room_.back() != fault) room_.back() = fault;
    return true;
  }
  void add(const std::shared_ptr<const Fault>& fault) { room_.push_back(fault); }
  /// What was in the list before and was not kept; null in between.
  const Faults& gone() const { return list_; }
  void done() { list_.assign(std::make_move_iterator(room_.begin()), std::make_move_iterator(room_.end())); }

 private:
  Faults& list_;
  Faults& room_;
  std::size_t next_ = 0;  // where is looked first
};

/// Those of `all` that `are` accepts.
template <typename Predicate>
void pick(const Faults& all, Faults& some, Faults& room, Predicate are) {
  Remade list{some, room};
  for (const auto& fault : all)
    if (are(*fault) && !list.keep(fault)) list.add(fault);
  list.done();
}

}  // namespace

Chosen::~Chosen() { count(mine_, -1); }

void Chosen::choose(const Plan& plan, const LinkFacts& link) {
  thread_local Faults room, second_room;
  Remade mine{mine_, room}, others{others_, second_room};
  for (const auto& fault : plan.faults) {
    if (fault->kind->contract == Kind::Contract::gate) continue;
    if (mine.keep(fault) || others.keep(fault)) continue;
    const bool is_mine = faults::choose(*fault, link);
    (is_mine ? mine : others).add(fault);
    if (is_mine) fault->effects->now.fetch_add(1, std::memory_order_relaxed);
  }
  count(mine.gone(), -1);
  mine.done();
  others.done();
  for (const Direction direction : {Direction::upstream, Direction::downstream})
    pick(mine_, streams_[static_cast<std::size_t>(direction)], room, [&](const Fault& fault) {
      return fault.kind->contract == Kind::Contract::stream && fault.scope.covers(direction);
    });
  pick(mine_, links_, room, [](const Fault& fault) { return fault.kind->contract == Kind::Contract::link; });
}

}  // namespace firedrill::faults
