// Several stream faults on one lane: order, time, and plan changes.
#include "faults/chain.hpp"

#include <gtest/gtest.h>

#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using Faults = std::vector<std::shared_ptr<const Fault>>;

std::shared_ptr<const Fault> fault(std::string name, std::string_view kind, std::string_view settings) {
  return make_fault(std::move(name), kind, settings);
}

/// As fault(), but with the effects of `old`: what an update is made of.
std::shared_ptr<const Fault> updated(const std::shared_ptr<const Fault>& old, std::string_view settings) {
  auto changed = make_fault(old->name, old->kind->name, settings);
  changed->effects = old->effects;
  return changed;
}

class ChainTest : public ::testing::Test {
 protected:
  void adopt(Duration t, const Faults& faults) { chain.adopt(faults, link_facts(1), at(t), tape); }
  void data(Duration t, std::string_view text) { chain.data(Bytes::copy_of(text), at(t), tape); }

  Chain chain{Direction::downstream};
  Tape tape;
};

TEST_F(ChainTest, WithoutFaultsEverythingPassesAtOnce) {
  data(1ms, "a");
  chain.finish(at(2ms), tape);

  EXPECT_EQ(tape.transcript(), "1ms:a 2ms:FIN");
  EXPECT_TRUE(chain.empty());
  EXPECT_EQ(chain.wake(), never);
}

TEST_F(ChainTest, FaultsStack) {
  adopt(0ms,
        {fault("a", "latency", "delay=10ms"), fault("b", "latency", "delay=20ms"), fault("c", "slice", "size=1B")});

  data(0ms, "xy");
  EXPECT_EQ(chain.held(), 2U);
  chain.advance(at(1s), tape);

  EXPECT_EQ(tape.transcript(), "30ms:x 30ms:y");
}

// A link is touched by what is done to it, not by what passes as it came.
TEST_F(ChainTest, TouchesALinkWhenItChangesWhatPasses) {
  const auto touched = [](std::string_view kind, std::string_view settings, std::string_view bytes) {
    const auto one = fault("f", kind, settings);
    Chain lane{Direction::downstream};
    Tape out;
    lane.adopt({one}, link_facts(1), at(0ms), out);
    lane.data(Bytes::copy_of(bytes), at(1ms), out);
    return one->effects->links() == 1;
  };

  EXPECT_FALSE(touched("truncate", "after=10B", "123456789"));
  EXPECT_TRUE(touched("truncate", "after=10B", "1234567890"));
  EXPECT_FALSE(touched("corrupt", "offsets=9", "123456789"));
  EXPECT_TRUE(touched("corrupt", "offsets=9", "1234567890"));
  EXPECT_FALSE(touched("slice", "size=10B", "123456789"));
  EXPECT_TRUE(touched("slice", "size=5B", "123456789"));
  EXPECT_FALSE(touched("loss", "chance=0%", "1"));
  EXPECT_FALSE(touched("slow_close", "delay=1s", "1"));
  EXPECT_TRUE(touched("latency", "delay=1ms", "1"));
  EXPECT_TRUE(touched("stall", "", "1"));
  EXPECT_TRUE(touched("blackhole", "", "1"));
  EXPECT_TRUE(touched("half_close", "", ""));
}

TEST_F(ChainTest, TouchesALinkWhenItHoldsItsEnd) {
  const auto slow = fault("slow", "slow_close", "delay=1s");
  adopt(0ms, {slow});
  EXPECT_EQ(slow->effects->links(), 0U);

  chain.finish(at(1ms), tape);

  EXPECT_EQ(slow->effects->links(), 1U);
}

TEST_F(ChainTest, LatenessDoesNotAddUp) {
  adopt(0ms, {fault("a", "latency", "delay=10ms"), fault("b", "latency", "delay=10ms")});
  data(0ms, "x");

  chain.advance(at(14ms), tape);  // 4 ms late; b must still count from 10 ms
  EXPECT_EQ(chain.wake(), at(20ms));
  chain.advance(at(27ms), tape);

  EXPECT_EQ(tape.transcript(), "20ms:x");  // told the moment that was asked for
}

