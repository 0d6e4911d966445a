// The queue behind the faults that hold bytes back.
#include "faults/held.hpp"

#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

TEST(Held, PassesWhatIsDueInOrder) {
  Held held;
  Tape tape;
  held.push(Bytes::copy_of("a"), at(10ms));
  held.push(Bytes::copy_of("b"), at(20ms));
  held.push_finish(at(20ms));

  held.pass_until(at(9ms), tape);
  EXPECT_EQ(tape.transcript(), "");
  held.pass_until(at(10ms), tape);
  EXPECT_EQ(tape.transcript(), "10ms:a");
  EXPECT_EQ(held.next_due(), at(20ms));
  held.pass_until(at(25ms), tape);

  EXPECT_EQ(tape.transcript(), "10ms:a 25ms:b 25ms:FIN");
  EXPECT_EQ(held.next_due(), never);
}

TEST(Held, AnEndWaitsForTheBytesBeforeIt) {
  Held held;
  Tape tape;
  held.push(Bytes::copy_of("a"), at(30ms));
  held.push_abort(at(30ms));

  held.pass_until(at(29ms), tape);
  EXPECT_EQ(tape.transcript(), "");
  held.pass_until(at(30ms), tape);

  EXPECT_EQ(tape.transcript(), "30ms:a 30ms:RST");
}

TEST(Held, AnEndMayBeDueLaterThanTheBytes) {
  Held held;
  Tape tape;
  held.push(Bytes::copy_of("a"), at(10ms));
  held.push_finish(at(40ms));

  held.pass_until(at(20ms), tape);
  EXPECT_EQ(held.next_due(), at(40ms));
  held.pass_until(at(40ms), tape);

  EXPECT_EQ(tape.transcript(), "20ms:a 40ms:FIN");
}

TEST(Held, PassesEverythingWhenReleased) {
  Held held;
  Tape tape;
  held.push(Bytes::copy_of("ab"), at(1h));
  held.push(Bytes::copy_of("c"), never);
  held.push_finish(never);
  EXPECT_EQ(held.bytes(), 3U);

  held.pass_all(at(5ms), tape);

  EXPECT_EQ(tape.transcript(), "5ms:ab 5ms:c 5ms:FIN");
  EXPECT_EQ(held.bytes(), 0U);
  EXPECT_EQ(held.next_due(), never);
}

TEST(Held, DropForgetsBytesAndEnd) {
  Held held;
  Tape tape;
  held.push(Bytes::copy_of("ab"), at(1ms));
  held.push_finish(at(2ms));

  EXPECT_EQ(held.drop(), 2U);
  held.pass_all(at(3ms), tape);

  EXPECT_EQ(tape.transcript(), "");
  EXPECT_EQ(held.bytes(), 0U);
}

}  // namespace
}  // namespace firedrill::faults
