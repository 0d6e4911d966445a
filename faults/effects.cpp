// Tallies.
#include "faults/effects.hpp"

#include "faults/draws.hpp"

namespace firedrill::faults {

void Effects::touch(const Touch& touch) {
  const std::lock_guard lock{mutex_};
  std::uint64_t& seen = seen_[touch.link / 64];
  const std::uint64_t bit = std::uint64_t{1} << touch.link % 64;
  if ((seen & bit) != 0) return;
  seen |= bit;
  links_.fetch_add(1, std::memory_order_relaxed);
  if (!first_ || touch.at < first_->at) first_ = touch;
  if (!last_ || last_->at <= touch.at) last_ = touch;
}

bool Effects::claim(std::uint64_t link, std::uint64_t most) {
  const std::lock_guard lock{mutex_};
  if (claims_.contains(link)) return true;
  if (claims_.size() >= most) return false;
  claims_.insert(link);
  return true;
}

void Effects::decided(std::uint64_t key, std::uint64_t outcome) {
  decisions_.fetch_add(1, std::memory_order_relaxed);
  digest_.fetch_add(mix(mix(key) + outcome), std::memory_order_relaxed);  // a sum: the order does not matter
}

std::optional<Touch> Effects::first() const {
  const std::lock_guard lock{mutex_};
  return first_;
}

std::optional<Touch> Effects::last() const {
  const std::lock_guard lock{mutex_};
  return last_;
}

}  // namespace firedrill::faults