TEST_F(ChainTest, OneLateTimerCatchesUpInOrder) {
  adopt(0ms, {fault("a", "slice", "size=1B gap=10ms"), fault("b", "latency", "delay=5ms")});

  data(0ms, "abc");
  chain.finish(at(1ms), tape);
  chain.advance(at(1s), tape);

  EXPECT_EQ(tape.transcript(), "5ms:a 15ms:b 25ms:c 25ms:FIN");
}

TEST_F(ChainTest, BytesThatComeLateFindEarlierTicksDone) {
  adopt(0ms, {fault("a", "latency", "delay=10ms")});

  data(0ms, "x");
  data(50ms, "y");

  EXPECT_EQ(tape.transcript(), "10ms:x");
}

TEST_F(ChainTest, HealingOneOfTwoReleasesJustItsOwn) {
  const auto stall = fault("stall", "stall", ""), slow = fault("slow", "latency", "delay=100ms");
  adopt(0ms, {slow, stall});
  data(0ms, "a");
  chain.advance(at(100ms), tape);
  data(150ms, "b");

  adopt(200ms, {slow});  // a sits in the stall, b in the latency

  EXPECT_EQ(tape.transcript(), "200ms:a");
  EXPECT_EQ(chain.held(), 1U);
  chain.advance(at(1s), tape);
  EXPECT_EQ(tape.transcript(), "200ms:a 250ms:b");
}

TEST_F(ChainTest, HealingTheFirstHandsOnToTheSecond) {
  const auto stall = fault("stall", "stall", ""), slow = fault("slow", "latency", "delay=100ms");
  adopt(0ms, {stall, slow});
  data(0ms, "a");

  adopt(50ms, {slow});
  EXPECT_EQ(tape.transcript(), "");
  chain.advance(at(1s), tape);

  EXPECT_EQ(tape.transcript(), "150ms:a");
}

TEST_F(ChainTest, HealingAllHandsOnOldestBytesFirst) {
  adopt(0ms, {fault("a", "latency", "delay=10ms"), fault("b", "stall", ""), fault("c", "latency", "delay=10ms")});
  data(0ms, "1");
  data(15ms, "2");  // 1 is in b, 2 in a
  chain.finish(at(16ms), tape);

  adopt(20ms, {});

  EXPECT_EQ(tape.transcript(), "20ms:1 20ms:2 20ms:FIN");
  EXPECT_TRUE(chain.empty());
  EXPECT_FALSE(chain.spoiled());
}

TEST_F(ChainTest, AnUnchangedFaultKeepsWhatItHolds) {
  const auto slow = fault("slow", "latency", "delay=100ms");
  adopt(0ms, {slow});
  data(0ms, "a");

  adopt(50ms, {slow, fault("more", "latency", "delay=30ms")});
  chain.advance(at(1s), tape);

  EXPECT_EQ(tape.transcript(), "130ms:a");
}

TEST_F(ChainTest, AChangedFaultIsUpdatedInPlace) {
  const auto slow = fault("slow", "latency", "delay=100ms");
  adopt(0ms, {slow});
  data(0ms, "a");

  adopt(50ms, {updated(slow, "delay=200ms")});
  data(60ms, "b");
  chain.advance(at(1s), tape);

  EXPECT_EQ(tape.transcript(), "100ms:a 260ms:b");
}

TEST_F(ChainTest, ANewFaultGoesWhereThePlanHasIt) {
  const auto slow = fault("slow", "latency", "delay=100ms");
  adopt(0ms, {slow});

  adopt(1ms, {fault("gone", "blackhole", ""), slow});
  data(2ms, "a");

  EXPECT_EQ(chain.held(), 0U) << "the black hole is in front";
  EXPECT_EQ(chain.discarded(), 1U);
}

TEST_F(ChainTest, FaultsInForceKeepTheirPlaces) {
  const auto slow = fault("slow", "latency", "delay=10ms"), stall = fault("stall", "stall", "");
  adopt(0ms, {slow, stall});
  data(0ms, "a");
  chain.advance(at(10ms), tape);
  data(11ms, "b");

  adopt(12ms, {stall, slow});  // had they changed places, b would be let past a
  adopt(13ms, {});

  EXPECT_EQ(tape.transcript(), "13ms:a 13ms:b");
}

