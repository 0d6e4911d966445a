// Meters: what is counted under which phase, and the figures made of it.
#include "drills/meter.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr Time start{1000s};
constexpr std::size_t slow_fault = Phases::first_fault;

/// One fault, "slow", from 10 s to 20 s.
struct MeterTest : ::testing::Test {
  MeterTest() {
    phases.on(0, start + 10s);
    phases.off(0, start + 20s);
  }
  Phases phases{{"slow"}, 1};
};

double value(const std::optional<Figure>& figure) {
  EXPECT_TRUE(figure);
  return figure ? figure->value : -1;
}
std::uint64_t samples(const std::optional<Figure>& figure) {
  EXPECT_TRUE(figure);
  return figure ? figure->samples : 0;
}

TEST_F(MeterTest, ARequestBelongsToThePhaseOfItsDueTime) {
  LoadMeter meter{phases};

  meter.record(start + 9s, start + 12s, "");
  meter.record(start + 19s, start + 25s, "timeout");
  meter.record(start + 20s, start + 20s, "http_503");

  EXPECT_EQ(meter.of_phase(Phases::before).count, 1);
  EXPECT_EQ(meter.of_phase(Phases::fault).count, 1);
  EXPECT_EQ(meter.of_phase(slow_fault).errors, meter.of_phase(Phases::fault).errors);
  EXPECT_THAT(meter.of_phase(slow_fault).errors, ElementsAre(Pair("timeout", 1)));
  EXPECT_THAT(meter.of_phase(Phases::after).errors, ElementsAre(Pair("http_503", 1)));
  EXPECT_EQ(meter.of_phase(Phases::always).count, 3);
}

TEST_F(MeterTest, RequestsHaveFigures) {
  LoadMeter meter{phases};
  for (int i = 1; i <= 100; ++i) meter.record(start, start + i * 10ms, i <= 25 ? "refused" : "");

  const Requests seen = meter.of_phase(Phases::before);

  EXPECT_EQ(value(seen.figure("errors", 10s)), 0.25);
  EXPECT_EQ(value(seen.figure("requests", 10s)), 100);
  EXPECT_EQ(value(seen.figure("rate", 10s)), 10);
  EXPECT_THAT(value(seen.figure("p50", 10s)), DoubleNear(0.5, 0.01));
  EXPECT_THAT(value(seen.figure("p90", 10s)), DoubleNear(0.9, 0.015));
  EXPECT_THAT(value(seen.figure("p95", 10s)), DoubleNear(0.95, 0.015));
  EXPECT_THAT(value(seen.figure("p99", 10s)), DoubleNear(0.99, 0.015));
  EXPECT_THAT(value(seen.figure("p999", 10s)), DoubleNear(1, 0.015));
  EXPECT_EQ(samples(seen.figure("p99", 10s)), 100);
  EXPECT_FALSE(seen.figure("p42", 10s));
}

TEST_F(MeterTest, NothingMeasuredIsNoSamples) {
  const Requests none = LoadMeter{phases}.of_phase(slow_fault);

  for (const char* name : {"errors", "p50", "p999", "requests", "rate"})
    EXPECT_EQ(samples(none.figure(name, 1s)), 0) << name;
}

TEST_F(MeterTest, RecentRequestsAreThoseDoneWithinTheWindow) {
  LoadMeter meter{phases};
  for (int i = 0; i < 600; ++i) meter.record(start, start + i * 1s, i % 2 == 0 ? "reset" : "");

  const Requests last_ten = meter.recent(start + 599s, 10s);

  EXPECT_EQ(last_ten.count, 10);
  EXPECT_THAT(last_ten.errors, ElementsAre(Pair("reset", 5)));
  EXPECT_EQ(last_ten.latency.count(), 10);
  EXPECT_GE(last_ten.latency.quantile(0), 580s);
  EXPECT_EQ(meter.recent(start + 599s, 1h).count, 300);  // five minutes are kept
  EXPECT_EQ(meter.recent(start + 2h, 10s).count, 0);
}

