// Gates one behind the other: who is where, and what happens when gates come and go.
#include "faults/gates.hpp"

#include <gtest/gtest.h>

#include "gate_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using Faults = std::vector<std::shared_ptr<const Fault>>;

std::shared_ptr<const Fault> fault(std::string name, std::string_view kind, std::string_view settings) {
  return make_fault(std::move(name), kind, settings);
}

class GatesTest : public ::testing::Test {
 protected:
  void adopt(Duration t, Faults faults) { gates.adopt({{1}, std::move(faults)}, at(t), answers); }
  void arrive(Duration t, std::initializer_list<std::uint64_t> links) {
    for (const std::uint64_t link : links) gates.arrive(link_facts(link, {1}, at(t)), at(t), answers);
  }
  void depart(Duration t, std::uint64_t link) { gates.depart(link, at(t), answers); }
  std::string take() { return answers.take(); }
  Occupancy pool(Duration t) { return gates.occupancy(at(t)).at(0).second; }

  Gates gates;
  Answers answers;
};

TEST_F(GatesTest, WithoutGatesEverybodyIsAdmittedAtOnce) {
  arrive(1ms, {1, 2});

  EXPECT_EQ(take(), "1ms:+1, 1ms:+2");
  EXPECT_EQ(gates.links(), 2U);
  EXPECT_EQ(gates.door(), Door::open);
  EXPECT_EQ(gates.wake(), never);
  depart(2ms, 1);
  EXPECT_EQ(gates.links(), 1U);
}

TEST_F(GatesTest, ALinkPassesBothOfTwoGates) {
  adopt(0ms, {fault("wide", "pool", "max_connections=2"), fault("narrow", "pool", "max_connections=1")});

  arrive(1ms, {1, 2, 3});
  EXPECT_EQ(take(), "1ms:+1") << "2 waits at the second gate, 3 at the first";
  depart(2ms, 1);

  EXPECT_EQ(take(), "2ms:+2");
  EXPECT_EQ(gates.occupancy(at(2ms))[0].second.active, 2U);
  EXPECT_EQ(gates.occupancy(at(2ms))[1].second.queue, 1U) << "3 has come to the second gate";
}

TEST_F(GatesTest, WhoIsTurnedAwayBehindAPoolKeepsItsSlotUntilItIsGone) {
  adopt(0ms, {fault("pool", "pool", "max_connections=1"), fault("refuse", "refuse", "every=2")});

  arrive(1ms, {2, 3});
  EXPECT_EQ(take(), "1ms:-2 refused");
  depart(2ms, 2);

  EXPECT_EQ(take(), "2ms:+3");
}

TEST_F(GatesTest, AGateThatComesLaterCountsWhoIsOpen) {
  arrive(1ms, {1, 2});
  take();

  adopt(2ms, {fault("pool", "pool", "max_connections=2")});
  arrive(3ms, {3});
  EXPECT_EQ(take(), "");
  depart(4ms, 2);

  EXPECT_EQ(take(), "4ms:+3");
}

TEST_F(GatesTest, OutcomesOfAPoolAddUpToItsArrivals) {
  adopt(0ms, {fault("pool", "pool", "max_connections=2 queue=3 queue_timeout=5ms")});
  arrive(1ms, {1, 2, 3});
  gates.advance(at(7ms), answers);
  arrive(8ms, {4, 5, 6, 7, 8});
  depart(9ms, 1);
  depart(9ms, 5);
  adopt(10ms, {});

  const Occupancy over = pool(10ms);
  EXPECT_EQ(over.granted, 3U);
  EXPECT_EQ(over.timed_out, 1U);
  EXPECT_EQ(over.rejected, 2U);
  EXPECT_EQ(over.gone, 1U);
  EXPECT_EQ(over.released, 1U);
}

