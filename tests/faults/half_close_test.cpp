// One side sees the end; the other does not.
#include <gtest/gtest.h>

#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(HalfClose, FinishesTheLaneTowardsItsSideAtOnce) {
  StreamRig down{"half_close", ""};
  StreamRig up{"half_close", "", Seed{1}, 1, Direction::upstream};

  down.data(5ms, "late");
  up.data(5ms, "request").finish(6ms);

  EXPECT_EQ(down.tape.transcript(), "0s:FIN");
  EXPECT_EQ(down.stream().discarded(), 4U);
  EXPECT_EQ(up.tape.transcript(), "5ms:request 6ms:FIN");
  EXPECT_EQ(up.stream().discarded(), 0U);
}

TEST(HalfClose, TowardsTheUpstreamLeavesTheAnswerAlone) {
  StreamRig down{"half_close", "side=upstream"};
  StreamRig up{"half_close", "side=upstream", Seed{1}, 1, Direction::upstream};

  down.data(5ms, "answer").abort(6ms);
  up.data(5ms, "request");

  EXPECT_EQ(down.tape.transcript(), "5ms:answer 6ms:RST");
  EXPECT_EQ(up.tape.transcript(), "0s:FIN");
}

TEST(HalfClose, ChangingSidesClosesTheOtherToo) {
  StreamRig up{"half_close", "side=client", Seed{1}, 1, Direction::upstream};

  up.data(1ms, "a").update(2ms, "side=upstream").data(3ms, "b").finish(4ms);

  EXPECT_EQ(up.tape.transcript(), "1ms:a 2ms:FIN");
}

TEST(HalfClose, TakesNoDirection) { EXPECT_THROW(make_fault("f", "half_close", "direction=both"), PlanError); }

}  // namespace
}  // namespace firedrill::faults
