// Nobody gets in; who is in stays.
#include "gate_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(Refuse, TurnsAwayEveryArrivalWithAnRst) {
  GateRig rig{"refuse", ""};

  rig.arrive(1ms, 1).arrive(2ms, 2);

  EXPECT_EQ(rig.take(), "1ms:-1 refused, 2ms:-2 refused");
}

TEST(Refuse, TurnsAwayWithAFinIfAsked) {
  GateRig rig{"refuse", "how=close"};

  rig.arrive(1ms, 1).update(2ms, "how=reset").arrive(3ms, 2);

  EXPECT_EQ(rig.take(), "1ms:-1 refused close, 3ms:-2 refused");
}

TEST(Refuse, LeavesOpenLinksAlone) {
  GateRig rig{"refuse", ""};

  EXPECT_FALSE(rig.gate().present(link_facts(1), at(0ms)));
  rig.depart(1ms, 1).release(2ms);

  EXPECT_EQ(rig.take(), "");
  EXPECT_EQ(rig.gate().occupancy(at(3ms)), std::nullopt);
}

TEST(Refuse, TakesNoScopeThatArrivalsDoNotHave) {
  EXPECT_THROW(make_fault("f", "refuse", "direction=both"), PlanError);
  EXPECT_THROW(make_fault("f", "refuse", "connections=existing"), PlanError);
  EXPECT_NO_THROW(make_fault("f", "refuse", "percent=10% every=2 clients=10.0.0.0/8 max_links=3"));
}

}  // namespace
}  // namespace firedrill::faults