// A gate may come and go between two readings, and come again.
TEST_F(GatesTest, WhatAPoolCountedIsKeptWhenItGoes) {
  const auto pool = fault("pool", "pool", "max_connections=1 queue_timeout=5ms");
  adopt(0ms, {pool});
  arrive(1ms, {1, 2, 3});
  gates.advance(at(7ms), answers);
  adopt(8ms, {});
  arrive(9ms, {4});

  const Occupancy over = this->pool(9ms);
  EXPECT_FALSE(over.in_force);
  EXPECT_EQ(over.granted, 1U);
  EXPECT_EQ(over.timed_out, 2U);
  EXPECT_EQ(over.active_max, 1U);
  EXPECT_EQ(over.queue_max, 2U);
  EXPECT_EQ(over.limit, 0U);
  EXPECT_EQ(this->pool(9ms).queue_max, 0U) << "maxima are told once";

  adopt(10ms, {fault("pool", "pool", "max_connections=3")});
  arrive(11ms, {5});
  const Occupancy again = this->pool(11ms);
  EXPECT_TRUE(again.in_force);
  EXPECT_EQ(again.granted, 2U);
  EXPECT_EQ(again.timed_out, 2U);
  EXPECT_EQ(again.capacity, 8ms + 3ms);
}

TEST_F(GatesTest, AGateThatComesLaterCountsOnlyItsScope) {
  arrive(1ms, {1, 2});

  adopt(2ms, {fault("pool", "pool", "max_connections=2 except_clients=127.0.0.1")});

  EXPECT_EQ(pool(2ms).active, 0U);
}

TEST_F(GatesTest, RefuseIsNotTouchedByLinksThatWereOpen) {
  arrive(1ms, {1, 2});
  const auto refuse = fault("refuse", "refuse", ""), cap = fault("pool", "pool", "max_connections=9");

  adopt(2ms, {refuse, cap});
  EXPECT_EQ(refuse->effects->links(), 0U);
  EXPECT_EQ(cap->effects->links(), 2U);
  arrive(3ms, {3});

  EXPECT_EQ(refuse->effects->links(), 1U);
  EXPECT_EQ(refuse->effects->ended.load(), 1U);
}

TEST_F(GatesTest, AGateInFrontOfWhereALinkWaitsCountsIt) {
  const auto behind = fault("behind", "pool", "max_connections=0");
  adopt(0ms, {behind});
  arrive(1ms, {1});

  adopt(2ms, {fault("front", "pool", "max_connections=5"), behind});

  EXPECT_EQ(pool(2ms).active, 1U);
}

TEST_F(GatesTest, AGateBehindWhereALinkWaitsIsStillToCome) {
  const auto front = fault("front", "pool", "max_connections=0");
  adopt(0ms, {front});
  arrive(1ms, {1});

  adopt(2ms, {front, fault("behind", "refuse", "")});
  EXPECT_EQ(take(), "");
  adopt(3ms, {fault("behind", "refuse", "")});  // another refuse of the same name

  EXPECT_EQ(take(), "3ms:-1 refused");
}

TEST_F(GatesTest, HealingTheFirstSendsItsLinksToTheSecond) {
  const auto narrow = fault("narrow", "pool", "max_connections=1");
  adopt(0ms, {fault("shut", "pool", "max_connections=0"), narrow});
  arrive(1ms, {1, 2});

  adopt(2ms, {narrow});
  EXPECT_EQ(take(), "2ms:+1");
  adopt(3ms, {});

  EXPECT_EQ(take(), "3ms:+2");
  EXPECT_TRUE(gates.empty());
}

TEST_F(GatesTest, HealingBothAtOnceAdmitsEverybodyOnce) {
  adopt(0ms, {fault("wide", "pool", "max_connections=2"), fault("narrow", "pool", "max_connections=1")});
  arrive(1ms, {1, 2, 3, 4});
  take();

  adopt(2ms, {});

  EXPECT_EQ(take(), "2ms:+2, 2ms:+3, 2ms:+4");
}

TEST_F(GatesTest, AnUpdateReachesTheGateAndKeepsItsState) {
  const auto before = fault("pool", "pool", "max_connections=1");
  const auto after = make_fault("pool", "pool", "max_connections=2");
  after->effects = before->effects;
  adopt(0ms, {before});
  arrive(1ms, {1, 2, 3});
  take();

  adopt(2ms, {after});

  EXPECT_EQ(take(), "2ms:+2");
  EXPECT_EQ(pool(2ms).granted, 2U);
}

