// Which bytes change, and how often.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

int flipped_bits(std::string_view a, std::string_view b) {
  int bits = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    bits += std::popcount(static_cast<unsigned>(static_cast<unsigned char>(a[i] ^ b[i])));
  return bits;
}

TEST(Corrupt, FlipsOneBitAtEachOffset) {
  StreamRig rig{"corrupt", "offsets=1,4"};

  rig.data(0ms, "abc").data(1ms, "def").finish(2ms);

  const std::string& out = rig.tape.text();
  ASSERT_EQ(out.size(), 6U);
  EXPECT_EQ(flipped_bits(out.substr(1, 1), "b"), 1);
  EXPECT_EQ(flipped_bits(out.substr(4, 1), "e"), 1);
  EXPECT_EQ(flipped_bits(out, "abcdef"), 2);
  EXPECT_EQ(rig.tape.end(), "FIN");
  EXPECT_EQ(rig.effects().altered.load(), 2U);
}

TEST(Corrupt, WhatIsDrawnDoesNotDependOnHowReadsWereCut) {
  const std::string text(20'000, 'x');
  StreamRig whole{"corrupt", "chance=2%", Seed{5}};
  StreamRig cut{"corrupt", "chance=2%", Seed{5}};

  whole.data(0ms, text);
  for (std::size_t at = 0, n = 1; at < text.size(); at += n, n = n % 97 + 1) cut.data(0ms, text.substr(at, n));

  EXPECT_EQ(whole.tape.text(), cut.tape.text());
  EXPECT_NE(whole.tape.text(), text);
}

// The share of bytes hit, and each of the eight bits equally often: within 4 standard deviations, fixed seeds.
TEST(Corrupt, HitsTheShareAskedFor) {
  constexpr std::size_t n = 1'000'000;
  for (const double share : {0.5, 0.05, 0.001}) {
    StreamRig rig{"corrupt", "chance=" + std::to_string(share * 100) + "%", Seed{11}};
    rig.data(0ms, std::string(n, '\0'));

    double hit = 0;
    std::array<double, 8> bits{};
    for (const char c : rig.tape.text()) {
      if (c == 0) continue;
      ++hit;
      ++bits[static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(static_cast<unsigned char>(c))))];
    }

    EXPECT_NEAR(hit, n * share, 4 * std::sqrt(n * share * (1 - share))) << share;
    for (const double of_bit : bits) EXPECT_NEAR(of_bit, hit / 8, 4 * std::sqrt(hit * 7 / 64)) << share;
    EXPECT_EQ(static_cast<double>(rig.effects().altered.load()), hit);
  }
}

TEST(Corrupt, CountsFromTheBeginningOfTheStream) {
  LinkFacts link = link_facts(1);
  link.bytes = {0, 10};
  StreamRig rig{"corrupt", "offsets=3,11", link};

  rig.data(0ms, "abc");

  EXPECT_EQ(flipped_bits(rig.tape.text(), "abc"), 1);
  EXPECT_NE(rig.tape.text()[1], 'b');
}

TEST(Corrupt, NeedsSomethingToDo) {
  EXPECT_THROW(make_fault("f", "corrupt", ""), PlanError);
  EXPECT_THROW(make_fault("f", "corrupt", "offsets=a"), PlanError);
  EXPECT_THROW(make_fault("f", "corrupt", "offsets=-1"), PlanError);
}

}  // namespace
}  // namespace firedrill::faults
