// Lanes played without sockets: when to read, what to write, when an end is due, and that the books balance whatever
// happens.
#include "proxy/lane.hpp"

#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "faults/plan.hpp"
#include "tests/support/pattern.hpp"

namespace firedrill {
namespace {

using namespace std::chrono_literals;
using faults::Bytes;
using faults::Direction;
using proxy::Lane;
using Carry = proxy::Lane::Carry;

constexpr std::size_t no_cap = std::size_t{1} << 60;
constexpr faults::Time start = faults::Time{} + 1000s;

using Faults = std::vector<std::shared_ptr<const faults::Fault>>;

std::shared_ptr<const faults::Fault> fault(const std::string& name, std::string_view kind,
                                           std::string_view settings = "") {
  return faults::make_fault(name, kind, settings);
}

class LaneTest : public testing::Test {
 protected:
  void put(Faults faults, faults::Time now = start) { lane.adopt(faults, {}, now); }
  void arrive(std::string_view bytes, faults::Time now = start) { lane.arrived(Bytes::copy_of(bytes), now); }
  /// Writes all that may be written now.
  std::string drain() {
    std::string out;
    for (auto step = lane.next(); !step.write.empty(); step = lane.next()) {
      out += step.write;
      lane.wrote(step.write.size());
    }
    return out;
  }

