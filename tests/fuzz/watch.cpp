// One link's faults, played as proxy/link.cpp does it.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "faults/watch.hpp"
#include "tests/fuzz/plays.hpp"
#include "tests/fuzz/random_fault.hpp"
#include "tests/fuzz/targets.hpp"

namespace firedrill::fuzz {
namespace {

using namespace faults;

class Link {
 public:
  explicit Link(Crumbs& crumbs) : crumbs_{crumbs} {
    facts_.seed = {crumbs.below(256)};
    facts_.ordinal = 1 + crumbs.below(200);
    facts_.client = Address::ipv4({10, 0, 0, 1}, 5000);
    facts_.opened = facts_.last_moved = now_;
  }

  // Nothing is told after a verdict.
  void play() {
    for (int act = 0; act < most_acts && !crumbs_.done() && !over_; ++act) this->act();
    std::size_t ticks = 0;
    while (!over_ && watch_.wake() < far_future) {
      now_ = std::max(now_, watch_.wake());
      take(watch_.advance(now_));
      // Nothing moves any more: who looks for that again and again has seen it long ago.
      require(++ticks <= 4 * plan_.size(), "an idle link is judged or left alone");
    }
  }

 private:
  void act() {
    switch (crumbs_.below(8)) {
      case 0:
      case 1:
        return moved();
      case 2:
        now_ += crumbs_.pause();
        return take(watch_.advance(now_));
      case 3:
        if (watch_.wake() > far_future) return;
        now_ = std::max(now_, watch_.wake());
        return take(watch_.advance(now_));
      case 4:
      case 5:
        return add();
      case 6:
        if (plan_.empty()) return;
        change();
        return adopt();
      default:
        if (plan_.empty()) return;
        plan_.erase(plan_.begin() + static_cast<std::ptrdiff_t>(crumbs_.below(plan_.size())));
        return adopt();
    }
  }

  void moved() {
    const Direction direction = crumbs_.one_in(2) ? Direction::upstream : Direction::downstream;
    const std::size_t n = 1 + crumbs_.below(256) * crumbs_.below(256);
    facts_.bytes[static_cast<std::size_t>(direction)] += n;
    facts_.last_moved = now_;
    take(watch_.moved(direction, n, now_));
  }
  void add() {
    if (plan_.size() == 4) return;
    plan_.insert(plan_.begin() + static_cast<std::ptrdiff_t>(crumbs_.below(plan_.size() + 1)),
                 random_fault(crumbs_, Kind::Contract::link, fmt::format("f{}", ++named_)));
    adopt();
  }
  void change() {
    auto& fault = plan_[crumbs_.below(plan_.size())];
    fault = random_update(crumbs_, *fault);
  }
  void adopt() {
    take(watch_.adopt(plan_, facts_, now_));
    require(over_ || plan_.empty() == watch_.empty(), "a watch has what its plan has");
  }

  void take(Verdict verdict) {
    over_ = verdict.action != Verdict::Action::keep;
    require(over_ || watch_.wake() > now_, "wake() lies ahead");
    std::uint64_t ended = 0;
    for (const auto& fault : plan_) ended += fault->effects->due.load();
    require(over_ ? ended >= 1 : ended == 0, "who ends a link is counted, and nobody else");
  }

  Crumbs& crumbs_;
  Watch watch_;
  LinkFacts facts_;
  std::vector<std::shared_ptr<const Fault>> plan_;
  Time now_ = beginning;
  bool over_ = false;
  int named_ = 0;
};

}  // namespace

void play_watch(Crumbs& crumbs) { Link{crumbs}.play(); }

}  // namespace firedrill::fuzz
