// Bytes pass, the FIN waits.
#include <gtest/gtest.h>

#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(SlowClose, HoldsOnlyTheFinBack) {
  StreamRig rig{"slow_close", "delay=500ms"};

  rig.data(0ms, "a").data(10ms, "b").finish(20ms).run_out();

  EXPECT_EQ(rig.tape.transcript(), "0s:a 10ms:b 520ms:FIN");
  EXPECT_EQ(rig.effects().delay.snapshot().mean(), 500ms);
}

TEST(SlowClose, LetsAnRstPass) {
  StreamRig rig{"slow_close", "delay=500ms"};

  rig.data(0ms, "a").abort(20ms);

  EXPECT_EQ(rig.tape.transcript(), "0s:a 20ms:RST");
}

TEST(SlowClose, ClosesWhenHealed) {
  StreamRig rig{"slow_close", "delay=1h"};

  rig.finish(20ms).release(30ms);

  EXPECT_EQ(rig.tape.transcript(), "30ms:FIN");
}

TEST(SlowClose, AChangedDelayCountsFromTheFin) {
  StreamRig shorter{"slow_close", "delay=1h"};
  StreamRig gone{"slow_close", "delay=1h"};

  shorter.finish(0ms).update(20ms, "delay=50ms").run_out();
  gone.finish(0ms).update(80ms, "delay=50ms");

  EXPECT_EQ(shorter.tape.transcript(), "50ms:FIN");
  EXPECT_EQ(gone.tape.transcript(), "80ms:FIN");
}

TEST(SlowClose, WithoutADelayThereIsNone) {
  StreamRig rig{"slow_close", "delay=0s"};

  rig.finish(20ms);

  EXPECT_EQ(rig.tape.transcript(), "20ms:FIN");
}

}  // namespace
}  // namespace firedrill::faults
