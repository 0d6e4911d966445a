// What is to be expected of faults by their settings alone.
#include <gtest/gtest.h>

#include <chrono>

#include "faults/plan.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

Outlook outlook(std::string_view kind, std::string_view settings) {
  return make_fault("f", kind, settings)->settings->outlook();
}

TEST(Outlook, SaysWhatNothingElseIsSeenBehind) {
  EXPECT_EQ(outlook("latency", "delay=1s").shuts, Shuts::nothing);
  EXPECT_EQ(outlook("stall", "").shuts, Shuts::bytes);
  EXPECT_EQ(outlook("blackhole", "").shuts, Shuts::bytes);
  EXPECT_EQ(outlook("bandwidth", "rate=0B/s").shuts, Shuts::bytes);
  EXPECT_EQ(outlook("bandwidth", "rate=1B/s").shuts, Shuts::nothing);
  EXPECT_EQ(outlook("truncate", "after=0B then=stall").shuts, Shuts::bytes);
  EXPECT_EQ(outlook("truncate", "after=0B").shuts, Shuts::nothing);
  EXPECT_EQ(outlook("unreachable", "how=hang").shuts, Shuts::upstream);
  EXPECT_EQ(outlook("unreachable", "").shuts, Shuts::links);
  EXPECT_EQ(outlook("refuse", "").shuts, Shuts::links);
  EXPECT_EQ(outlook("down", "").shuts, Shuts::listener);
  EXPECT_EQ(outlook("pool", "max_connections=0").shuts, Shuts::upstream);
  EXPECT_EQ(outlook("pool", "max_connections=3 preoccupy=3").shuts, Shuts::upstream);
  EXPECT_EQ(outlook("pool", "max_connections=3 preoccupy=2").shuts, Shuts::nothing);
}

TEST(Outlook, KnowsHowLongAPoolKeepsSomebodyWaiting) {
  EXPECT_EQ(outlook("pool", "max_connections=7 queue_timeout=1s").longest_wait, 1s);
  EXPECT_EQ(outlook("pool", "max_connections=7").longest_wait, std::nullopt);
  EXPECT_EQ(outlook("pool", "max_connections=7 queue=0").longest_wait, std::nullopt);
}

TEST(Outlook, CountsTheSlotsOfEveryShard) {
  EXPECT_EQ(outlook("pool", "max_connections=7 shards=2").worst,
            "at most 14 of any number of connections get through at once");
}

}  // namespace
}  // namespace firedrill::faults
