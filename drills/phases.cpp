// The history of faults, and what a moment of it is called.
#include "drills/phases.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>
#include <utility>

namespace firedrill::drills {
namespace {

constexpr std::array<std::string_view, Phases::first_fault> reserved{"before", "fault", "after", "always"};

}  // namespace

Phases::Phases(std::vector<std::string> fault_names, std::size_t appearances)
    : names_{std::move(fault_names)}, to_come_{appearances} {
  assert(names_.size() <= most_faults);
}

void Phases::on(std::size_t which, faults::Time at) {
  const std::lock_guard lock{mutex_};
  if (to_come_ > 0) --to_come_;
  enter({at, first_fault + which, true, {}});
}

void Phases::off(std::size_t which, faults::Time at) {
  const std::lock_guard lock{mutex_};
  enter({at, first_fault + which, false, {}});
}

void Phases::more_to_come(std::ptrdiff_t appearances) {
  const std::lock_guard lock{mutex_};
  to_come_ = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(to_come_) + appearances));
}

void Phases::nothing_to_come() {
  const std::lock_guard lock{mutex_};
  to_come_ = 0;
}

// An expiry may be reported after a change that came later: moments decide, not the order of reports.
void Phases::enter(Change change) {
  const auto later = [](faults::Time at, const Change& other) { return at < other.at; };
  auto place = changes_.insert(std::upper_bound(changes_.begin(), changes_.end(), change.at, later), change);
  Set in_force = place == changes_.begin() ? Set{} : std::prev(place)->in_force;
  for (; place != changes_.end(); ++place) place->in_force = in_force.set(place->bit, place->comes);
}

Phases::Set Phases::at(faults::Time moment) const {
  const std::lock_guard lock{mutex_};
  const auto later = [](faults::Time at, const Change& change) { return at < change.at; };
  const auto next = std::upper_bound(changes_.begin(), changes_.end(), moment, later);
  Set set;
  if (next == changes_.begin()) {
    set.set(before);
  } else if (set = std::prev(next)->in_force; set.any()) {
    set.set(fault);
  } else if (next == changes_.end() && to_come_ == 0) {
    set.set(after);
  }
  return set.set(always);
}

std::string Phases::name(std::size_t bit) const {
  return bit < first_fault ? std::string{reserved[bit]} : names_.at(bit - first_fault);
}

std::vector<std::string> Phases::names(const Set& set) const {
  std::vector<std::string> all;
  for (std::size_t bit = 0; bit < size(); ++bit)
    if (set.test(bit)) all.push_back(name(bit));
  return all;
}

std::size_t Phases::bit(const std::string& name) const {
  for (std::size_t bit = 0; bit < size(); ++bit)
    if (this->name(bit) == name) return bit;
  return size();
}

}  // namespace firedrill::drills
