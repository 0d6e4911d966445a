// Several link faults on one link.
#include "faults/watch.hpp"

#include <gtest/gtest.h>

#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using Action = Verdict::Action;

TEST(Watch, TheFirstVerdictWins) {
  const std::shared_ptr<const Fault> old = make_fault("old", "reset", "age=2s"),
                                     idle = make_fault("idle", "close", "idle=1s");
  Watch watch;

  EXPECT_EQ(watch.adopt({old, idle}, link_facts(1), at(0s)), Verdict{});
  EXPECT_EQ(watch.wake(), at(1s));
  EXPECT_EQ(watch.moved(Direction::upstream, 10, at(900ms)), Verdict{});
  EXPECT_EQ(watch.moved(Direction::upstream, 10, at(1800ms)), Verdict{});
  const Verdict verdict = watch.advance(at(3s));

  EXPECT_EQ(verdict, (Verdict{Action::abort, Side::both}));
  EXPECT_EQ(old->effects->due.load(), 1U);
  EXPECT_EQ(idle->effects->due.load(), 0U);
}

TEST(Watch, TicksComeInTheOrderOfTheirMoments) {
  const std::shared_ptr<const Fault> later = make_fault("later", "reset", "age=2s"),
                                     sooner = make_fault("sooner", "close", "age=1s");
  Watch watch;
  EXPECT_EQ(watch.adopt({later, sooner}, link_facts(1), at(0s)), Verdict{});

  EXPECT_EQ(watch.advance(at(1h)).action, Action::finish) << "however late the timer is";
}

TEST(Watch, BytesThatComeTooLateDoNotKeepAnIdleLink) {
  Watch watch;
  EXPECT_EQ(watch.adopt({make_fault("f", "reset", "idle=1s")}, link_facts(1), at(0s)), Verdict{});

  EXPECT_EQ(watch.moved(Direction::downstream, 1, at(1001ms)).action, Action::abort);
}

TEST(Watch, AFaultMayEndALinkAsItComes) {
  const std::shared_ptr<const Fault> now = make_fault("now", "reset", "side=client"),
                                     also = make_fault("also", "close", "");
  Watch watch;

  EXPECT_EQ(watch.adopt({now, also}, link_facts(1), at(0s)), (Verdict{Action::abort, Side::client}));
  EXPECT_EQ(now->effects->due.load(), 1U);
  EXPECT_EQ(now->effects->links(), 1U);
  EXPECT_EQ(also->effects->links(), 0U);
}

TEST(Watch, ALinkMerelyWatchedIsNotTouched) {
  const std::shared_ptr<const Fault> fault = make_fault("f", "reset", "age=1h");
  Watch watch;

  EXPECT_EQ(watch.adopt({fault}, link_facts(1), at(0s)), Verdict{});
  EXPECT_EQ(watch.moved(Direction::upstream, 1, at(1s)), Verdict{});

  EXPECT_EQ(fault->effects->links(), 0U);
}

TEST(Watch, AnUpdateKeepsTheCounts) {
  const std::shared_ptr<const Fault> before = make_fault("f", "close", "bytes=1MB"),
                                     after = make_fault("f", "close", "bytes=100B");
  Watch watch;
  EXPECT_EQ(watch.adopt({before}, link_facts(1), at(0s)), Verdict{});
  EXPECT_EQ(watch.moved(Direction::upstream, 60, at(1s)), Verdict{});

  EXPECT_EQ(watch.adopt({after}, link_facts(1), at(2s)), Verdict{});
  EXPECT_EQ(watch.moved(Direction::downstream, 40, at(3s)).action, Action::finish);
}

TEST(Watch, ARemovedFaultWatchesNoMore) {
  Watch watch;
  EXPECT_EQ(watch.adopt({make_fault("f", "reset", "age=5s")}, link_facts(1), at(0s)), Verdict{});

  EXPECT_EQ(watch.adopt({}, link_facts(1), at(1s)), Verdict{});

  EXPECT_TRUE(watch.empty());
  EXPECT_EQ(watch.wake(), never);
  EXPECT_EQ(watch.advance(at(1h)), Verdict{});
}

TEST(Watch, AnUnchangedFaultIsNotOpenedAgain) {
  const std::shared_ptr<const Fault> chance = make_fault("f", "reset", "chance=1%");
  Watch watch;
  EXPECT_EQ(watch.adopt({chance}, link_facts(1), at(0s)), Verdict{});
  const Time due = watch.wake();

  EXPECT_EQ(watch.adopt({chance, make_fault("g", "reset", "age=300d")}, link_facts(1), at(1ms)), Verdict{});

  EXPECT_EQ(watch.wake(), due);
}

TEST(Watch, RecordsHowLateTicksWere) {
  const std::shared_ptr<const Fault> fault = make_fault("f", "reset", "age=1s");
  Watch watch;
  EXPECT_EQ(watch.adopt({fault}, link_facts(1), at(0s)), Verdict{});

  EXPECT_EQ(watch.advance(at(1003ms)).action, Action::abort);

  EXPECT_EQ(fault->effects->lateness.snapshot().total(), 3ms);
}

}  // namespace
}  // namespace firedrill::faults
