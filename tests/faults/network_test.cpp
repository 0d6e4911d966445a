// Its parts, one behind the other, under one name.
#include <gmock/gmock.h>

#include "faults/chain.hpp"
#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Network, BytesWaitForTheLineAndThenTravel) {
  StreamRig rig{"network", "rate=100B/s delay=1s"};

  rig.data(0ms, "abcd").finish(0ms).run_out();

  EXPECT_EQ(rig.tape.transcript(), "1.02s:ab 1.04s:cd 1.04s:FIN");
}

TEST(Network, HealingLetsEverythingGoInOrder) {
  StreamRig rig{"network", "rate=100B/s delay=1s loss=50%"};

  rig.data(0ms, "abcd").finish(0ms).run_to(25ms);
  rig.release(30ms);

  EXPECT_EQ(rig.tape.text(), "abcd");
  EXPECT_EQ(rig.tape.end(), "FIN");
  EXPECT_EQ(rig.tape.entries().back().at, 30ms);
}

TEST(Network, AnUpdateMayTakePartsAwayAndAddOthers) {
  StreamRig rig{"network", "delay=1s"};

  rig.data(0ms, "a").update(10ms, "rate=100B/s").data(20ms, "bc").run_out();

  EXPECT_EQ(rig.tape.transcript(), "10ms:a 40ms:bc");
}

TEST(Network, CountsWhatItThrowsAwayOnce) {
  const auto fault = make_fault("f", "network", "rate=100B/s delay=1s");
  Tape tape;
  Chain chain{Direction::downstream};
  chain.adopt({fault}, link_facts(1), at(0ms), tape);

  chain.data(Bytes::copy_of("abcd"), at(0ms), tape);
  chain.abort(at(1ms), tape);

  EXPECT_EQ(chain.discarded(), 4U);
  EXPECT_EQ(fault->effects->discarded.load(), 4U);
}

TEST(Network, SaysWhatIsWrongAsItsPartsDo) {
  const auto said = [](std::string_view settings) -> std::string {
    try {
      make_fault("f", "network", settings);
    } catch (const PlanError& error) {
      return error.what();
    }
    return "";
  };

  EXPECT_THAT(said(""), HasSubstr("nothing to do; give one or more of delay, rate and loss"));
  EXPECT_THAT(said("delay=5"), HasSubstr("fault \"f\": delay = 5: must be a duration"));
  EXPECT_THAT(said("rate=1MB/s jitter=5ms"), HasSubstr("jitter = \"5ms\": goes with delay"));
}

}  // namespace
}  // namespace firedrill::faults
