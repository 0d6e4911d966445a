// Plays one gate in virtual time and records its answers.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "faults/plan.hpp"
#include "stream_rig.hpp"

namespace firedrill::faults {

inline std::string_view name(Cause cause) {
  switch (cause) {
    case Cause::refused:
      return "refused";
    case Cause::queue_full:
      return "full";
    case Cause::queue_timeout:
      return "timeout";
    case Cause::evicted:
      return "evicted";
    case Cause::client_gone:
      return "gone";
  }
  return "?";
}

/// Answers in order. Fails the test when a link is answered twice; an admitted link may still be evicted.
class Answers final : public GateOutlet {
 public:
  void admit(std::uint64_t link, Time now) override {
    EXPECT_FALSE(turned_away.contains(link)) << link << " was turned away before";
    EXPECT_TRUE(admitted.insert(link).second) << link << " was admitted twice";
    log.push_back(show(now - Time{}) + ":+" + std::to_string(link));
  }
  void turn_away(std::uint64_t link, Ending how, Cause why, Time now) override {
    EXPECT_TRUE(why == Cause::evicted || !admitted.contains(link)) << link << " was admitted before";
    EXPECT_TRUE(turned_away.insert(link).second) << link << " was turned away twice";
    log.push_back(show(now - Time{}) + ":-" + std::to_string(link) + " " + std::string{name(why)} +
                  (how == Ending::close ? " close" : ""));
  }

  /// What was answered since the last call: "10ms:+1, 20ms:-2 full".
  std::string take() {
    std::string all;
    for (const std::string& line : log) all += (all.empty() ? "" : ", ") + line;
    log.clear();
    return all;
  }

  std::vector<std::string> log;
  std::set<std::uint64_t> admitted, turned_away;
};

class GateRig {
 public:
  GateRig(std::string_view kind, std::string_view settings, Seed seed = {1})
      : fault_{make_fault("f", kind, settings)},
        seed_{seed},
        gate_{fault_->kind->make_gate(*fault_->settings, {seed, fault_->name, *fault_->effects})} {
    gate_->begin(Time{});
  }

  GateRig& run_to(Duration t) {
    while (gate_->wake() <= at(t)) {
      const Time due = gate_->wake();
      gate_->tick(due, answers);
      EXPECT_GT(gate_->wake(), due) << "the next tick must lie later";
      if (gate_->wake() <= due) break;
    }
    return *this;
  }
  GateRig& arrive(Duration t, std::uint64_t link) {
    run_to(t);
    gate_->arrive(link_facts(link, seed_, at(t)), at(t), answers);
    return *this;
  }
  /// Several at once, in this order.
  GateRig& arrive(Duration t, std::initializer_list<std::uint64_t> links) {
    for (const std::uint64_t link : links) arrive(t, link);
    return *this;
  }
  /// No tick comes between links that are present together.
  GateRig& present(Duration t, std::uint64_t link, Duration opened = {}) {
    gate_->present(link_facts(link, seed_, at(opened)), at(t));
    return *this;
  }
  GateRig& depart(Duration t, std::uint64_t link) {
    run_to(t);
    gate_->depart(link, at(t), answers);
    return *this;
  }
  GateRig& finished(Duration t, std::uint64_t link) {
    run_to(t);
    gate_->finished(link, at(t), answers);
    return *this;
  }
  GateRig& update(Duration t, std::string_view settings) {
    run_to(t);
    gate_->update(*make_fault("f", fault_->kind->name, settings)->settings, at(t), answers);
    return *this;
  }
  GateRig& release(Duration t) {
    run_to(t);
    gate_->release(at(t), answers);
    return *this;
  }

  /// Answers since the last call.
  std::string take() { return answers.take(); }
  Occupancy occupancy(Duration t) {
    run_to(t);
    return *gate_->occupancy(at(t));
  }
  GateFault& gate() { return *gate_; }

  Answers answers;

 private:
  std::shared_ptr<Fault> fault_;
  Seed seed_;
  std::unique_ptr<GateFault> gate_;
};

}  // namespace firedrill::faults
