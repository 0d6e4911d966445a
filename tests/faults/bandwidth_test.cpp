// The rate, exact to the byte: one lane's own, and one that several share.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

/// How many bytes had left by then.
std::size_t left_by(const Tape& tape, Duration t) {
  std::size_t bytes = 0;
  for (const auto& entry : tape.entries())
    if (entry.at <= t && entry.text != "FIN" && entry.text != "RST") bytes += entry.text.size();
  return bytes;
}

TEST(Bandwidth, LetsAPieceGoOnceItsTimeIsOver) {
  StreamRig rig{"bandwidth", "rate=100B/s"};  // two bytes every 20 ms

  rig.data(0ms, "abcde").finish(0ms).run_out();

  EXPECT_EQ(rig.tape.transcript(), "20ms:ab 40ms:cd 50ms:e 50ms:FIN");
}

TEST(Bandwidth, APauseSavesNothingUpButTheBurst) {
  StreamRig rig{"bandwidth", "rate=100B/s burst=3B"};

  rig.data(10s, "abcdef").run_out();

  EXPECT_EQ(rig.tape.transcript(), "10s:ab 10.01s:cd 10.03s:ef");
}

TEST(Bandwidth, ABurstOfManyYearsIsNoMoreThanOneThatIsNeverUsedUp) {
  StreamRig rig{"bandwidth", "rate=1B/s burst=1024GiB"};

  rig.data(10s, "abcdef");

  EXPECT_EQ(rig.tape.text(), "abcdef");
  EXPECT_EQ(rig.tape.entries().back().at, 10s);
}

TEST(Bandwidth, TellsHowLongItsLanesWereBusy) {
  const auto fault = make_fault("f", "bandwidth", "rate=100B/s");
  const LinkFacts facts = link_facts(1);
  Tape tape;
  const auto lane =
      fault->kind->make_stream(*fault->settings, {Seed{1}, fault->name, *fault->effects}, facts, Direction::downstream);
  for (const Duration t : {0s, 10s}) {
    lane->data(Bytes::copy_of(std::string(50, 'x')), at(t), tape);
    while (lane->wake() != never) lane->tick(lane->wake(), tape);
  }

  EXPECT_EQ(fault->effects->passed, 100U);
  EXPECT_EQ(Duration{fault->effects->busy.load()}, 1s) << "the pause between them is not";
}

TEST(Bandwidth, DoesNotDelayWhatComesSlower) {
  StreamRig rig{"bandwidth", "rate=1KB/s burst=10B"};

  for (int i = 0; i < 5; ++i) rig.data(i * 100ms, "0123456789");

  EXPECT_EQ(rig.tape.text().size(), 50U);
  EXPECT_EQ(rig.stream().held(), 0U);
}

struct Line {
  const char* rate;
  double bytes_per_second;
  friend void PrintTo(const Line& line, std::ostream* out) { *out << line.rate; }
};

class BandwidthRate : public ::testing::TestWithParam<Line> {};

