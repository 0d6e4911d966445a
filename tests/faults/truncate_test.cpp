// Where the stream is cut, and how.
#include <gtest/gtest.h>

#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(Truncate, EndsTheStreamAfterSoManyBytes) {
  StreamRig rig{"truncate", "after=5B"};

  rig.data(0ms, "abc").data(1ms, "defg").data(2ms, "hi");

  EXPECT_EQ(rig.tape.transcript(), "0s:abc 1ms:de 1ms:FIN");
  EXPECT_EQ(rig.stream().discarded(), 4U);
  EXPECT_EQ(rig.effects().ended.load(), 1U);
}

TEST(Truncate, EndsAtTheLastByteItLetsThrough) {
  StreamRig rig{"truncate", "after=3B then=rst"};

  rig.data(0ms, "abc");

  EXPECT_EQ(rig.tape.transcript(), "0s:abc 0s:RST");
}

TEST(Truncate, LeavesShorterStreamsAlone) {
  StreamRig rig{"truncate", "after=5B then=rst"};

  rig.data(0ms, "abcd").finish(1ms);

  EXPECT_EQ(rig.tape.transcript(), "0s:abcd 1ms:FIN");
  EXPECT_EQ(rig.effects().ended.load(), 0U);
}

TEST(Truncate, ThenStallGoesSilentForGood) {
  StreamRig rig{"truncate", "after=2B then=stall"};

  rig.data(0ms, "abc").finish(1ms).release(1h);

  EXPECT_EQ(rig.tape.transcript(), "0s:ab");  // bytes are missing: the link is reset, not finished
  EXPECT_EQ(rig.stream().discarded(), 1U);
}

TEST(Truncate, AStallThatLostNothingIsHealed) {
  StreamRig rig{"truncate", "after=2B then=stall"};

  rig.data(0ms, "ab").finish(1ms).release(1h);

  EXPECT_EQ(rig.tape.transcript(), "0s:ab 1h:FIN");
}

TEST(Truncate, CountsFromTheBeginningOfTheStream) {
  LinkFacts link = link_facts(1);
  link.bytes = {0, 4};
  StreamRig rig{"truncate", "after=5B", link};

  rig.data(0ms, "ef");

  EXPECT_EQ(rig.tape.transcript(), "0s:e 0s:FIN");
}

TEST(Truncate, CutsALongerStreamAsItComes) {
  LinkFacts link = link_facts(1);
  link.bytes = {0, 5};

  StreamRig rig{"truncate", "after=5B then=rst", link};

  EXPECT_EQ(rig.tape.transcript(), "0s:RST");
}

TEST(Truncate, AnRstPassesUnlessTheStreamIsOver) {
  StreamRig silent{"truncate", "after=0B then=stall"};
  StreamRig over{"truncate", "after=0B"};

  silent.abort(1ms);
  over.abort(1ms);

  EXPECT_EQ(silent.tape.transcript(), "1ms:RST");
  EXPECT_EQ(over.tape.transcript(), "0s:FIN");
}

TEST(Truncate, AShorterLimitCutsAtOnce) {
  StreamRig rig{"truncate", "after=100B"};

  rig.data(0ms, "abcdef").update(5ms, "after=3B");

  EXPECT_EQ(rig.tape.transcript(), "0s:abcdef 5ms:FIN");
}

TEST(Truncate, ThenCloseEndsTheWholeLinkInOrder) {
  StreamRig rig{"truncate", "after=2B then=close"};

  rig.data(0ms, "a");
  EXPECT_FALSE(rig.stream().closes());
  rig.data(1ms, "bc");

  EXPECT_EQ(rig.tape.transcript(), "0s:a 1ms:b 1ms:FIN");
  EXPECT_TRUE(rig.stream().closes());
}

TEST(Truncate, SinceFaultCountsWhatPassesWhileItIsInForce) {
  LinkFacts link = link_facts(1);
  link.bytes = {0, 100};
  StreamRig rig{"truncate", "after=3B since=fault", link};

  rig.data(0ms, "ab").data(1ms, "cd");

  EXPECT_EQ(rig.tape.transcript(), "0s:ab 1ms:c 1ms:FIN");
}

TEST(Truncate, SinceFaultCutsWithTheNextByteOnly) {
  StreamRig none{"truncate", "after=0B since=fault"}, lowered{"truncate", "after=9B since=fault"};

  none.data(2ms, "a");
  lowered.data(0ms, "abc").update(1ms, "after=2B since=fault").data(2ms, "d");

  EXPECT_EQ(none.tape.transcript(), "2ms:FIN");
  EXPECT_EQ(lowered.tape.transcript(), "0s:abc 2ms:FIN");
}

}  // namespace
}  // namespace firedrill::faults
