// The pool's rules, one at a time. "+3" is link 3 admitted, "-3 full" link 3 turned away.
#include <gmock/gmock.h>

#include "gate_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Pool, AdmitsUpToTheCapAndLetsTheOthersWait) {
  GateRig rig{"pool", "max_connections=2"};

  rig.arrive(1ms, {1, 2, 3, 4});
  EXPECT_EQ(rig.take(), "1ms:+1, 1ms:+2");
  rig.depart(5ms, 1);

  EXPECT_EQ(rig.take(), "5ms:+3");
}

TEST(Pool, ZeroConnectionsAdmitNobody) {
  GateRig rig{"pool", "max_connections=0"};

  rig.arrive(1ms, {1, 2}).run_to(1h);

  EXPECT_EQ(rig.take(), "");
  EXPECT_EQ(rig.occupancy(1h).queue, 2U);
}

TEST(Pool, FifoServesWhoCameFirst) {
  GateRig rig{"pool", "max_connections=1 order=fifo"};

  rig.arrive(1ms, {1, 2, 3}).depart(2ms, 1).depart(3ms, 2);

  EXPECT_EQ(rig.take(), "1ms:+1, 2ms:+2, 3ms:+3");
}

TEST(Pool, LifoServesWhoCameLast) {
  GateRig rig{"pool", "max_connections=1 order=lifo"};

  rig.arrive(1ms, {1, 2, 3}).depart(2ms, 1).arrive(3ms, 4).depart(4ms, 3).depart(5ms, 4);

  EXPECT_EQ(rig.take(), "1ms:+1, 2ms:+3, 4ms:+4, 5ms:+2");
}

TEST(Pool, TurnsAwayWhoFindsTheQueueFull) {
  GateRig reset{"pool", "max_connections=1 queue=1"}, close{"pool", "max_connections=1 queue=1 on_full=close"};
  GateRig none{"pool", "max_connections=1 queue=0"};

  reset.arrive(1ms, {1, 2, 3});
  close.arrive(1ms, {1, 2, 3});
  none.arrive(1ms, {1, 2});

  EXPECT_EQ(reset.take(), "1ms:+1, 1ms:-3 full");
  EXPECT_EQ(close.take(), "1ms:+1, 1ms:-3 full close");
  EXPECT_EQ(none.take(), "1ms:+1, 1ms:-2 full");
  EXPECT_EQ(reset.occupancy(2ms).rejected, 1U);
}

TEST(Pool, TurnsAwayWhoHasWaitedTooLongExactlyThen) {
  GateRig rig{"pool", "max_connections=1 queue_timeout=100ms"};

  rig.arrive(1ms, {1, 2}).arrive(30ms, 3).arrive(31ms, 4).depart(120ms, 1).run_to(1s);

  EXPECT_EQ(rig.take(), "1ms:+1, 101ms:-2 timeout, 120ms:+3, 131ms:-4 timeout");
  const Occupancy seen = rig.occupancy(1s);
  EXPECT_EQ(seen.timed_out, 2U);
  EXPECT_EQ(seen.wasted.count(), 2U);
  EXPECT_EQ(seen.wasted.total(), 200ms);
}

TEST(Pool, OnTimeoutCloseSendsAFin) {
  GateRig rig{"pool", "max_connections=0 queue_timeout=1s on_timeout=close"};

  rig.arrive(0ms, 1).run_to(2s);

  EXPECT_EQ(rig.take(), "1s:-1 timeout close");
}

TEST(Pool, TimeoutsUnderLifoStillStrikeTheOldest) {
  GateRig rig{"pool", "max_connections=1 order=lifo queue_timeout=10ms"};

  rig.arrive(0ms, {1, 2}).arrive(5ms, 3).depart(6ms, 1).run_to(1s);

  EXPECT_EQ(rig.take(), "0s:+1, 6ms:+3, 10ms:-2 timeout");
}