TEST_F(MeterTest, DrainingTellsEachRequestOnceBySetOfPhases) {
  LoadMeter meter{phases};
  meter.record(start + 1s, start + 2s, "");
  meter.record(start + 11s, start + 12s, "reset");
  meter.record(start + 12s, start + 12s, "");

  const auto first = meter.drain();
  const auto second = meter.drain();

  ASSERT_THAT(first, SizeIs(2));
  EXPECT_THAT(phases.names(first[0].first), ElementsAre("before", "always"));
  EXPECT_EQ(first[0].second.count, 1);
  EXPECT_THAT(phases.names(first[1].first), ElementsAre("fault", "always", "slow"));
  EXPECT_EQ(first[1].second.count, 2);
  EXPECT_EQ(first[1].second.failed(), 1);
  EXPECT_THAT(second, SizeIs(0));
  EXPECT_EQ(meter.of_phase(Phases::always).count, 3);
}

TEST_F(MeterTest, AMeterMayBeReadWhileItRecords) {
  LoadMeter meter{phases};
  std::thread recording{[&] {
    for (int i = 0; i < 2000; ++i) meter.record(start + i * 10ms, start + i * 10ms + 1ms, i % 3 == 0 ? "reset" : "");
  }};
  std::uint64_t drained = 0;
  while (drained < 1000) {
    for (const auto& [set, requests] : meter.drain()) drained += requests.count;
    const std::uint64_t recent = meter.recent(start + 20s, 5s).count;  // before the other, which only grows
    EXPECT_LE(recent, meter.of_phase(Phases::always).count);
  }
  recording.join();
  for (const auto& [set, requests] : meter.drain()) drained += requests.count;

  EXPECT_EQ(drained, 2000);
}

constexpr unsigned long long fault_and_always = (1U << Phases::fault) | (1U << Phases::always);
constexpr unsigned long long only_before = (1U << Phases::before) | (1U << Phases::always);

TEST(ProxyMeter, CountsWhatChangedDuringAPhase) {
  ProxyMeter meter;
  proxy::Counters now;
  now.accepted = 10;
  now.open = 2;
  meter.take(now, only_before, start);
  now.accepted = 15;
  now.ended[static_cast<std::size_t>(proxy::End::connect_refused)] = 1;
  now.first_byte.record(10ms);
  meter.take(now, only_before, start + 1s);
  now.accepted = 35;
  now.open = 4;
  now.ended[static_cast<std::size_t>(proxy::End::fault_reset)] = 3;
  now.first_byte.record(1s, 20);
  meter.take(now, fault_and_always, start + 3s);

  const ProxyPhase before = meter.of_phase(Phases::before), fault = meter.of_phase(Phases::fault);

  EXPECT_EQ(value(before.figure("connections")), 5);
  EXPECT_EQ(value(before.figure("connect_errors")), 1);
  EXPECT_EQ(value(before.figure("resets")), 0);
  EXPECT_THAT(value(before.figure("first_byte_p95")), DoubleNear(0.01, 0.001));
  EXPECT_EQ(before.lasted, 1s);
  EXPECT_EQ(value(fault.figure("connections")), 20);
  EXPECT_EQ(value(fault.figure("resets")), 3);
  EXPECT_THAT(value(fault.figure("first_byte_p50")), DoubleNear(1, 0.02));
  EXPECT_EQ(samples(fault.figure("first_byte_p99")), 20);
  EXPECT_EQ(fault.delta.open, 4);
  EXPECT_EQ(fault.lasted, 2s);
  EXPECT_EQ(value(meter.of_phase(Phases::always).figure("connections")), 25);
  EXPECT_FALSE(fault.figure("p99"));
  EXPECT_FALSE(fault.figure("first_byte_p90"));
}

TEST(ProxyMeter, AnOpenConnectionIsTrafficAndNoConnectionIsNone) {
  ProxyMeter meter;
  proxy::Counters now;
  meter.take(now, only_before, start);
  meter.take(now, only_before, start + 1s);
  EXPECT_EQ(samples(meter.of_phase(Phases::before).figure("resets")), 0);
  now.accepted = 1;
  now.open = 1;
  meter.take(now, only_before, start + 2s);
  meter.take(now, fault_and_always, start + 3s);
  meter.take(now, fault_and_always, start + 4s);

  EXPECT_EQ(samples(meter.of_phase(Phases::fault).figure("resets")), 1);
  EXPECT_EQ(value(meter.of_phase(Phases::fault).figure("connections")), 0);
  EXPECT_EQ(samples(meter.of_phase(Phases::fault).figure("queue_waits")), 0);  // there is no pool
  EXPECT_EQ(samples(meter.of_phase(Phases::after).figure("resets")), 0);
}