TEST_F(ChainTest, BytesThrownAwaySpoilTheLinkOnceHealed) {
  const auto hole = fault("hole", "blackhole", "");
  adopt(0ms, {hole});
  data(0ms, "abc");
  EXPECT_FALSE(chain.spoiled());

  adopt(1ms, {});

  EXPECT_TRUE(chain.spoiled());
  EXPECT_EQ(chain.discarded(), 3U);
  EXPECT_EQ(hole->effects->discarded.load(), 3U);
}

TEST_F(ChainTest, ABlackholeThatSawNothingSpoilsNothing) {
  adopt(0ms, {fault("hole", "blackhole", "")});

  adopt(1ms, {});

  EXPECT_FALSE(chain.spoiled());
}

TEST_F(ChainTest, WhatAnRstDropsIsCounted) {
  const auto stall = fault("stall", "stall", "");
  adopt(0ms, {stall});
  data(0ms, "abc");

  chain.abort(at(1ms), tape);

  EXPECT_EQ(tape.transcript(), "1ms:RST");
  EXPECT_EQ(chain.discarded(), 3U);
  EXPECT_EQ(stall->effects->discarded.load(), 3U);
}

TEST_F(ChainTest, FullWhenOneOfThemIs) {
  adopt(0ms, {fault("slow", "latency", "delay=1h"), fault("stall", "stall", "")});

  data(0ms, std::string(StreamFault::backlog_limit, 'x'));
  EXPECT_FALSE(chain.full());
  chain.advance(at(2h), tape);

  EXPECT_TRUE(chain.full());
}

TEST_F(ChainTest, ALinkIsTouchedOnceByTheFaultsItsBytesReach) {
  const auto stall = fault("stall", "stall", ""), behind = fault("behind", "latency", "delay=1ms");
  adopt(0ms, {stall, behind});

  data(5ms, "a");
  data(6ms, "b");

  EXPECT_EQ(stall->effects->links(), 1U);
  EXPECT_EQ(stall->effects->first()->at, at(5ms));
  EXPECT_EQ(behind->effects->links(), 0U);
}

TEST_F(ChainTest, RecordsHowLateTicksWere) {
  const auto slow = fault("slow", "latency", "delay=10ms");
  adopt(0ms, {slow});
  data(0ms, "a");

  chain.advance(at(13ms), tape);

  EXPECT_EQ(slow->effects->lateness.snapshot().total(), 3ms);
}

TEST_F(ChainTest, EmptyReadsAreNothing) {
  const auto slow = fault("slow", "latency", "delay=10ms");
  adopt(0ms, {slow});

  data(0ms, "");

  EXPECT_EQ(chain.wake(), never);
  EXPECT_EQ(slow->effects->links(), 0U);
}

TEST_F(ChainTest, AFaultThatComesAfterTheEndMakesNoSecondOne) {
  const auto slow = fault("slow", "slow_close", "delay=1s");
  adopt(0ms, {slow});
  data(1ms, "a");
  chain.finish(at(2ms), tape);

  adopt(500ms, {fault("cut", "truncate", "after=0B then=rst"), slow, fault("half", "half_close", "")});
  chain.advance(at(1h), tape);

  EXPECT_EQ(tape.transcript(), "1ms:a 500ms:FIN");  // what slow held back finds the end made
}

TEST_F(ChainTest, NothingFollowsAnEndThatAHealedFaultMade) {
  const auto slow = fault("slow", "latency", "delay=10ms");
  adopt(0ms, {slow});
  adopt(0ms, {fault("half", "half_close", ""), slow});
  chain.advance(at(10ms), tape);

  adopt(20ms, {slow});
  data(21ms, "abc");
  chain.finish(at(22ms), tape);
  chain.advance(at(1s), tape);

  EXPECT_EQ(tape.transcript(), "10ms:FIN");
  EXPECT_EQ(chain.discarded(), 3U);
  EXPECT_EQ(chain.held(), 0U);
}

}  // namespace
}  // namespace firedrill::faults
