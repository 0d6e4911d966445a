// Stalls of retransmission: how long, how often, and that nothing is missing.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

/// The stall of each of `n` segments of one byte, sent so far apart that none waits for another.
std::vector<Duration> stalls(std::string_view settings, int n, Seed seed) {
  StreamRig rig{"loss", std::string{settings} + " segment=1B", seed};
  for (int i = 0; i < n; ++i) rig.data(i * 1h, "x");
  rig.run_out();
  std::vector<Duration> all;
  for (int i = 0; i < n; ++i) all.push_back(rig.tape.entries()[static_cast<std::size_t>(i)].at - i * 1h);
  return all;
}

TEST(Loss, WithoutLossNothingWaits) {
  StreamRig rig{"loss", "chance=0%"};

  rig.data(0ms, "a").data(5ms, "b").finish(6ms);

  EXPECT_EQ(rig.tape.transcript(), "0s:a 5ms:b 6ms:FIN");
  EXPECT_EQ(rig.effects().stalls.load(), 0U);
}

// A segment is lost with the chance asked for, its n-th retransmission too; each waits twice as long as the one before.
TEST(Loss, StallsDoubleAndAreAsFrequentAsTheyShouldBe) {
  constexpr int n = 100'000;
  std::map<Duration, int> seen;
  for (const Duration stall : stalls("chance=20% rto=100ms", n, Seed{3})) ++seen[stall];

  double chance = 0.8;
  for (const Duration stall : {0ms, 100ms, 300ms, 700ms, 1500ms}) {
    EXPECT_NEAR(seen[stall], n * chance, 4 * std::sqrt(n * chance)) << show(stall);
    chance *= 0.2;
  }
}

TEST(Loss, WhatIsBehindWaitsToo) {
  StreamRig rig{"loss", "chance=50% rto=100ms segment=1B", Seed{1}};

  for (int i = 0; i < 200; ++i) rig.data(i * 1ms, std::string(1, static_cast<char>('0' + i % 10)));
  rig.finish(200ms).run_out();

  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(rig.tape.text()[i], static_cast<char>('0' + i % 10));
  EXPECT_EQ(rig.tape.text().size(), 200U);
  EXPECT_EQ(rig.tape.end(), "FIN");
  EXPECT_GT(rig.effects().stalls.load(), 0U);
}

TEST(Loss, SegmentsDoNotDependOnHowReadsWereCut) {
  const std::string text(30'000, 'x');
  const auto when_each_byte_left = [](const Tape& tape) {
    std::vector<Duration> when;
    for (const auto& entry : tape.entries()) when.insert(when.end(), entry.text.size(), entry.at);
    return when;
  };
  StreamRig whole{"loss", "chance=10% rto=50ms segment=100B", Seed{9}};
  StreamRig cut{"loss", "chance=10% rto=50ms segment=100B", Seed{9}};

  whole.data(0ms, text).run_out();
  for (std::size_t at = 0, n = 1; at < text.size(); at += n, n = n % 333 + 1) cut.data(0ms, text.substr(at, n));
  cut.run_out();

  EXPECT_EQ(when_each_byte_left(whole.tape), when_each_byte_left(cut.tape));
}

// Gilbert-Elliott: the share lost is enter / (enter + leave) and a burst lasts 1 / leave segments on average.
TEST(Loss, BurstsAreAsLongAndAsFrequentAsTheyShouldBe) {
  constexpr int n = 200'000;
  double lost = 0, bursts = 0;
  bool before = false;
  for (const Duration stall : stalls("model=gilbert enter=2% leave=25%", n, Seed{4})) {
    const bool now = stall > 0ms;
    lost += now ? 1 : 0;
    bursts += now && !before ? 1 : 0;
    before = now;
  }

  EXPECT_NEAR(lost / n, 0.02 / 0.27, 0.004);
  EXPECT_NEAR(lost / bursts, 4, 0.15);
}

TEST(Loss, AnRstOvertakes) {
  StreamRig rig{"loss", "chance=90% rto=1s segment=1B", Seed{2}};

  rig.data(0ms, "abcdefgh").abort(5ms);

  EXPECT_EQ(rig.tape.end(), "RST");
  EXPECT_EQ(rig.tape.text().size() + rig.stream().discarded(), 8U);
}

TEST(Loss, HealingLetsEverythingGo) {
  StreamRig rig{"loss", "chance=90% rto=1s segment=1B", Seed{2}};

  rig.data(0ms, "abcdefgh").finish(1ms).release(5ms);

  EXPECT_EQ(rig.tape.text(), "abcdefgh");
  EXPECT_EQ(rig.tape.end(), "FIN");
}

TEST(Loss, SettingsThatContradictAreProblems) {
  EXPECT_THROW(make_fault("f", "loss", ""), PlanError);
  EXPECT_THROW(make_fault("f", "loss", "chance=95%"), PlanError);
  EXPECT_THROW(make_fault("f", "loss", "chance=5% enter=2%"), PlanError);
  EXPECT_THROW(make_fault("f", "loss", "model=gilbert enter=2%"), PlanError);
  EXPECT_THROW(make_fault("f", "loss", "model=gilbert enter=2% leave=0%"), PlanError);
}

}  // namespace
}  // namespace firedrill::faults
