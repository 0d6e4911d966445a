// What becomes of dials, and of the door: slow_connect, unreachable, down.
#include <gtest/gtest.h>

#include "faults/gates.hpp"
#include "gate_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using Action = Dialling::Action;

TEST(SlowConnect, AdmitsAndHasTheDialWait) {
  GateRig rig{"slow_connect", "delay=300ms"};

  rig.arrive(5ms, 1);
  const Dialling dialling = rig.gate().dial(1, at(5ms));

  EXPECT_EQ(rig.take(), "5ms:+1");
  EXPECT_EQ(dialling.action, Action::later);
  EXPECT_EQ(dialling.delay, 300ms);
}

TEST(SlowConnect, DrawsOnceForEachLink) {
  GateRig rig{"slow_connect", "delay=300ms jitter=200ms"};

  const Duration first = rig.gate().dial(1, at(0ms)).delay;

  EXPECT_EQ(rig.gate().dial(1, at(50ms)).delay, first);
  EXPECT_NE(rig.gate().dial(2, at(0ms)).delay, first);
  EXPECT_GE(first, 100ms);
  EXPECT_LE(first, 500ms);
}

TEST(SlowConnect, TakesNewSettings) {
  GateRig rig{"slow_connect", "delay=300ms"};

  rig.update(0ms, "delay=10ms");

  EXPECT_EQ(rig.gate().dial(1, at(0ms)).delay, 10ms);
}

// A ramp replaces the fault again and again.
TEST(SlowConnect, OutlivesTheFaultItWasMadeFor) {
  const auto make = [](std::string_view settings) {
    return make_fault("long-enough-to-be-on-the-heap", "slow_connect", settings);
  };
  Gates gates;
  Answers answers;
  gates.adopt({{1}, {make("delay=100ms jitter=50ms")}}, at(0ms), answers);
  gates.arrive(link_facts(1), at(0ms), answers);
  const Duration before = gates.dial(1, at(0ms)).delay;

  gates.adopt({{1}, {make("delay=100ms jitter=50ms")}}, at(1ms), answers);

  EXPECT_EQ(gates.dial(1, at(1ms)).delay, before);
}

TEST(Unreachable, FailsTheDialOrNeverAnswers) {
  GateRig refuses{"unreachable", ""};
  GateRig hangs{"unreachable", "how=hang"};

  refuses.arrive(0ms, 1);
  hangs.arrive(0ms, 1);

  EXPECT_EQ(refuses.take(), "0s:+1");
  EXPECT_EQ(refuses.gate().dial(1, at(0ms)).action, Action::fail);
  EXPECT_EQ(hangs.take(), "0s:+1");
  EXPECT_EQ(hangs.gate().dial(1, at(0ms)).action, Action::hang);
}

TEST(Down, ClosesTheDoorAndTurnsLateComersAway) {
  GateRig rig{"down", ""};

  rig.arrive(3ms, 7);

  EXPECT_EQ(rig.gate().door(), Door::closed);
  EXPECT_EQ(rig.take(), "3ms:-7 refused");
}

TEST(Down, TakesNoScope) { EXPECT_THROW(make_fault("f", "down", "percent=10%"), PlanError); }

}  // namespace
}  // namespace firedrill::faults