TEST(Pool, HoldKeepsTurnedAwayLinksHangingUntilHealed) {
  GateRig rig{"pool", "max_connections=1 queue=1 queue_timeout=10ms on_full=hold on_timeout=hold"};

  rig.arrive(0ms, {1, 2, 3}).arrive(11ms, 4).run_to(15ms);
  EXPECT_EQ(rig.take(), "0s:+1");
  EXPECT_EQ(rig.occupancy(15ms).held, 2U);
  rig.depart(16ms, 1);
  EXPECT_EQ(rig.take(), "16ms:+4") << "who is held has lost its turn";
  rig.release(17ms);

  EXPECT_EQ(rig.take(), "17ms:+2, 17ms:+3");
}

TEST(Pool, ReleaseAdmitsWaitingAndHeldInOrderOfArrival) {
  GateRig rig{"pool", "max_connections=0 queue=2 on_full=hold shards=2"};

  rig.arrive(0ms, {1, 2, 3, 4, 5, 6, 7}).release(1ms);

  EXPECT_EQ(rig.take(), "1ms:+1, 1ms:+2, 1ms:+3, 1ms:+4, 1ms:+5, 1ms:+6, 1ms:+7");
}

TEST(Pool, RaisingTheCapGrantsAtOnceInOrder) {
  GateRig rig{"pool", "max_connections=1"};

  rig.arrive(0ms, {1, 2, 3, 4, 5}).update(7ms, "max_connections=4");

  EXPECT_EQ(rig.take(), "0s:+1, 7ms:+2, 7ms:+3, 7ms:+4");
}

TEST(Pool, LoweringTheCapDrains) {
  GateRig rig{"pool", "max_connections=3"};

  rig.arrive(0ms, {1, 2, 3, 4}).update(1ms, "max_connections=1").depart(2ms, 1).depart(3ms, 2);
  EXPECT_EQ(rig.take(), "0s:+1, 0s:+2, 0s:+3") << "nobody new until there is room";
  rig.depart(4ms, 3);

  EXPECT_EQ(rig.take(), "4ms:+4");
}

TEST(Pool, LinksBeyondTheSlotsAreSurplusAndNotInUse) {
  GateRig rig{"pool", "max_connections=2"};
  rig.present(0ms, 1).present(0ms, 2).present(0ms, 3).present(0ms, 4);

  const Occupancy before = rig.occupancy(10ms);
  rig.depart(20ms, 1);
  const Occupancy after = rig.occupancy(30ms);

  EXPECT_EQ(before.active, 2U);
  EXPECT_EQ(before.surplus, 2U);
  EXPECT_EQ(before.active_max, 2U);
  EXPECT_EQ(after.active, 2U);
  EXPECT_EQ(after.surplus, 1U);
  EXPECT_EQ(after.busy, after.capacity);
}

TEST(Pool, EvictEndsTheYoungestWhenTheCapIsLowered) {
  GateRig rig{"pool", "max_connections=4 evict=true"};

  rig.arrive(0ms, {1, 2, 3, 4, 5}).take();
  rig.update(1ms, "max_connections=2 evict=true");
  EXPECT_EQ(rig.take(), "1ms:-4 evicted, 1ms:-3 evicted");
  rig.depart(2ms, 4).depart(2ms, 3);
  EXPECT_EQ(rig.take(), "") << "an evicted link gave its slot back when it was evicted";
  rig.depart(3ms, 1);

  EXPECT_EQ(rig.take(), "3ms:+5");
  EXPECT_EQ(rig.occupancy(3ms).evicted, 2U);
}

TEST(Pool, CountsLinksThatWereOpenBefore) {
  GateRig rig{"pool", "max_connections=2"};

  rig.present(0ms, 1).present(0ms, 2).present(0ms, 3).arrive(1ms, 4).depart(2ms, 1).depart(3ms, 2);

  EXPECT_EQ(rig.take(), "3ms:+4");
}

TEST(Pool, EvictEndsTheYoungestOfTooManyThatWereOpenBefore) {
  GateRig drains{"pool", "max_connections=1"}, evicts{"pool", "max_connections=1 evict=true"};

  for (GateRig* rig : {&drains, &evicts}) {
    for (const std::uint64_t link : {1, 2, 3}) rig->present(5ms, link, 1ms * link);
    rig->run_to(5ms);
  }

  EXPECT_EQ(drains.take(), "");
  EXPECT_EQ(evicts.take(), "5ms:-3 evicted, 5ms:-2 evicted");
}