TEST_P(BandwidthRate, IsExactToTheByte) {
  const double rate = GetParam().bytes_per_second;
  StreamRig rig{"bandwidth", std::string{"rate="} + GetParam().rate};
  const auto total = static_cast<std::size_t>(rate * 0.5);
  std::size_t fed = 0;

  while (fed < total) {  // in blocks that do not divide evenly into pieces
    const std::size_t n = std::min<std::size_t>(65'521, total - fed);
    rig.data(0ms, std::string(n, 'x'));
    fed += n;
  }
  rig.finish(0ms).run_out();

  for (const Duration t : {10ms, 123ms, 250ms, 499ms}) {
    const double exact = rate * seconds(t);
    EXPECT_LE(static_cast<double>(left_by(rig.tape, t)), exact + 1e-6) << show(t);
    EXPECT_GE(static_cast<double>(left_by(rig.tape, t)), exact - std::max(rate / 1000, std::min(1448.0, rate / 50)) - 1)
        << show(t);
  }
  // The last byte leaves when all of them have had their time: not a nanosecond's worth of bytes is lost on the way.
  const Duration over = rig.tape.entries().back().at;
  EXPECT_LE(std::abs(seconds(over) * rate - static_cast<double>(total)), std::max(1.0, rate * 1e-9));
  EXPECT_EQ(rig.tape.text().size(), total);
}

INSTANTIATE_TEST_SUITE_P(Rates, BandwidthRate,
                         ::testing::Values(Line{"10KB/s", 10e3}, Line{"8kbit/s", 1e3}, Line{"777777B/s", 777'777},
                                           Line{"1MB/s", 1e6}, Line{"100Mbit/s", 12.5e6},
                                           Line{"33333333B/s", 33'333'333}, Line{"400MB/s", 400e6}));

/// Lanes of several links under one fault.
class SharedLine {
  std::shared_ptr<Fault> fault_;  // outlives the lanes, and so do their facts
  std::vector<std::unique_ptr<LinkFacts>> facts_;

 public:
  SharedLine(std::string_view settings, std::size_t links) : fault_{make_fault("f", "bandwidth", settings)} {
    for (std::size_t i = 0; i < links; ++i) {
      facts_.push_back(std::make_unique<LinkFacts>(link_facts(i + 1)));
      lanes.push_back(fault_->kind->make_stream(*fault_->settings, {Seed{1}, fault_->name, *fault_->effects},
                                                *facts_.back(), Direction::downstream));
    }
    tapes.resize(links);
  }
  void data(std::size_t lane, Duration t, std::string_view text) {
    lanes[lane]->data(Bytes::copy_of(text), at(t), tapes[lane]);
  }
  void update(Duration t, std::string_view settings) {
    const auto changed = make_fault("f", "bandwidth", settings);
    for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i]->update(*changed->settings, at(t), tapes[i]);
  }
  void run_to(Duration t) {
    while (true) {
      std::size_t next = lanes.size();
      Time due = never;
      for (std::size_t i = 0; i < lanes.size(); ++i)
        if (lanes[i] && lanes[i]->wake() < due) due = lanes[next = i]->wake();
      if (due > at(t)) return;
      lanes[next]->tick(due, tapes[next]);
    }
  }
  std::size_t left_by(Duration t) const {
    std::size_t all = 0;
    for (const Tape& tape : tapes) all += faults::left_by(tape, t);
    return all;
  }

  std::vector<std::unique_ptr<StreamFault>> lanes;
  std::vector<Tape> tapes;
};

class SharedBandwidthRate : public ::testing::TestWithParam<Line> {};

// Pieces leave one after the other, whoever they belong to.
TEST_P(SharedBandwidthRate, IsTheSumOfAllLinksToTheByte) {
  const double rate = GetParam().bytes_per_second;
  constexpr std::size_t links = 50;
  SharedLine line{std::string{"scope=proxy rate="} + GetParam().rate, links};
  const auto each = static_cast<std::size_t>(rate / links / 4);

  for (std::size_t i = 0; i < links; ++i) line.data(i, 0ms, std::string(each, 'x'));
  line.run_to(1s);

  const double piece = std::max(rate / 1000, std::min(1448.0, rate / 50));
  for (const Duration t : {10ms, 123ms, 200ms, 249ms}) {
    const double exact = std::min(rate * seconds(t), static_cast<double>(each * links));
    EXPECT_LE(static_cast<double>(line.left_by(t)), exact + 1e-6) << show(t);
    EXPECT_GE(static_cast<double>(line.left_by(t)), exact - piece - 1) << show(t);
  }
  Duration over{};
  for (const Tape& tape : line.tapes) over = std::max(over, Duration{tape.entries().back().at});
  EXPECT_LE(std::abs(seconds(over) * rate - static_cast<double>(each * links)), std::max(1.0, rate * 1e-9));
  EXPECT_EQ(line.left_by(1s), each * links);
}

INSTANTIATE_TEST_SUITE_P(Rates, SharedBandwidthRate,
                         ::testing::Values(Line{"10KB/s", 10e3}, Line{"777777B/s", 777'777}, Line{"1MB/s", 1e6},
                                           Line{"100Mbit/s", 12.5e6}, Line{"33333333B/s", 33'333'333},
                                           Line{"400MB/s", 400e6}));

TEST(SharedBandwidth, IsFair) {
  SharedLine line{"rate=1MB/s scope=proxy", 10};
  for (std::size_t i = 0; i < 10; ++i) line.data(i, 0ms, std::string(100'000, 'x'));

  line.run_to(500ms);

  for (const Tape& tape : line.tapes) EXPECT_NEAR(static_cast<double>(left_by(tape, 500ms)), 50'000, 1448);
}

TEST(SharedBandwidth, ADeadLinkKeepsNothing) {
  SharedLine line{"rate=1MB/s scope=proxy", 101};
  for (std::size_t i = 0; i < 100; ++i) line.data(i, 0ms, std::string(10'000, 'x'));
  line.run_to(10ms);

  for (std::size_t i = 0; i < 100; ++i) line.lanes[i].reset();  // each had a piece reserved, far into the future
  const std::size_t before = line.left_by(10ms);
  line.data(100, 10ms, std::string(50'000, 'y'));
  line.run_to(61ms);

  EXPECT_GE(before + 1448, 10'000U);
  EXPECT_EQ(line.tapes[100].text().size(), 50'000U);
}

// Every link is told of a ramp's steps one after the other, each with a piece reserved.
TEST(SharedBandwidth, ARampCostsTheLineNothing) {
  SharedLine line{"rate=1MB/s scope=proxy", 50};
  for (std::size_t i = 0; i < 50; ++i) line.data(i, 0ms, std::string(10'000, 'x'));

  for (int step = 1; step <= 20; ++step) {
    line.run_to(step * 1ms);
    line.update(step * 1ms, step % 2 == 0 ? "rate=1MB/s scope=proxy" : "rate=1.01MB/s scope=proxy");
  }
  line.run_to(600ms);

  EXPECT_EQ(line.left_by(600ms), 500'000U);
}

TEST(SharedBandwidth, IsOfEachConnectionUnlessSaid) {
  SharedLine line{"rate=1MB/s", 10};
  for (std::size_t i = 0; i < 10; ++i) line.data(i, 0ms, std::string(10'000, 'x'));

  line.run_to(10ms);

  EXPECT_GE(line.left_by(10ms) + 10 * 1448, 100'000U);
}

TEST(Bandwidth, ARateOfZeroHoldsAndLosesNothing) {
  StreamRig rig{"bandwidth", "rate=0B/s"};

  rig.data(0ms, "abc").finish(1ms).run_to(1h);
  EXPECT_EQ(rig.tape.transcript(), "");
  rig.release(2h);

  EXPECT_EQ(rig.tape.transcript(), "2h:abc 2h:FIN");
}

TEST(Bandwidth, AChangedRateKeepsTheTimeAlreadySpent) {
  StreamRig rig{"bandwidth", "rate=1B/s"};

  rig.data(0s, "ab").update(500ms, "rate=10B/s").run_out();  // half of the first byte has passed: 50 ms are left

  EXPECT_EQ(rig.tape.transcript(), "550ms:a 650ms:b");
}

TEST(Bandwidth, ARateThatBecomesZeroStopsAtOnceAndGoesOn) {
  StreamRig rig{"bandwidth", "rate=1B/s"};

  rig.data(0s, "ab").update(500ms, "rate=0B/s").run_to(1h);
  EXPECT_EQ(rig.tape.text(), "");
  rig.update(1h, "rate=2B/s").run_out();

  EXPECT_EQ(rig.tape.transcript(), "1h0.5s:a 1h1s:b");
}

TEST(Bandwidth, AnRstOvertakes) {
  StreamRig rig{"bandwidth", "rate=100B/s"};

  rig.data(0ms, "abc").abort(5ms);

  EXPECT_EQ(rig.tape.transcript(), "5ms:RST");
  EXPECT_EQ(rig.stream().discarded(), 3U);
  EXPECT_EQ(rig.stream().held(), 0U);
}

TEST(Bandwidth, IsFeltByTheSenderSoon) {
  StreamRig rig{"bandwidth", "rate=10KB/s"};

  rig.data(0ms, std::string(64 * 1024, 'x'));

  EXPECT_TRUE(rig.stream().full());
}

TEST(Bandwidth, CountsWhatItHandedOn) {
  StreamRig rig{"bandwidth", "rate=1MB/s"};

  rig.data(0ms, std::string(10'000, 'x')).run_out();

  EXPECT_EQ(rig.effects().passed.load(), 10'000U);
}

TEST(Bandwidth, ARateBelowAByteASecondIsAProblem) {
  EXPECT_THROW(make_fault("f", "bandwidth", "rate=1bit/s"), PlanError);
  EXPECT_THROW(make_fault("f", "bandwidth", ""), PlanError);
}

}  // namespace
}  // namespace firedrill::faults
