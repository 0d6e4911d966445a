// The beginning of each answer waits, the rest of it does not.
#include <gtest/gtest.h>

#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(FirstByte, HoldsTheBeginningOfEachAnswerBack) {
  StreamRig rig{"first_byte", "delay=100ms"};

  rig.asked().data(0ms, "a").data(50ms, "b").data(150ms, "c");
  rig.asked().data(200ms, "d").data(301ms, "e").finish(302ms).run_out();

  EXPECT_EQ(rig.tape.transcript(), "100ms:a 100ms:b 150ms:c 300ms:d 301ms:e 302ms:FIN");
  EXPECT_EQ(rig.effects().delay.snapshot().count(), 2U);
}

TEST(FirstByte, ABackendThatSpeaksFirstAnswersToo) {
  StreamRig rig{"first_byte", "delay=100ms"};

  rig.data(0ms, "220 ready").run_out();

  EXPECT_EQ(rig.tape.transcript(), "100ms:220 ready");
}

TEST(FirstByte, LeavesAnAnswerUnderWayAlone) {
  LinkFacts link = link_facts(1);
  link.bytes = {10, 500};
  StreamRig rig{"first_byte", "delay=100ms", link};

  rig.data(0ms, "rest").asked().data(5ms, "next").run_out();

  EXPECT_EQ(rig.tape.transcript(), "0s:rest 105ms:next");
}

TEST(FirstByte, RequestsMayComeAhead) {
  StreamRig rig{"first_byte", "delay=100ms"};

  rig.asked().data(0ms, "one").asked().data(10ms, "two").run_out();

  EXPECT_EQ(rig.tape.transcript(), "100ms:one 110ms:two");
}

TEST(FirstByte, AnRstOvertakes) {
  StreamRig rig{"first_byte", "delay=100ms"};

  rig.data(0ms, "a").abort(1ms);

  EXPECT_EQ(rig.tape.transcript(), "1ms:RST");
  EXPECT_EQ(rig.stream().discarded(), 1U);
}

}  // namespace
}  // namespace firedrill::faults