TEST(Pool, LeakedSlotsNeverComeBack) {
  GateRig rig{"pool", "max_connections=2 leak=100%"};

  rig.arrive(0ms, {1, 2, 3}).depart(1ms, 1).depart(2ms, 2).run_to(1h);

  EXPECT_EQ(rig.take(), "0s:+1, 0s:+2");
  EXPECT_EQ(rig.occupancy(1h).leaked, 2U);
  EXPECT_EQ(rig.occupancy(1h).active, 0U);
}

TEST(Pool, LeaksTheShareAskedForAndTheSameLinksEachTime) {
  const auto leaked = [](Seed seed) {
    GateRig rig{"pool", "max_connections=1000000 leak=20%", seed};
    std::vector<bool> which;
    std::uint64_t before = 0;
    for (std::uint64_t link = 1; link <= 10'000; ++link) {
      rig.arrive(0ms, link).depart(0ms, link);
      const std::uint64_t now = link % 100 == 0 ? rig.occupancy(0ms).leaked : before;
      which.push_back(now != before);
      before = now;
    }
    return std::pair{before, which};
  };

  EXPECT_NEAR(static_cast<double>(leaked(Seed{1}).first), 2000, 160);  // four standard deviations
  EXPECT_EQ(leaked(Seed{1}), leaked(Seed{1}));
  EXPECT_NE(leaked(Seed{1}).first, leaked(Seed{2}).first);
}

TEST(Pool, LeakDecisionsDoNotDependOnTheOrderOfEvents) {
  GateRig forth{"pool", "max_connections=50 leak=30%"}, back{"pool", "max_connections=50 leak=30%"};

  for (std::uint64_t link = 1; link <= 50; ++link) forth.arrive(0ms, link);
  for (std::uint64_t link = 50; link >= 1; --link) back.arrive(0ms, link);
  for (std::uint64_t link = 1; link <= 50; ++link) forth.depart(1ms, link);
  for (std::uint64_t link = 1; link <= 50; ++link) back.depart(2ms, link);

  EXPECT_GT(forth.occupancy(2ms).leaked, 0U);
  EXPECT_EQ(forth.occupancy(2ms).leaked, back.occupancy(2ms).leaked);
}

TEST(Pool, PreoccupiedSlotsAreTakenByNobody) {
  GateRig rig{"pool", "max_connections=3 preoccupy=2"};

  rig.arrive(0ms, {1, 2, 3});
  EXPECT_EQ(rig.take(), "0s:+1");
  EXPECT_EQ(rig.occupancy(0ms).preoccupied, 2U);
  rig.update(1ms, "max_connections=3 preoccupy=1");
  EXPECT_EQ(rig.take(), "1ms:+2");
  rig.update(2ms, "max_connections=3 preoccupy=9");

  EXPECT_EQ(rig.occupancy(2ms).preoccupied, 1U) << "only what is free can be taken";
  EXPECT_EQ(rig.depart(3ms, 1).depart(4ms, 2).take(), "");
}

TEST(Pool, AClientThatLeavesTheQueueIsCountedAndForgotten) {
  GateRig rig{"pool", "max_connections=1 queue=2 queue_timeout=1s"};

  rig.arrive(0ms, {1, 2, 3}).depart(4ms, 2).arrive(5ms, 4).depart(6ms, 1).run_to(10s);

  EXPECT_EQ(rig.take(), "0s:+1, 6ms:+3, 1.005s:-4 timeout");
  EXPECT_EQ(rig.occupancy(10s).gone, 1U);
}

TEST(Pool, AFinFreesThePlaceOnlyIfAsked) {
  GateRig keeps{"pool", "max_connections=1 queue=1"},
      drops{"pool", "max_connections=1 queue=1 drop_on_client_close=true"};

  keeps.arrive(0ms, {1, 2}).finished(1ms, 2).arrive(2ms, 3).depart(3ms, 1);
  drops.arrive(0ms, {1, 2}).finished(1ms, 2).arrive(2ms, 3).depart(3ms, 1);

  EXPECT_EQ(keeps.take(), "0s:+1, 2ms:-3 full, 3ms:+2");
  EXPECT_EQ(drops.take(), "0s:+1, 1ms:-2 gone close, 3ms:+3");
  EXPECT_EQ(drops.occupancy(3ms).gone, 1U);
}