faults::Occupancy pool(std::uint64_t timed_out, std::uint64_t active_max, Duration busy) {
  faults::Occupancy pool;
  pool.limit = 7;
  pool.active_max = active_max;
  pool.timed_out = timed_out;
  pool.granted_after_wait = 2 * timed_out;
  pool.busy = busy;
  pool.capacity = 2 * busy;
  pool.wait.record(100ms, timed_out);
  return pool;
}

TEST(ProxyMeter, PoolsAreCountedAndTheirMaximaKept) {
  ProxyMeter meter;
  proxy::Counters now;
  meter.take(now, only_before, start);
  now.accepted = 40;
  now.pools = {{"small", pool(5, 7, 1s)}};
  meter.take(now, fault_and_always, start + 1s);
  now.pools = {{"small", pool(12, 3, 3s)}};
  meter.take(now, fault_and_always, start + 2s);

  const ProxyPhase fault = meter.of_phase(Phases::fault);

  EXPECT_EQ(value(fault.figure("queue_timeouts")), 12);
  EXPECT_EQ(value(fault.figure("queue_waits")), 24);
  EXPECT_EQ(value(fault.figure("pool_in_use_max")), 7);
  EXPECT_EQ(value(fault.figure("pool_utilisation")), 0.5);
  EXPECT_THAT(value(fault.figure("wait_p95")), DoubleNear(0.1, 0.002));
  EXPECT_EQ(samples(fault.figure("wait_p95")), 12);
  EXPECT_EQ(samples(fault.figure("queue_timeouts")), 40);
}

// What it counted after the last reading still belongs to the phase it was in; the phases after it have no pool.
TEST(ProxyMeter, APoolThatHasGoneIsCountedToItsEnd) {
  ProxyMeter meter;
  proxy::Counters now;
  meter.take(now, only_before, start);
  now.accepted = 9;
  now.pools = {{"small", pool(5, 7, 4s)}};
  meter.take(now, fault_and_always, start + 1s);
  now.pools = {{"small", pool(8, 2, 5s)}};
  now.pools[0].second.in_force = false;
  meter.take(now, fault_and_always, start + 2s);
  now.accepted = 20;
  meter.take(now, only_before, start + 3s);

  EXPECT_EQ(value(meter.of_phase(Phases::fault).figure("queue_timeouts")), 8);
  EXPECT_EQ(samples(meter.of_phase(Phases::before).figure("queue_timeouts")), 0);
}

TEST(ProxyMeter, RecentIsTheSumOfTheTakesInTheWindow) {
  ProxyMeter meter;
  proxy::Counters now;
  meter.take(now, only_before, start);
  for (int i = 1; i <= 100; ++i) {
    now.accepted += 10;
    now.connect_time.record(1ms);
    now.pools = {{"small", pool(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(i), i * 1s)}};
    meter.take(now, only_before, start + i * 1s);
  }

  const ProxyPhase recent = meter.recent(start + 100s, 10s);

  EXPECT_EQ(recent.delta.accepted, 100);
  EXPECT_EQ(recent.lasted, 10s);
  EXPECT_EQ(recent.delta.connect_time.count(), 10);
  EXPECT_EQ(value(recent.figure("queue_timeouts")), 10);
  EXPECT_EQ(value(recent.figure("pool_in_use_max")), 100);
  EXPECT_EQ(samples(recent.figure("wait_p95")), 10);
}

TEST_F(MeterTest, ASampleBelongsToThePhaseItWasStartedIn) {
  ProbeMeter meter{phases};
  meter.record(start + 9s, start + 11s, true, "");
  meter.record(start + 11s, start + 12s, false, "status 503, not 200");
  meter.record(start + 13s, start + 15s, true, "");

  const auto fault = meter.of_phase(slow_fault);

  EXPECT_EQ(value(meter.of_phase(Phases::before).figure("success")), 1);
  EXPECT_EQ(value(fault.figure("success")), 0.5);
  EXPECT_EQ(value(fault.figure("samples")), 2);
  EXPECT_THAT(value(fault.figure("p99")), DoubleNear(2, 0.04));
  EXPECT_EQ(samples(fault.figure("p99")), 1);
  EXPECT_EQ(fault.last_said, "status 503, not 200");
  EXPECT_EQ(samples(meter.of_phase(Phases::after).figure("success")), 0);
  EXPECT_FALSE(fault.figure("errors"));
  EXPECT_EQ(meter.recent(start + 15s, 4s).count, 2);
}

}  // namespace
}  // namespace firedrill::drills
