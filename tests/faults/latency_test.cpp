// The delay, and that its draws follow the distribution asked for.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "ks.hpp"
#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(Latency, HoldsEveryByteBackByTheDelay) {
  StreamRig rig{"latency", "delay=200ms"};

  rig.data(0ms, "a").data(30ms, "b").finish(31ms).run_out();

  EXPECT_EQ(rig.tape.transcript(), "200ms:a 230ms:b 231ms:FIN");
}

TEST(Latency, DelaysAnRstBehindTheBytes) {
  StreamRig rig{"latency", "delay=200ms"};

  rig.data(0ms, "a").abort(10ms).run_out();

  EXPECT_EQ(rig.tape.transcript(), "200ms:a 210ms:RST");
}

TEST(Latency, KeepsOrderUnderJitter) {
  StreamRig rig{"latency", "delay=100ms jitter=50ms", Seed{7}};

  for (int i = 0; i < 50; ++i) rig.data(i * 1ms, std::string(1, static_cast<char>('A' + i)));
  rig.finish(50ms).run_out();

  EXPECT_EQ(rig.tape.text(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqr");
  EXPECT_EQ(rig.tape.end(), "FIN");
  for (std::size_t i = 0; i < 50; ++i) {
    const Duration delay = rig.tape.entries()[i].at - static_cast<int>(i) * 1ms;
    EXPECT_GE(delay, 50ms);
    EXPECT_LE(rig.tape.entries()[i].at, 49ms + 150ms);
  }
}

TEST(Latency, LaterBytesTakeTheNewDelayAfterAnUpdate) {
  StreamRig rig{"latency", "delay=100ms"};

  rig.data(0ms, "a").update(10ms, "delay=20ms").data(90ms, "b").update(91ms, "delay=0s").data(92ms, "c").run_out();

  EXPECT_EQ(rig.tape.transcript(), "100ms:a 110ms:b 110ms:c");  // c waits for b
}

TEST(Latency, DoesNotThrottleAFastStream) {
  StreamRig rig{"latency", "delay=1s"};

  rig.data(0ms, std::string(StreamFault::flight_limit - 1000, 'x'));
  EXPECT_FALSE(rig.stream().full());
  rig.data(0ms, std::string(1000, 'x'));

  EXPECT_TRUE(rig.stream().full());
}

TEST(Latency, ManySmallMessagesAreFullBeforeTheirBytesAre) {
  StreamRig rig{"latency", "delay=1h"};
  constexpr std::size_t left = 4 * 1024 * 1024;
  rig.data(0ms, std::string(StreamFault::flight_limit - left, 'x'));

  std::size_t messages = 0;
  while (!rig.stream().full() && messages < left) {
    rig.data(0ms, "x");
    ++messages;
  }

  EXPECT_LT(messages, left / 60);
}

TEST(Latency, RecordsTheDelayItGave) {
  StreamRig rig{"latency", "delay=200ms"};

  rig.data(0ms, "a").data(1ms, "b");

  EXPECT_EQ(rig.effects().delay.snapshot().count(), 2U);
  EXPECT_EQ(rig.effects().delay.snapshot().mean(), 200ms);
}

TEST(Latency, LanesOfOneLinkDrawApart) {
  const auto first_delay = [](Direction direction, std::uint64_t ordinal) {
    StreamRig rig{"latency", "delay=100ms jitter=100ms", Seed{3}, ordinal, direction};
    rig.data(0ms, "a").run_out();
    return rig.tape.entries()[0].at;
  };

  EXPECT_NE(first_delay(Direction::upstream, 1), first_delay(Direction::downstream, 1));
  EXPECT_NE(first_delay(Direction::upstream, 1), first_delay(Direction::upstream, 2));
  EXPECT_EQ(first_delay(Direction::upstream, 2), first_delay(Direction::upstream, 2));
}

// What the fault does to bytes, held against the distribution it was asked for: the Kolmogorov-Smirnov statistic of
// 20,000 chunks so far apart that none waits for another.
struct Shape {
  const char* name;
  std::uint64_t seed;  // each its own: with one for all, one unlucky run of numbers would decide about all of them
  const char* settings;
  std::function<double(double)> cdf;  // of seconds, before truncation at 0
};

double phi(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

const Shape shapes[] = {
    {"Uniform", 1, "delay=100ms jitter=60ms", [](double x) { return std::clamp((x - 0.04) / 0.12, 0.0, 1.0); }},
    {"Normal", 2, "delay=80ms distribution=normal deviation=20ms", [](double x) { return phi((x - 0.08) / 0.02); }},
    {"NormalCutAtZero", 3, "delay=20ms distribution=normal jitter=20ms",
     [](double x) { return phi((x - 0.02) / 0.02); }},
    {"Lognormal", 4, "delay=40ms distribution=lognormal sigma=0.5",
     [](double x) { return x <= 0 ? 0 : phi(std::log(x / 0.04) / 0.5); }},
    {"Pareto", 5, "delay=20ms distribution=pareto alpha=2.5",
     [](double x) { return x <= 0.02 ? 0 : 1 - std::pow(0.02 / x, 2.5); }},
    {"TwoPercentiles", 7, "p50=20ms p99=400ms",
     [](double x) { return x <= 0 ? 0 : phi(std::log(x / 0.02) / (std::log(20.0) / 2.3263478740408408)); }},
    {"Exponential", 6, "delay=30ms distribution=exponential", [](double x) { return 1 - std::exp(-x / 0.03); }},
};

class LatencyDraws : public ::testing::TestWithParam<Shape> {};

TEST_P(LatencyDraws, FollowTheDistribution) {
  constexpr int n = 20'000;
  StreamRig rig{"latency", GetParam().settings, Seed{GetParam().seed}};
  std::vector<double> delays;
  for (int i = 0; i < n; ++i) rig.data(i * 1h, "x");
  rig.run_out();
  for (int i = 0; i < n; ++i) delays.push_back(seconds(rig.tape.entries()[static_cast<std::size_t>(i)].at - i * 1h));

  const double distance = ks_distance(delays, GetParam().cdf);
  RecordProperty("ks", std::to_string(distance));
  EXPECT_LT(distance, ks_critical(n));
}

INSTANTIATE_TEST_SUITE_P(Shapes, LatencyDraws, ::testing::ValuesIn(shapes),
                         [](const auto& shape) { return shape.param.name; });

// The distribution stays what was asked for; what changes is how much neighbours resemble each other.
TEST(Latency, CorrelationKeepsTheDistribution) {
  constexpr int n = 20'000;
  StreamRig rig{"latency", "delay=100ms jitter=60ms correlation=80%", Seed{8}};
  for (int i = 0; i < n; ++i) rig.data(i * 1h, "x");
  rig.run_out();
  std::vector<double> delays;
  for (int i = 0; i < n; ++i) delays.push_back(seconds(rig.tape.entries()[static_cast<std::size_t>(i)].at - i * 1h));

  double mean = 0, variance = 0, covariance = 0;
  for (const double d : delays) mean += d / n;
  for (std::size_t i = 0; i < n; ++i) variance += (delays[i] - mean) * (delays[i] - mean) / n;
  for (std::size_t i = 1; i < n; ++i) covariance += (delays[i] - mean) * (delays[i - 1] - mean) / n;
  // Uniform numbers through a Gaussian copula: Spearman's 6/pi asin(rho/2).
  EXPECT_NEAR(covariance / variance, 6 / std::acos(-1.0) * std::asin(0.4), 0.02);
  // Neighbours are not independent, so that the critical value holds for every 40th only, whose correlation is 0.0001.
  std::vector<double> apart;
  for (std::size_t i = 0; i < n; i += 40) apart.push_back(delays[i]);
  EXPECT_LT(ks_distance(apart, [](double x) { return std::clamp((x - 0.04) / 0.12, 0.0, 1.0); }),
            ks_critical(static_cast<int>(apart.size())));
  EXPECT_NEAR(mean, 0.1, 0.004);
}

TEST(Latency, AConstantDelayIsConstant) {
  StreamRig rig{"latency", "delay=30ms"};

  for (int i = 0; i < 100; ++i) rig.data(i * 1s, "x");
  rig.run_out();

  for (int i = 0; i < 100; ++i) EXPECT_EQ(rig.tape.entries()[static_cast<std::size_t>(i)].at, i * 1s + 30ms);
}

TEST(Latency, RefusesSettingsThatMakeNoSense) {
  EXPECT_THROW(make_fault("f", "latency", ""), PlanError);
  EXPECT_THROW(make_fault("f", "latency", "delay=100ms jitter=200ms"), PlanError);
  EXPECT_THROW(make_fault("f", "latency", "delay=100ms sigma=1"), PlanError);
  EXPECT_THROW(make_fault("f", "latency", "delay=100ms distribution=pareto"), PlanError);
}

}  // namespace
}  // namespace firedrill::faults
