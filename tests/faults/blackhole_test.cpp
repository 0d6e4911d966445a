// Nothing comes out, and what that means for healing.
#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(Blackhole, DiscardsAndCountsBytes) {
  StreamRig rig{"blackhole", ""};

  rig.data(0ms, "abc").data(1ms, "de");

  EXPECT_EQ(rig.tape.transcript(), "");
  EXPECT_EQ(rig.stream().discarded(), 5U);
  EXPECT_EQ(rig.stream().held(), 0U);
  EXPECT_FALSE(rig.stream().full());
}

TEST(Blackhole, SwallowsTheFinOfAStreamThatLostBytesForGood) {
  StreamRig rig{"blackhole", ""};

  rig.data(0ms, "abc").finish(1ms).release(2ms);

  EXPECT_EQ(rig.tape.transcript(), "");
}

TEST(Blackhole, GivesBackTheFinOfAStreamThatLostNothing) {
  StreamRig rig{"blackhole", ""};

  rig.finish(1ms).release(2ms);

  EXPECT_EQ(rig.tape.transcript(), "2ms:FIN");
}

TEST(Blackhole, LetsAnRstPass) {
  StreamRig rig{"blackhole", ""};

  rig.data(0ms, "abc").abort(1ms);

  EXPECT_EQ(rig.tape.transcript(), "1ms:RST");
}

}  // namespace
}  // namespace firedrill::faults
