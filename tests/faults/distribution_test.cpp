// Quantiles, means and the reading of distributions; latency_test.cpp holds the draws against them.
#include "faults/distribution.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Shape = Distribution::Shape;

struct Read {
  Distribution distribution;
  std::string said;
};

Read read(std::string_view words) {
  const Value table = parse_inline(words);
  Problems problems;
  Reader keys{table, "x", problems};
  Read result{read_distribution(keys, "delay"), {}};
  keys.finish();
  for (const Problem& p : problems) result.said += p.text + "\n";
  return result;
}

// Reference values: the standard normal quantile at 0.975, 0.999 and 1e-9.
TEST(Distribution, NormalQuantilesAreExact) {
  const Distribution d{Shape::normal, 10s, 1s, 0};

  EXPECT_NEAR(seconds(d.quantile(0.5)), 10, 1e-9);
  EXPECT_NEAR(seconds(d.quantile(0.975)), 11.959963984540054, 2e-9);
  EXPECT_NEAR(seconds(d.quantile(0.025)), 8.040036015459946, 2e-9);
  EXPECT_NEAR(seconds(d.quantile(0.999)), 13.090232306167814, 2e-9);
  EXPECT_NEAR(seconds(d.quantile(1e-9)), 10 - 5.997807015008182, 2e-9);
}

TEST(Distribution, OtherQuantilesAreTheirFormulas) {
  EXPECT_EQ((Distribution{Shape::constant, 5s, 0s, 0}.quantile(0.9)), 5s);
  EXPECT_NEAR(seconds(Distribution{Shape::uniform, 5s, 2s, 0}.quantile(0.75)), 6, 1e-9);
  EXPECT_NEAR(seconds(Distribution{Shape::lognormal, 2s, 0s, 0.5}.quantile(0.5)), 2, 1e-9);
  EXPECT_NEAR(seconds(Distribution{Shape::lognormal, 2s, 0s, 0.5}.quantile(0.975)),
              2 * std::exp(0.5 * 1.959963984540054), 2e-9);
  EXPECT_NEAR(seconds(Distribution{Shape::pareto, 2s, 0s, 2}.quantile(0.75)), 4, 1e-9);
  EXPECT_NEAR(seconds(Distribution{Shape::exponential, 2s, 0s, 0}.quantile(0.5)), 2 * std::log(2.0), 1e-9);
}

TEST(Distribution, PercentilesAreMet) {
  const Read r = read("p50=20ms p90=50ms p99=400ms");

  EXPECT_EQ(r.said, "");
  EXPECT_NEAR(seconds(r.distribution.quantile(0.5)), 0.020, 1e-8);
  EXPECT_NEAR(seconds(r.distribution.quantile(0.9)), 0.050, 1e-8);
  EXPECT_NEAR(seconds(r.distribution.quantile(0.99)), 0.400, 1e-8);
  EXPECT_GT(r.distribution.quantile(0.9999), 400ms);
  EXPECT_LT(r.distribution.quantile(0.01), 20ms);
  EXPECT_GE(r.distribution.quantile(1e-12), 0ms);
}

TEST(Distribution, PercentilesThatContradictAreProblems) {
  EXPECT_THAT(read("p50=20ms").said, HasSubstr("one percentile alone says too little"));
  EXPECT_THAT(read("p50=20ms p99=10ms").said, HasSubstr("p99 = \"10ms\": must be at least the percentile before it"));
  EXPECT_THAT(read("p50=20ms p99=40ms delay=1s").said, HasSubstr("delay = \"1s\": says something else"));
  EXPECT_THAT(read("p50=0s p99=40ms").said, HasSubstr("p50 = \"0s\": must be at least 1us"));
}

class DistributionTable : public ::testing::Test {
 protected:
  Read read_table(const std::string& text) {
    std::ofstream{directory.path() / "latency.txt"} << text;
    return read("table=" + (directory.path() / "latency.txt").string());
  }
  tests::TemporaryDirectory directory;
};

TEST_F(DistributionTable, IsFollowedByLines) {
  const Read r = read_table("# measured in May\n 0%  10ms\n50%  20ms # median\n\n100%  120ms\n");

  EXPECT_EQ(r.said, "");
  EXPECT_EQ(r.distribution.quantile(0.25), 15ms);
  EXPECT_EQ(r.distribution.quantile(0.75), 70ms);
  EXPECT_NEAR(seconds(r.distribution.quantile(0.9999)), 0.11998, 1e-9);
  EXPECT_NEAR(r.distribution.mean(), 0.5 * 0.015 + 0.5 * 0.070, 1e-6);
}

TEST_F(DistributionTable, ThatMakesNoSenseIsAProblemWithItsLine) {
  EXPECT_THAT(read_table("0% 10ms\n50 20ms\n").said, HasSubstr("line 2: must be a share and a duration"));
  EXPECT_THAT(read_table("0% 10ms\n50% 5ms\n").said, HasSubstr("line 2: must be above the line before it"));
  EXPECT_THAT(read_table("0% 10ms\n").said, HasSubstr("needs two lines at least"));
  EXPECT_THAT(read_table("").said, HasSubstr("cannot be read, or is empty"));
  EXPECT_THAT(read("table=/nowhere/at/all").said, HasSubstr("cannot be read, or is empty"));
}

