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

TEST(Blackhole, EndsAtItsTimeoutHoweverMuchIsSent) {
  StreamRig rig{"blackhole", "timeout=5ms"};

  rig.data(0ms, "abc").data(4ms, "de").data(6ms, "f");

  EXPECT_EQ(rig.tape.transcript(), "5ms:RST");
  EXPECT_EQ(rig.stream().discarded(), 6U);
  EXPECT_EQ(rig.effects().ended.load(), 1U);
  EXPECT_FALSE(rig.stream().closes());
}

TEST(Blackhole, ThenCloseEndsTheWholeLinkInOrder) {
  StreamRig timed{"blackhole", "timeout=5ms then=close"}, ended{"blackhole", "then=close"},
      healed{"blackhole", "then=close"};

  timed.data(0ms, "abc").run_to(5ms);
  ended.data(0ms, "abc").finish(1ms);
  healed.data(0ms, "abc").release(1ms);

  EXPECT_EQ(timed.tape.transcript(), "5ms:FIN");
  EXPECT_EQ(ended.tape.transcript(), "1ms:FIN");
  EXPECT_EQ(healed.tape.transcript(), "1ms:FIN");
  for (StreamRig* rig : {&timed, &ended, &healed}) EXPECT_TRUE(rig->stream().closes());
}

TEST(Blackhole, AShorterTimeoutStrikesAtOnce) {
  StreamRig rig{"blackhole", "timeout=1h"};

  rig.data(0ms, "abc").update(5ms, "timeout=4ms").update(6ms, "timeout=1h");

  EXPECT_EQ(rig.tape.transcript(), "5ms:RST");
}

TEST(Blackhole, ATimeoutOfNothingEndsTheStreamAsItComes) {
  StreamRig rig{"blackhole", "timeout=0s"};

  EXPECT_EQ(rig.tape.transcript(), "0s:RST");
}

}  // namespace
}  // namespace firedrill::faults
