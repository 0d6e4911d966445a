// Silence, and what breaks it.
#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(Stall, HoldsBytesAndFinUntilHealed) {
  StreamRig rig{"stall", ""};

  rig.data(0ms, "a").data(1ms, "b").finish(2ms).run_to(1h);
  EXPECT_EQ(rig.tape.transcript(), "");
  EXPECT_EQ(rig.stream().held(), 2U);
  rig.release(2h);

  EXPECT_EQ(rig.tape.transcript(), "2h:a 2h:b 2h:FIN");
  EXPECT_EQ(rig.stream().held(), 0U);
}

TEST(Stall, NeverAsksForATick) {
  StreamRig rig{"stall", ""};

  rig.data(0ms, "a").finish(1ms);

  EXPECT_EQ(rig.stream().wake(), never);
}

TEST(Stall, AnRstOvertakesWhatIsHeldAndDropsIt) {
  StreamRig rig{"stall", ""};

  rig.data(0ms, "abc").abort(5ms).release(6ms);

  EXPECT_EQ(rig.tape.transcript(), "5ms:RST");
  EXPECT_EQ(rig.stream().held(), 0U);
  EXPECT_EQ(rig.stream().discarded(), 3U);
}

TEST(Stall, TheSenderFeelsItAtTheBacklogLimit) {
  StreamRig rig{"stall", ""};

  rig.data(0ms, std::string(StreamFault::backlog_limit - 1, 'x'));
  EXPECT_FALSE(rig.stream().full());
  rig.data(0ms, "x");

  EXPECT_TRUE(rig.stream().full());
}

TEST(Stall, KnowsNoSettings) { EXPECT_THROW(make_fault("f", "stall", "delay=1s"), PlanError); }

}  // namespace
}  // namespace firedrill::faults