TEST(Pool, AFinOfAHeldLinkEndsItIfAsked) {
  GateRig rig{"pool", "max_connections=0 queue=0 on_full=hold drop_on_client_close=true"};

  rig.arrive(0ms, {1, 2}).finished(1ms, 1).release(2ms);

  EXPECT_EQ(rig.take(), "1ms:-1 gone close, 2ms:+2");
}

TEST(Pool, BacklogPausesTheDoorWhileNoSlotIsFree) {
  GateRig rig{"pool", "max_connections=2 wait=backlog"};

  EXPECT_EQ(rig.gate().door(), Door::open);
  rig.arrive(0ms, {1, 2});
  EXPECT_EQ(rig.gate().door(), Door::paused);
  rig.arrive(0ms, 3);  // was accepted before the door could close
  rig.depart(1ms, 1);
  EXPECT_EQ(rig.take(), "0s:+1, 0s:+2, 1ms:+3");
  EXPECT_EQ(rig.gate().door(), Door::paused);
  rig.depart(2ms, 2);

  EXPECT_EQ(rig.gate().door(), Door::open);
}

TEST(Pool, AcceptedNeverPausesTheDoor) {
  GateRig rig{"pool", "max_connections=0"};

  rig.arrive(0ms, {1, 2});

  EXPECT_EQ(rig.gate().door(), Door::open);
}

// HAProxy's minconn and fullconn: with 10 connections at most, 2 at least and all of them from 20 offered on.
TEST(Pool, TheLimitGrowsWithWhatIsOffered) {
  GateRig rig{"pool", "max_connections=10 min_connections=2 full_at=20"};
  std::string limits;

  for (std::uint64_t link = 1; link <= 22; ++link) {
    rig.arrive(0ms, link);
    limits += std::to_string(rig.occupancy(0ms).limit) + " ";
  }

  // max(2, 10 * offered / 20), rounded down
  EXPECT_EQ(limits, "2 2 2 2 2 3 3 4 4 5 5 6 6 7 7 8 8 9 9 10 10 10 ");
  EXPECT_EQ(rig.occupancy(0ms).active, 10U);
}

TEST(Pool, TheLimitShrinksAsTheOfferDoes) {
  GateRig rig{"pool", "max_connections=10 min_connections=2 full_at=20"};
  for (std::uint64_t link = 1; link <= 20; ++link) rig.arrive(0ms, link);

  for (std::uint64_t link = 1; link <= 10; ++link) rig.depart(1ms, link);

  EXPECT_EQ(rig.occupancy(1ms).limit, 5U);
  EXPECT_EQ(rig.occupancy(1ms).active, 5U);
}

TEST(Pool, TheReserveIsForThoseWhoHaveWaited) {
  GateRig rig{"pool", "max_connections=1 reserve=2 reserve_after=50ms"};

  rig.arrive(0ms, {1, 2}).arrive(10ms, {3, 4}).run_to(1s);
  EXPECT_EQ(rig.take(), "0s:+1, 50ms:+2, 60ms:+3");
  rig.depart(2s, 1).depart(3s, 2);

  EXPECT_EQ(rig.take(), "2s:+4") << "has waited long enough to take the next of the reserve";
}

TEST(Pool, TheReserveComesBeforeTheTimeoutOfTheSameMoment) {
  GateRig rig{"pool", "max_connections=0 reserve=1 reserve_after=50ms queue_timeout=50ms"};

  rig.arrive(0ms, {1, 2}).run_to(1s);

  EXPECT_EQ(rig.take(), "50ms:+1, 50ms:-2 timeout");
}