  Lane lane{Direction::downstream, no_cap};
};

TEST_F(LaneTest, ReadsAtFirstAndHasNothingToSay) {
  const Lane::Step step = lane.next();

  EXPECT_TRUE(step.read);
  EXPECT_TRUE(step.write.empty());
  EXPECT_EQ(step.end, Carry::nothing);
  EXPECT_TRUE(lane.clean());
}

TEST_F(LaneTest, ReadsNoFurtherUntilWhatItHasIsWritten) {
  arrive("abc");
  EXPECT_FALSE(lane.next().read);
  EXPECT_EQ(lane.next().write, "abc");
  EXPECT_FALSE(lane.clean());

  lane.wrote(2);
  EXPECT_EQ(lane.next().write, "c");
  EXPECT_FALSE(lane.next().read);

  lane.wrote(1);
  EXPECT_TRUE(lane.next().read);
  EXPECT_TRUE(lane.clean());
}

TEST_F(LaneTest, ReadsAheadWhileThereIsNoDestination) {
  lane.sink_pending();
  arrive("request");
  EXPECT_TRUE(lane.next().read);

  arrive(std::string(Lane::ahead_limit, 'x'));
  EXPECT_FALSE(lane.next().read);

  lane.sink_open();
  EXPECT_FALSE(lane.next().read);
  drain();
  EXPECT_TRUE(lane.next().read);
}

TEST_F(LaneTest, CarriesAFinishOnceAndBehindTheBytes) {
  arrive("abc");
  lane.arrived_finish(start);
  EXPECT_EQ(drain(), "abc");
  EXPECT_EQ(lane.next().end, Carry::finish);
  EXPECT_FALSE(lane.next().read);
  EXPECT_FALSE(lane.finished());

  lane.carried();

  EXPECT_TRUE(lane.finished());
  EXPECT_EQ(lane.next().end, Carry::nothing);
}

TEST_F(LaneTest, AnAbortIsDueWhileBytesAreQueued) {
  arrive("abc");
  lane.arrived_abort(start);

  EXPECT_EQ(lane.next().end, Carry::abort);
  EXPECT_EQ(lane.next().write, "abc");
}

TEST_F(LaneTest, AnEndIsHeldWithTheBytesBeforeIt) {
  put({fault("slow", "latency", "delay=100ms")});
  arrive("abc");
  lane.arrived_finish(start);
  EXPECT_TRUE(lane.next().write.empty());
  EXPECT_EQ(lane.next().end, Carry::nothing);
  EXPECT_EQ(lane.wake(), start + 100ms);

  lane.tick(start + 100ms);

  EXPECT_EQ(drain(), "abc");
  EXPECT_EQ(lane.next().end, Carry::finish);
  EXPECT_EQ(lane.wake(), faults::never);
}

TEST_F(LaneTest, AStalledLaneStopsReadingAndHealHandsOnEverything) {
  put({fault("held", "stall")});
  const std::string piece(16 * 1024, 'x');
  std::size_t taken = 0;
  while (lane.next().read) {
    arrive(piece);
    taken += piece.size();
  }
  EXPECT_EQ(taken, faults::StreamFault::backlog_limit);
  EXPECT_EQ(lane.held(), taken);

  put({});

  EXPECT_EQ(drain().size(), taken);
  EXPECT_TRUE(lane.next().read);
  EXPECT_FALSE(lane.spoiled());
}

TEST_F(LaneTest, ALaneUnderFaultsReadsWhileTheSocketIsSlowButNotForEver) {
  put({fault("pieces", "slice", "size=1KiB")});
  const std::string piece(16 * 1024, 'x');
  std::size_t taken = 0;
  while (lane.next().read && taken < 100 * Lane::queue_limit) {
    arrive(piece);
    taken += piece.size();
  }

  EXPECT_EQ(taken, Lane::queue_limit);
}

TEST_F(LaneTest, OverTheCapOnlyALaneThatHoldsNothingReads) {
  const Bytes elsewhere = Bytes::copy_of(std::string(1000, 'x'));
  Lane capped{Direction::downstream, 1000};
  capped.adopt({fault("slow", "latency", "delay=1h")}, {}, start);
  EXPECT_TRUE(capped.next().read);

  capped.arrived(Bytes::copy_of("abc"), start);

  EXPECT_FALSE(capped.next().read);
}

TEST_F(LaneTest, AnUnchangedPlanChangesNothing) {
  const Faults faults{fault("slow", "latency", "delay=100ms")};
  put(faults);
  arrive("abc");

  put(faults, start + 50ms);

  EXPECT_EQ(lane.wake(), start + 100ms);
  EXPECT_EQ(lane.held(), 3U);
}

TEST_F(LaneTest, WhatAFaultThrewAwaySpoilsTheLaneWhenItIsHealed) {
  put({fault("gone", "blackhole")});
  arrive("abc");
  EXPECT_TRUE(lane.lost_bytes());
  EXPECT_FALSE(lane.spoiled());

  put({});

  EXPECT_TRUE(lane.spoiled());
  EXPECT_TRUE(lane.lost_bytes());
  EXPECT_EQ(lane.undelivered(), 0U);
}

TEST_F(LaneTest, BytesForASinkThatIsGoneAreUndelivered) {
  put({fault("slow", "latency", "delay=100ms")});
  arrive("held");
  lane.tick(start + 100ms);
  arrive("later", start + 100ms);

  lane.sink_gone();

  EXPECT_FALSE(lane.clean());
  EXPECT_TRUE(lane.next().write.empty());
  EXPECT_EQ(lane.undelivered(), 9U);
  lane.tick(start + 200ms);
  EXPECT_TRUE(lane.next().write.empty());
  EXPECT_EQ(lane.undelivered(), 9U);
}

TEST_F(LaneTest, TheRestIsEverythingInOrderPastAllFaults) {
  put({fault("slow", "latency", "delay=100ms")});
  arrive("one");
  lane.tick(start + 100ms);  // "one" is in the queue
  arrive("two", start + 100ms);

  std::string rest;
  for (const Bytes& bytes : lane.take_rest(start + 150ms)) rest += bytes.view();

  EXPECT_EQ(rest, "onetwo");
  EXPECT_EQ(lane.undelivered(), 0U);
  EXPECT_EQ(lane.held(), 0U);
}

TEST_F(LaneTest, BytesThatPassedByAreCounted) {
  lane.passed(10, 10);
  arrive("abc");

  EXPECT_EQ(lane.undelivered(), 3U);
}

// Bytes in are bytes out, undelivered, discarded or still held; what comes out is what went in, in order; an end comes
// once and last.
class RandomLife : public testing::TestWithParam<std::uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Seeds, RandomLife, testing::Range<std::uint64_t>(0, 40));

TEST_P(RandomLife, KeepsTheBooks) {
  const std::uint64_t seed = GetParam();
  std::uint64_t draws = 0;
  const auto draw = [&](std::uint64_t below) { return faults::mix(seed * 1'000'003 + ++draws) % below; };
  constexpr std::array<std::pair<const char*, const char*>, 7> kinds{{{"latency", "delay=30ms jitter=20ms"},
                                                                      {"latency", "delay=1s distribution=exponential"},
                                                                      {"slice", "size=10B variation=9B"},
                                                                      {"slice", "size=40B gap=3ms"},
                                                                      {"stall", ""},
                                                                      {"stall", ""},
                                                                      {"blackhole", ""}}};
  const std::size_t usable = seed % 4 == 0 ? kinds.size() : kinds.size() - 1;  // most lives without a blackhole
  std::vector<std::shared_ptr<faults::Effects>> effects;
  Faults plan;
  Lane lane{Direction::downstream, no_cap};
  faults::Time now = start;
  std::uint64_t in = 0, out = 0, expected_at = 0;
  bool ended = false, lost = false, finish_seen = false;
  const auto discarded = [&] {
    std::uint64_t sum = 0;
    for (const auto& one : effects) sum += one->discarded.load();
    return sum;
  };

  for (int round = 0; round < 2000; ++round) {
    switch (draw(8)) {
      case 0:
      case 1:
      case 2:
        if (lane.next().read && !ended) {
          const std::size_t n = 1 + draw(200);
          lane.arrived(Bytes::copy_of(tests::pattern(seed, in, n)), now);
          in += n;
        }
        break;
      case 3:
        now += std::chrono::milliseconds{draw(50)};
        lane.tick(now);
        break;
      case 4:
      case 5: {
        const Lane::Step step = lane.next();
        if (step.write.empty()) break;
        const std::size_t n = 1 + draw(step.write.size());
        lost = lost || discarded() > 0;
        if (!lost) {
          ASSERT_EQ(tests::first_wrong(seed, expected_at, step.write.substr(0, n)), n) << "round " << round;
        }
        expected_at += n;
        out += n;
        lane.wrote(n);
        break;
      }
      case 6:
        if (plan.size() < 3 && draw(2) == 0) {
          const auto& [kind, settings] = kinds[draw(usable)];
          auto made = faults::make_fault("fault " + std::to_string(round), kind, settings);
          effects.push_back(made->effects);
          plan.insert(plan.begin() + static_cast<std::ptrdiff_t>(draw(plan.size() + 1)), std::move(made));
        } else if (!plan.empty()) {
          plan.erase(plan.begin() + static_cast<std::ptrdiff_t>(draw(plan.size())));
        }
        lane.adopt(plan, {}, now);
        break;
      default:
        if (round > 1500 && !ended && draw(100) == 0) {
          ended = true;
          lane.arrived_finish(now);
        }
    }
    const Lane::Step step = lane.next();
    if (step.end == Carry::finish && step.write.empty()) {
      ASSERT_FALSE(std::exchange(finish_seen, true)) << "two ends, round " << round;
      ASSERT_TRUE(ended);
      lane.carried();
    }
    ASSERT_FALSE(finish_seen && !step.write.empty()) << "bytes behind the end, round " << round;
    // Until the end everything not out is held or discarded; and undelivered says just that.
    ASSERT_EQ(in, out + lane.held() + discarded()) << "round " << round;
    ASSERT_EQ(lane.undelivered(), lane.held()) << "round " << round;
  }

  const auto rest = lane.take_rest(now);
  std::uint64_t left = 0;
  for (const Bytes& bytes : rest) left += bytes.size();
  EXPECT_EQ(in, out + left + discarded());
  EXPECT_EQ(lane.undelivered(), 0U);
  EXPECT_EQ(lane.held(), 0U);
}

}  // namespace
}  // namespace firedrill