TEST(Distribution, NeverNegativeAndNeverWithoutEnd) {
  const double least = 0x1p-53, most = 1 - 0x1p-53;

  EXPECT_EQ((Distribution{Shape::normal, 1s, 10s, 0}.quantile(least)), 0s);
  EXPECT_EQ((Distribution{Shape::pareto, 1s, 0s, 0.1}.quantile(most)), 366 * 24h);
  EXPECT_EQ((Distribution{Shape::lognormal, 1h, 0s, 10}.quantile(most)), 366 * 24h);
  for (const Shape shape : {Shape::uniform, Shape::normal, Shape::lognormal, Shape::pareto, Shape::exponential}) {
    const Distribution d{shape, 1s, 1s, 1};
    for (const double u : {least, 0.001, 0.5, 0.999, most}) {
      EXPECT_GE(d.quantile(u), 0s);
      EXPECT_LE(d.quantile(u), 366 * 24h);
    }
  }
}

TEST(Distribution, QuantilesRise) {
  for (const Shape shape : {Shape::uniform, Shape::normal, Shape::lognormal, Shape::pareto, Shape::exponential}) {
    const Distribution d{shape, 1s, 500ms, 1.5};
    Duration last{};
    for (int i = 1; i < 10'000; ++i) {
      const Duration now = d.quantile(i / 10'000.0);
      ASSERT_GE(now, last) << i;
      last = now;
    }
  }
}

TEST(Distribution, MeansAreTheirFormulas) {
  EXPECT_DOUBLE_EQ((Distribution{Shape::constant, 3s, 0s, 0}.mean()), 3);
  EXPECT_DOUBLE_EQ((Distribution{Shape::uniform, 3s, 1s, 0}.mean()), 3);
  EXPECT_DOUBLE_EQ((Distribution{Shape::exponential, 3s, 0s, 0}.mean()), 3);
  EXPECT_DOUBLE_EQ((Distribution{Shape::lognormal, 3s, 0s, 0.5}.mean()), 3 * std::exp(0.125));
  EXPECT_DOUBLE_EQ((Distribution{Shape::pareto, 3s, 0s, 3}.mean()), 4.5);
  EXPECT_TRUE(std::isinf(Distribution{Shape::pareto, 3s, 0s, 1}.mean()));
}

TEST(Distribution, ReadsItsForms) {
  EXPECT_EQ(read("delay=1s").distribution.shape, Shape::constant);
  EXPECT_EQ(read("delay=1s jitter=1s").distribution.shape, Shape::uniform);
  EXPECT_EQ(read("delay=1s jitter=200ms distribution=normal").distribution.spread, 200ms);
  EXPECT_EQ(read("delay=1s deviation=2s distribution=normal").distribution.spread, 2s);
  EXPECT_EQ(read("delay=1s sigma=0.5 distribution=lognormal").distribution.parameter, 0.5);
  EXPECT_EQ(read("delay=1s alpha=3 distribution=pareto").distribution.parameter, 3);
  EXPECT_EQ(read("delay=1s distribution=exponential").distribution.shape, Shape::exponential);
  EXPECT_EQ(read("delay=1s deviation=2s distribution=normal").said, "");
}

TEST(Distribution, ComplainsOfWhatDoesNotGoTogether) {
  EXPECT_THAT(read("").said, HasSubstr("delay is missing"));
  EXPECT_EQ(read("delay=1s jitter=2s").said, "x: jitter = \"2s\": must be at most delay (1s)\n");
  EXPECT_EQ(read("delay=1s distribution=uniform").said, "x: jitter is missing; distribution = \"uniform\" needs it\n");
  EXPECT_EQ(read("delay=1s distribution=normal").said, "x: deviation is missing; distribution = \"normal\" needs it\n");
  EXPECT_EQ(read("delay=1s distribution=lognormal").said, "x: sigma is missing; give a number\n");
  EXPECT_EQ(read("delay=1s alpha=2").said, "x: alpha = 2: goes with distribution = \"pareto\"\n");
  EXPECT_EQ(read("delay=1s jitter=1s distribution=exponential").said,
            "x: jitter = \"1s\": goes with distribution = \"uniform\" or \"normal\"\n");
  EXPECT_EQ(read("delay=1s jitter=1s deviation=1s distribution=normal").said,
            "x: deviation = \"1s\": says the same as jitter; give one of them\n");
  EXPECT_EQ(read("delay=1s distribution=pareto alpha=0").said, "x: alpha = 0: must be at least 0.1\n");
  EXPECT_THAT(read("delay=1s distribution=weibull").said,
              HasSubstr("must be one of uniform, normal, lognormal, pareto, exponential"));
}

}  // namespace
}  // namespace firedrill::faults
