// One proxy's gates and the links that come to them, played as proxy/proxy.cpp does it.
#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "faults/gates.hpp"
#include "tests/fuzz/plays.hpp"
#include "tests/fuzz/random_fault.hpp"
#include "tests/fuzz/targets.hpp"

namespace firedrill::fuzz {
namespace {

using namespace faults;

constexpr std::size_t most_gates = 4, most_links = 60;

/// Every link and what it was told last.
class Book final : public GateOutlet {
 public:
  enum class Told : std::uint8_t { nothing, admitted, turned_away };

  void admit(std::uint64_t link, Time now) override {
    note(now);
    Told& told = look_up(link);
    require(told == Told::nothing, "a link is admitted once, and not after it was turned away");
    told = Told::admitted;
  }
  void turn_away(std::uint64_t link, Ending, Cause why, Time now) override {
    note(now);
    Told& told = look_up(link);
    require(told != Told::turned_away, "a link is turned away once");
    require(told == Told::nothing || why == Cause::evicted, "an admitted link can only be evicted");
    told = Told::turned_away;
  }
  std::size_t count(Told what) const {
    return static_cast<std::size_t>(
        std::count_if(here.begin(), here.end(), [&](const auto& link) { return link.second == what; }));
  }

  std::map<std::uint64_t, Told> here;

 private:
  void note(Time now) {
    require(now >= last_, "time does not go back");
    last_ = now;
  }
  Told& look_up(std::uint64_t link) {
    const auto found = here.find(link);
    require(found != here.end(), "answers are about links that are here");
    return found->second;
  }

  Time last_ = Time::min();
};

class Crowd {
 public:
  explicit Crowd(Crumbs& crumbs) : crumbs_{crumbs}, seed_{crumbs.below(256)} {}

  void play() {
    for (int act = 0; act < most_acts && !crumbs_.done(); ++act) {
      this->act();
      judge();
    }
    std::size_t ticks = 0;
    while (gates_.wake() < far_future) {
      now_ = std::max(now_, gates_.wake());
      advance();
      judge();
      // A link waits at one gate after the other, and each gate acts on it a few times at most.
      require(++ticks <= 4 * (most_gates + 1) * (book_.here.size() + 1), "every tick gets somebody on");
    }
    plan_.clear();
    adopt();
    require(gates_.empty() && gates_.wake() == never && gates_.door() == Door::open, "healed gates stand open");
    require(book_.count(Book::Told::nothing) == 0, "healing admits everyone who waits");
    while (!book_.here.empty()) leave(book_.here.begin()->first);
    require(gates_.links() == 0, "nobody is left");
  }

 private:
  void act() {
    switch (crumbs_.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return arrive();
      case 4:
        if (!book_.here.empty()) leave(anyone());
        return;
      case 5:
        if (!book_.here.empty()) gates_.finished(anyone(), now_, book_);
        return;
      case 6:
        return dial();
      case 7:
        now_ += crumbs_.pause();
        return advance();
      case 8:
        if (gates_.wake() > far_future) return;
        now_ = std::max(now_, gates_.wake());
        return advance();
      case 9:
        return add();
      case 10:
        if (plan_.empty()) return;
        change();
        return adopt();
      case 11:
        if (plan_.empty()) return;
        plan_.erase(plan_.begin() + static_cast<std::ptrdiff_t>(crumbs_.below(plan_.size())));
        return adopt();
    }
  }

  std::uint64_t anyone() {
    return std::next(book_.here.begin(), static_cast<std::ptrdiff_t>(crumbs_.below(book_.here.size())))->first;
  }
  void advance() { gates_.advance(now_, book_); }
  void arrive() {
    if (book_.here.size() == most_links) return;
    LinkFacts facts;
    facts.seed = seed_;
    facts.ordinal = ++arrived_;
    facts.client = Address::ipv4({10, 0, 0, static_cast<std::uint8_t>(crumbs_.below(8))}, 5000);
    facts.opened = facts.last_moved = now_;
    book_.here[arrived_] = Book::Told::nothing;
    gates_.arrive(facts, now_, book_);
  }
  // Clients leave whenever they like; nobody is told anything of them after that.
  void leave(std::uint64_t link) {
    gates_.advance(now_, book_);
    book_.here.erase(link);
    gates_.depart(link, now_, book_);
  }
  void dial() {
    if (book_.here.empty()) return;
    const std::uint64_t link = anyone();
    if (book_.here.at(link) != Book::Told::admitted) return;
    require(gates_.dial(link, now_).delay >= Duration::zero(), "a dial is never early");
  }
  void add() {
    if (plan_.size() == most_gates) return;
    plan_.insert(plan_.begin() + static_cast<std::ptrdiff_t>(crumbs_.below(plan_.size() + 1)),
                 random_fault(crumbs_, Kind::Contract::gate, fmt::format("f{}", ++named_)));
    adopt();
  }
  void change() {
    auto& fault = plan_[crumbs_.below(plan_.size())];
    fault = random_update(crumbs_, *fault);
  }
  void adopt() { gates_.adopt({seed_, plan_}, now_, book_); }

  void judge() {
    advance();
    require(gates_.wake() > now_, "wake() lies ahead");
    require(gates_.links() == book_.here.size(), "the gates know everybody who is here");
    std::uint64_t waiting = 0;
    for (const auto& [name, seen] : gates_.occupancy(now_)) {
      if (!seen.in_force) continue;
      waiting += seen.queue + seen.held;
      require(seen.wait.count() == seen.granted, "every grant has its wait");
      require(seen.wasted.count() == seen.timed_out + seen.gone, "so has everyone who waited in vain");
      require(seen.busy <= seen.capacity, "no more slot-time is used than there is",
              [&] { return fmt::format("{} of {} ns", seen.busy.count(), seen.capacity.count()); });
      require(seen.oldest_wait >= Duration::zero(), "nobody has waited less than no time");
    }
    // Who was evicted by one gate waits at another until the link is gone.
    require(waiting <= book_.here.size() - book_.count(Book::Told::admitted), "who waits was not admitted");
  }

  Crumbs& crumbs_;
  Seed seed_;
  Gates gates_;
  Book book_;
  std::vector<std::shared_ptr<const Fault>> plan_;
  Time now_ = beginning;
  std::uint64_t arrived_ = 0;
  int named_ = 0;
};

}  // namespace

void play_gates(Crumbs& crumbs) { Crowd{crumbs}.play(); }

}  // namespace firedrill::fuzz