TEST_F(GatesTest, GatesInForceKeepTheirPlaces) {
  const auto a = fault("a", "pool", "max_connections=1"), b = fault("b", "pool", "max_connections=1");
  adopt(0ms, {a, b});
  arrive(1ms, {1, 2});
  take();

  adopt(2ms, {b, a});
  EXPECT_EQ(gates.occupancy(at(2ms)).size(), 2U);
  depart(3ms, 1);

  EXPECT_EQ(take(), "3ms:+2");
}

TEST_F(GatesTest, ScopesPassLinksBy) {
  adopt(0ms, {fault("refuse", "refuse", "every=2 max_links=1")});

  arrive(1ms, {1, 2, 3, 4});

  EXPECT_EQ(take(), "1ms:+1, 1ms:-2 refused, 1ms:+3, 1ms:+4");
}

TEST_F(GatesTest, TicksComeBeforeWhatHappensLater) {
  adopt(0ms, {fault("pool", "pool", "max_connections=1 queue_timeout=10ms")});
  arrive(0ms, {1, 2});

  depart(15ms, 1);  // the timer of 10 ms had not fired

  EXPECT_EQ(take(), "0s:+1, 10ms:-2 timeout");
}

TEST_F(GatesTest, RecordsHowLateTicksWere) {
  const auto gate = fault("pool", "pool", "max_connections=0 queue_timeout=10ms");
  adopt(0ms, {gate});
  arrive(0ms, {1});

  EXPECT_EQ(gates.wake(), at(10ms));
  gates.advance(at(12ms), answers);

  EXPECT_EQ(gate->effects->lateness.snapshot().total(), 2ms);
}

TEST_F(GatesTest, TheDoorIsAsFarShutAsAnyGateWantsIt) {
  adopt(0ms, {fault("open", "pool", "max_connections=9"), fault("backlog", "pool", "max_connections=1 wait=backlog")});
  EXPECT_EQ(gates.door(), Door::open);

  arrive(1ms, {1});

  EXPECT_EQ(gates.door(), Door::paused);
}

TEST_F(GatesTest, OnlyTheGateWhereALinkWaitsHearsOfItsFin) {
  adopt(0ms, {fault("pool", "pool", "max_connections=1 drop_on_client_close=true")});
  arrive(1ms, {1, 2});

  gates.finished(1, at(2ms), answers);
  gates.finished(2, at(2ms), answers);
  gates.finished(9, at(2ms), answers);

  EXPECT_EQ(take(), "1ms:+1, 2ms:-2 gone close");
}

TEST_F(GatesTest, AnEvictedLinkIsTurnedAwayAfterItWasAdmitted) {
  const auto before = fault("pool", "pool", "max_connections=2 evict=true");
  const auto after = make_fault("pool", "pool", "max_connections=1 evict=true");
  after->effects = before->effects;
  adopt(0ms, {before});
  arrive(1ms, {1, 2});

  adopt(2ms, {after});
  depart(3ms, 2);

  EXPECT_EQ(take(), "1ms:+1, 1ms:+2, 2ms:-2 evicted");
  EXPECT_EQ(before->effects->ended.load(), 1U);
}

TEST_F(GatesTest, DialsGoAheadUnlessAGateObjects) {
  adopt(0ms, {fault("pool", "pool", "max_connections=1")});
  arrive(1ms, {1});

  EXPECT_EQ(gates.dial(1, at(2ms)).action, Dialling::Action::now);
  EXPECT_EQ(gates.dial(77, at(2ms)).action, Dialling::Action::now);
}

TEST_F(GatesTest, UnknownLinksAreIgnored) {
  adopt(0ms, {fault("pool", "pool", "max_connections=1")});

  depart(1ms, 5);

  EXPECT_EQ(take(), "");
}

}  // namespace
}  // namespace firedrill::faults
