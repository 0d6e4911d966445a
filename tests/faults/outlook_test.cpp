// What is to be expected of faults by their settings alone.
#include <gtest/gtest.h>

#include <chrono>

#include "faults/catalog.hpp"
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

std::string worst(std::string_view kind, std::string_view settings) { return outlook(kind, settings).worst; }

TEST(Outlook, SaysWhatALinkMayMeetWithItsFigures) {
  EXPECT_EQ(worst("bandwidth", "rate=100KB/s scope=proxy"), "at most 100kB/s pass on all links together");
  EXPECT_EQ(worst("blackhole", ""), "whatever is sent is lost");
  EXPECT_EQ(worst("close", "age=30s side=client"), "links end towards the client at the age of 30s");
  EXPECT_EQ(worst("corrupt", "chance=0.1%"), "a bit is flipped in 0.1% of all bytes");
  EXPECT_EQ(worst("corrupt", "offsets=7"), "a bit is flipped in 1 byte of every stream");
  EXPECT_EQ(worst("corrupt", "chance=0.1% offsets=0,7"),
            "a bit is flipped in 0.1% of all bytes and in 2 bytes of every stream");
  EXPECT_EQ(worst("corrupt", "chance=0%"), "no byte is altered");
  EXPECT_EQ(worst("down", ""), "nobody can connect");
  EXPECT_EQ(worst("first_byte", "delay=100ms jitter=50ms"), "every answer begins late by 50ms to 150ms");
  EXPECT_EQ(worst("half_close", ""), "the client is told that no answer will come, and can only send");
  EXPECT_EQ(worst("half_close", "side=upstream"),
            "the upstream is told that no request will come, and can only answer");
  EXPECT_EQ(worst("latency", "delay=200ms"), "all bytes come late by 200ms");
  EXPECT_EQ(worst("latency", "p50=20ms p999=400ms"),
            "all bytes come late by 20ms in the median, one in 1000 by 400ms or more");
  EXPECT_EQ(
      worst("loss", "chance=5%"),
      "about 5% of all segments of 1.46kB wait 200ms for their retransmission, twice that when it is lost too, and "
      "all behind them wait too");
  // In the bad state for 10 / (10 + 40) of the segments, and there every one is lost.
  EXPECT_EQ(
      worst("loss", "model=gilbert enter=10% leave=40% rto=50ms segment=100B"),
      "about 20% of all segments of 100B wait 50ms for their retransmission, in bursts of 2.5 segments on average, "
      "and all behind them wait too");
  EXPECT_EQ(worst("network", "delay=40ms rate=1KB/s"), "at most 1kB/s pass on each link; all bytes come late by 40ms");
  EXPECT_EQ(worst("refuse", ""), "whoever connects is turned away");
  EXPECT_EQ(worst("reset", ""), "links end as soon as they are there");
  EXPECT_EQ(worst("reset", "idle=1s bytes=1MiB chance=10%"),
            "links end after 1s without a byte, or after 1MiB, or by chance, 10% of them every second");
  EXPECT_EQ(worst("slice", "size=1KiB variation=512B"), "bytes come in pieces of 1KiB give or take 512B");
  EXPECT_EQ(worst("slice", "size=100B gap=10ms"), "bytes come in pieces of 100B, 10ms apart: 10kB/s on each link");
  EXPECT_EQ(worst("slow_close", "delay=2s"), "the end of a stream comes late by 2s");
  EXPECT_EQ(worst("slow_connect", "delay=500ms"), "connecting to the upstream takes longer by 500ms");
  EXPECT_EQ(worst("stall", ""), "nothing passes until it is healed");
  EXPECT_EQ(worst("truncate", "after=1KB then=rst"), "streams are reset after 1kB");
  EXPECT_EQ(worst("truncate", "after=1KB then=stall"), "streams fall silent after 1kB");
  EXPECT_EQ(worst("unreachable", "how=hang"), "whoever connects hangs until connect_timeout");
}

TEST(Outlook, OfEveryKindIsInWords) {
  for (const Kind* kind : catalog)
    for (const std::string_view example : kind->examples)
      EXPECT_FALSE(worst(kind->name, example).empty()) << kind->name << " " << example;
}

TEST(Outlook, ResetAtOnceShutsLinksForTheirClients) {
  EXPECT_EQ(outlook("reset", "").shuts, Shuts::links);
  EXPECT_EQ(outlook("close", "side=client").shuts, Shuts::links);
  EXPECT_EQ(outlook("close", "side=upstream").shuts, Shuts::nothing);
  EXPECT_EQ(outlook("reset", "age=1s").shuts, Shuts::nothing);
  EXPECT_EQ(outlook("network", "rate=0B/s delay=1s").shuts, Shuts::bytes);
}

TEST(Outlook, SaysWhatBecomesOfWhoeverFindsNoSlot) {
  EXPECT_EQ(worst("pool", "max_connections=10 leak=20% queue_timeout=1s queue=5 on_full=close"),
            "at most 10 of any number of connections get through at once, and 20% of the slots they take are lost for "
            "good; the others wait for 1s and are then reset, 5 of them at most: more are closed");
  EXPECT_EQ(worst("pool", "max_connections=5 preoccupy=3 shards=4 queue=0"),
            "at most 8 of any number of connections get through at once; the others are reset");
  EXPECT_EQ(worst("pool", "max_connections=0 queue=0 on_full=hold"),
            "none of any number of connections gets through; the others are kept hanging");
}

TEST(Outlook, CountsTheSlotsOfEveryShard) {
  EXPECT_EQ(outlook("pool", "max_connections=7 shards=2").worst,
            "at most 14 of any number of connections get through at once; the others wait");
}

}  // namespace
}  // namespace firedrill::faults