TEST(Pool, EveryShardHasTheWholePoolToItself) {
  GateRig rig{"pool", "max_connections=1 queue=1 shards=2"};

  rig.arrive(0ms, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(rig.take(), "0s:+1, 0s:+2, 0s:-5 full, 0s:-6 full");
  EXPECT_EQ(rig.occupancy(0ms).limit, 2U);
  rig.depart(1ms, 2);

  EXPECT_EQ(rig.take(), "1ms:+4") << "a slot of the other shard is of no use to 3";
}

TEST(Pool, FewerShardsDrainWhatTheOthersHold) {
  GateRig rig{"pool", "max_connections=1 shards=2"};

  rig.arrive(0ms, {1, 2, 3, 4}).update(1ms, "max_connections=1 shards=1").arrive(2ms, 5).depart(3ms, 1).depart(4ms, 2);

  EXPECT_EQ(rig.take(), "0s:+1, 0s:+2, 3ms:+3, 4ms:+4");
  EXPECT_EQ(rig.occupancy(4ms).limit, 1U);
  EXPECT_EQ(rig.occupancy(4ms).active, 2U);
}

TEST(Pool, AShorterTimeoutStrikesThoseWhoWaitAlready) {
  GateRig rig{"pool", "max_connections=0"};

  rig.arrive(0ms, 1).arrive(60ms, 2).update(100ms, "max_connections=0 queue_timeout=50ms").run_to(1s);

  EXPECT_EQ(rig.take(), "100ms:-1 timeout, 110ms:-2 timeout");
}

TEST(Pool, AShorterQueueKeepsThoseWhoWaitAlready) {
  GateRig rig{"pool", "max_connections=1 queue=3"};

  rig.arrive(0ms, {1, 2, 3, 4}).update(1ms, "max_connections=1 queue=1").arrive(2ms, 5).depart(3ms, 1);

  EXPECT_EQ(rig.take(), "0s:+1, 2ms:-5 full, 3ms:+2");
}

TEST(Pool, KeepsItsBooksExactly) {
  GateRig rig{"pool", "max_connections=2"};

  rig.arrive(0ms, 1).arrive(10ms, {2, 3, 4}).depart(30ms, 1).depart(70ms, 2).depart(100ms, 3);
  const Occupancy seen = rig.occupancy(200ms);

  EXPECT_EQ(seen.granted, 4U);
  EXPECT_EQ(seen.granted_after_wait, 2U);
  EXPECT_EQ(seen.wait.count(), 4U);
  EXPECT_EQ(seen.wait.total(), 20ms + 60ms);
  EXPECT_EQ(seen.hold.count(), 3U);
  EXPECT_EQ(seen.hold.total(), 30ms + 60ms + 70ms);
  EXPECT_EQ(seen.busy, 10ms * 1 + 90ms * 2 + 100ms * 1);
  EXPECT_EQ(seen.capacity, 400ms);
  EXPECT_EQ(seen.active_max, 2U);
  EXPECT_EQ(seen.queue_max, 2U);
}

TEST(Pool, AReadingBeforeALateTickLeavesTheBooksExact) {
  GateRig rig{"pool", "max_connections=1 reserve=1 reserve_after=50ms"};
  rig.arrive(0ms, {1, 2});

  rig.gate().occupancy(at(80ms));  // the timer of 50ms has not fired yet
  const Occupancy seen = rig.occupancy(100ms);

  EXPECT_EQ(seen.busy, 50ms * 1 + 50ms * 2);
  EXPECT_EQ(seen.capacity, 50ms * 1 + 50ms * 2) << "a slot of the reserve is offered as long as it is taken";
}

TEST(Pool, MaximaStartAnewWithEachReading) {
  GateRig rig{"pool", "max_connections=2"};

  rig.arrive(0ms, {1, 2, 3}).depart(1ms, 1).depart(1ms, 2).depart(1ms, 3);
  EXPECT_EQ(rig.occupancy(2ms).active_max, 2U);
  EXPECT_EQ(rig.occupancy(3ms).active_max, 0U);
  rig.arrive(4ms, 4).depart(5ms, 4);

  EXPECT_EQ(rig.occupancy(6ms).active_max, 1U);
  EXPECT_EQ(rig.occupancy(6ms).queue_max, 0U);
}

TEST(Pool, TellsTheOldestWait) {
  GateRig rig{"pool", "max_connections=1"};

  rig.arrive(0ms, 1).arrive(10ms, 2).arrive(20ms, 3);

  EXPECT_EQ(rig.occupancy(50ms).oldest_wait, 40ms);
  EXPECT_EQ(rig.depart(60ms, 1).occupancy(60ms).oldest_wait, 40ms);
}

TEST(Pool, ManyWaitersCostNoMoreThanAFew) {
  GateRig rig{"pool", "max_connections=1 queue_timeout=1h"};
  constexpr std::uint64_t waiters = 200'000;  // a walk along the queue for each would take hours
  for (std::uint64_t link = 1; link <= waiters; ++link) rig.arrive(0ms, link);

  for (std::uint64_t link = waiters / 2; link > 1; --link) rig.depart(1ms, link);
  for (std::uint64_t link = waiters / 2 + 1; link <= waiters; ++link) rig.depart(1ms, link);
  rig.depart(2ms, 1);

  EXPECT_EQ(rig.take(), "0s:+1");
  EXPECT_EQ(rig.occupancy(2ms).gone, waiters - 1);
}

TEST(Pool, UnknownLinksAreIgnored) {
  GateRig rig{"pool", "max_connections=1 drop_on_client_close=true"};

  rig.depart(0ms, 5).finished(1ms, 6);

  EXPECT_EQ(rig.take(), "");
}

struct Contradiction {
  const char* settings;
  const char* said;
  friend void PrintTo(const Contradiction& one, std::ostream* out) { *out << one.settings; }
};

class PoolContradictions : public ::testing::TestWithParam<Contradiction> {};

TEST_P(PoolContradictions, AreProblems) {
  try {
    make_fault("dry", "pool", GetParam().settings);
    FAIL() << "was accepted";
  } catch (const PlanError& e) {
    EXPECT_EQ(e.problems.size(), 1U) << e.what();
    EXPECT_THAT(e.what(), HasSubstr(GetParam().said));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Pool, PoolContradictions,
    ::testing::Values(
        Contradiction{"queue=3", "max_connections is missing"},
        Contradiction{"max_connections=5 min_connections=6 full_at=10",
                      "min_connections = 6: must be at most max_connections (5)"},
        Contradiction{"max_connections=5 min_connections=2", "min_connections = 2: needs full_at"},
        Contradiction{"max_connections=5 full_at=10", "full_at = 10: needs min_connections"},
        Contradiction{"max_connections=5 min_connections=2 full_at=0", "full_at = 0: must be at least 1"},
        Contradiction{"max_connections=5 reserve_after=1s", "reserve_after = \"1s\": needs reserve"},
        Contradiction{"max_connections=5 reserve=1 reserve_after=2s queue_timeout=1s",
                      "reserve = 1: is out of reach: queue_timeout (1s) ends the wait before reserve_after (2s)"},
        Contradiction{"max_connections=5 reserve=1 queue=0", "queue = 0 lets nobody wait"},
        Contradiction{"max_connections=5 queue_timeout=0s", "queue_timeout = \"0s\": must be at least 1ms"},
        Contradiction{"max_connections=5 wait=backlog queue=3", "queue = 3: goes with wait = \"accepted\""},
        Contradiction{"max_connections=5 wait=backlog queue_timeout=1s", "goes with wait = \"accepted\""},
        Contradiction{"max_connections=5 shards=0", "shards = 0: must be at least 1"},
        Contradiction{"max_connections=2000000", "max_connections = 2000000: must be at most 1000000"},
        Contradiction{"max_connections=5 order=random", "order = \"random\": must be one of fifo, lifo"},
        Contradiction{"max_connections=5 on_full=rest", "did you mean \"reset\"?"},
        Contradiction{"max_connections=5 percent=10%", "pool takes no such scope; it takes clients, except_clients"},
        Contradiction{"max_conections=5 max_connections=5",
                      "unknown key \"max_conections\"; did you mean \"max_connections\"?"}));

}  // namespace
}  // namespace firedrill::faults
