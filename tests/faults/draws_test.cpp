// The hash behind every draw: known values, evenness, independence.
#include "faults/draws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "ks.hpp"

namespace firedrill::faults {
namespace {

// A run of last year must replay today. The values come from a second implementation.
TEST(Draws, AreWhatTheyWere) {
  EXPECT_EQ((Draws{{1}, "slow", 1}.bits(0)), 0x0ffe40afebbe676fU);
  EXPECT_EQ((Draws{{20230510}, "undersized-pool", 42}.bits(0, 1)), 0x6664ea9ed2d2bb1eU);
  EXPECT_EQ((Draws{{1}, "slow", 1, Direction::upstream}.bits(0)), 0xf5f0354c17c958c9U);
  EXPECT_EQ((Draws{{1}, "slow", 1, Direction::downstream}.bits(4096)), 0x755dfa853a192e6dU);
  EXPECT_EQ((Draws{{~0ULL}, "", ~0ULL}.bits(~0ULL, ~0ULL)), 0xc34fd4151ea2c82cU);
  EXPECT_EQ((Draws{{1}, "slow", 1}.unit(0)), 0.06247333807891098);
  EXPECT_EQ((Draws{{1}, "slow", 1, Direction::upstream}.unit(0)), 0.9606965361379357);
}

TEST(Draws, TheMixerIsSplitMix64) {
  EXPECT_EQ(mix(0x9e3779b97f4a7c15), 0xe220a8397b1dcdafU);  // the first two numbers of SplitMix64 seeded with 0
  EXPECT_EQ(mix(2 * 0x9e3779b97f4a7c15), 0x6e789e6aa1b965f4U);
}

TEST(Draws, LieStrictlyBetweenZeroAndOne) {
  // The extremes of the formula: no draw rounds to an end.
  EXPECT_GT((0 + 0.5) * 0x1p-52, 0);
  for (std::uint64_t i = 0; i < 1'000'000; ++i) {
    const double u = Draws{{i}, "f", i}.unit(i);
    ASSERT_GT(u, 0);
    ASSERT_LT(u, 1);
  }
}

std::vector<double> sequence(const char* what) {
  constexpr std::uint64_t n = 100'000;
  std::vector<double> all;
  for (std::uint64_t i = 0; i < n; ++i) {
    const std::string which = what;
    if (which == "seed") all.push_back(Draws{{i}, "f", 1}.unit(0));
    if (which == "name") all.push_back(Draws{{1}, "f" + std::to_string(i), 1}.unit(0));
    if (which == "link") all.push_back(Draws{{1}, "f", i}.unit(0));
    if (which == "lane") all.push_back(Draws{{1}, "f", i, Direction::upstream}.unit(0));
    if (which == "offset") all.push_back(Draws{{1}, "f", 1}.unit(i));
    if (which == "salt") all.push_back(Draws{{1}, "f", 1}.unit(0, i));
  }
  return all;
}

class DrawsAlong : public ::testing::TestWithParam<const char*> {};

TEST_P(DrawsAlong, AreEven) {
  EXPECT_LT(ks_distance(sequence(GetParam()), [](double x) { return x; }), ks_critical(100'000));
}

TEST_P(DrawsAlong, DoNotFollowFromTheOneBefore) {
  const std::vector<double> draws = sequence(GetParam());
  double covariance = 0;
  for (std::size_t i = 0; i + 1 < draws.size(); ++i) covariance += (draws[i] - 0.5) * (draws[i + 1] - 0.5);

  const double correlation = covariance / static_cast<double>(draws.size()) * 12;

  EXPECT_LT(std::abs(correlation), 4 / std::sqrt(static_cast<double>(draws.size())));
}

INSTANTIATE_TEST_SUITE_P(Argument, DrawsAlong, ::testing::Values("seed", "name", "link", "lane", "offset", "salt"),
                         [](const auto& argument) { return std::string{argument.param}; });

TEST(Draws, LanesSaltsAndLinksAreUncorrelated) {
  constexpr std::uint64_t n = 100'000;
  double lanes = 0, salts = 0, links = 0, whole_and_lane = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    const double up = Draws{{1}, "f", i, Direction::upstream}.unit(7) - 0.5;
    lanes += up * (Draws{{1}, "f", i, Direction::downstream}.unit(7) - 0.5);
    whole_and_lane += up * (Draws{{1}, "f", i}.unit(7) - 0.5);
    salts += (Draws{{1}, "f", 1}.unit(i, 1) - 0.5) * (Draws{{1}, "f", 1}.unit(i, 2) - 0.5);
    links += (Draws{{1}, "f", 1}.unit(i) - 0.5) * (Draws{{1}, "f", 2}.unit(i) - 0.5);
  }

  const double bound = 4 * std::sqrt(static_cast<double>(n)) / 12;
  EXPECT_LT(std::abs(lanes), bound);
  EXPECT_LT(std::abs(salts), bound);
  EXPECT_LT(std::abs(links), bound);
  EXPECT_LT(std::abs(whole_and_lane), bound);
}

TEST(Draws, EveryArgumentMatters) {
  const std::set<std::uint64_t> all{Draws{{1}, "f", 1}.bits(0),
                                    Draws{{2}, "f", 1}.bits(0),
                                    Draws{{1}, "g", 1}.bits(0),
                                    Draws{{1}, "f", 2}.bits(0),
                                    Draws{{1}, "f", 1}.bits(1),
                                    Draws{{1}, "f", 1}.bits(0, 1),
                                    Draws{{1}, "f", 1, Direction::upstream}.bits(0),
                                    Draws{{1}, "f", 1, Direction::downstream}.bits(0)};

  EXPECT_EQ(all.size(), 8U);
}

TEST(Draws, ChanceHappensAsOftenAsItSays) {
  int happened = 0;
  for (std::uint64_t i = 0; i < 100'000; ++i) happened += Draws{{1}, "f", i}.chance(0.03, 0) ? 1 : 0;

  EXPECT_NEAR(happened, 3000, 216);  // four standard deviations
  EXPECT_FALSE((Draws{{1}, "f", 1}.chance(0, 0)));
  EXPECT_TRUE((Draws{{1}, "f", 1}.chance(1, 0)));
}

}  // namespace
}  // namespace firedrill::faults
