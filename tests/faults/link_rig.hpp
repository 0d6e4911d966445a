// Plays one link fault in virtual time until its verdict.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string_view>

#include "faults/plan.hpp"
#include "stream_rig.hpp"

namespace firedrill::faults {

/// One link fault and the link it watches. After the verdict the script goes on unheard, as it does in the proxy.
class LinkRig {
 public:
  LinkRig(std::string_view kind, std::string_view settings, LinkFacts link = link_facts(1))
      : fault_{make_fault("f", kind, settings)},
        link_{link},
        watch_{fault_->kind->make_link(*fault_->settings, {link.seed, fault_->name, *fault_->effects}, link)} {}

  LinkRig& open(Duration t) {
    judge(watch_->open(link_, at(t)), t);
    return *this;
  }
  LinkRig& run_to(Duration t) {
    while (!ended() && watch_->wake() <= at(t)) {
      const Time due = watch_->wake();
      judge(watch_->tick(due), due - Time{});
      EXPECT_TRUE(ended() || watch_->wake() > due) << "the next tick must lie later";
    }
    return *this;
  }
  LinkRig& moved(Duration t, std::size_t bytes, Direction direction = Direction::upstream) {
    run_to(t);
    if (!ended()) judge(watch_->moved(direction, bytes, at(t)), t);
    return *this;
  }
  LinkRig& update(Duration t, std::string_view settings) {
    run_to(t);
    if (!ended()) judge(watch_->update(*make_fault("f", fault_->kind->name, settings)->settings, link_, at(t)), t);
    return *this;
  }

  bool ended() const { return when.has_value(); }
  LinkFault& watch() { return *watch_; }

  Verdict verdict;
  std::optional<Duration> when;  // the verdict came

 private:
  void judge(Verdict given, Duration t) {
    if (given.action == Verdict::Action::keep) return;
    verdict = given;
    when = t;
  }

  std::shared_ptr<Fault> fault_;
  LinkFacts link_;
  std::unique_ptr<LinkFault> watch_;
};

}  // namespace firedrill::faults
