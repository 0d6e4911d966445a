// Which phases a moment of a run belongs to: before, fault, after, always, and each fault's name.
#pragma once

#include <bitset>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "faults/time.hpp"

namespace firedrill::drills {

/// The history of which faults were in force, by the moments at which they really came and went. Any thread.
class Phases {
 public:
  static constexpr std::size_t most_faults = 60;
  /// Bit 0 before, 1 fault, 2 after, 3 always, 4 + i: fault i.
  using Set = std::bitset<4 + most_faults>;
  enum : std::size_t { before, fault, after, always, first_fault };

  /// `appearances`: how many times a fault will come on in the whole run. While some are still to come, a moment with
  /// no fault in force is a gap and belongs to `always` only (or to `before`, ahead of the first).
  Phases(std::vector<std::string> fault_names, std::size_t appearances);
  /// Faults count from 0. Changes may be told out of order.
  void on(std::size_t which, faults::Time at);
  void off(std::size_t which, faults::Time at);
  /// Somebody has changed the plan: so many more appearances than were thought, or fewer.
  void more_to_come(std::ptrdiff_t appearances);
  /// No further fault will come: the run was aborted. The time since the last heal becomes `after`.
  void nothing_to_come();

  /// Of a moment not later than the present. Where no fault ever came all of it is `before`.
  Set at(faults::Time moment) const;

  std::size_t size() const { return first_fault + names_.size(); }
  /// "before", "fault", "after", "always" or a fault's name.
  std::string name(std::size_t bit) const;
  std::vector<std::string> names(const Set& set) const;
  /// The bit of that name; size() when there is none.
  std::size_t bit(const std::string& name) const;

 private:
  struct Change {
    faults::Time at;
    std::size_t bit;  // of the fault
    bool comes;
    Set in_force;  // from then on
  };
  void enter(Change change);

  std::vector<std::string> names_;
  mutable std::mutex mutex_;
  std::size_t to_come_;
  std::vector<Change> changes_;  // by moment
};

}  // namespace firedrill::drills
