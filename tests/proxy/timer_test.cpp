// Timers against the simplest thing that could be right: a list that is searched.
#include "proxy/timer.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firedrill {
namespace {

using namespace std::chrono_literals;
using faults::Time;
using proxy::Timer;
using proxy::Timers;
using testing::ElementsAre;

constexpr Time start{1h};

class TimerTest : public testing::Test {
 protected:
  Timer& add() {
    const int number = static_cast<int>(all.size());
    all.push_back(std::make_unique<Timer>(timers, [this, number](Time) { fired.push_back(number); }));
    return *all.back();
  }
  Timers timers;
  std::vector<std::unique_ptr<Timer>> all;
  std::vector<int> fired;
};

TEST_F(TimerTest, FireInOrderOfTheirMoments) {
  add().set(start + 3ms);
  add().set(start + 1ms);
  add().set(start + 2ms);
  EXPECT_EQ(timers.next(), start + 1ms);

  timers.fire(start + 2ms);

  EXPECT_THAT(fired, ElementsAre(1, 2));
  EXPECT_EQ(timers.next(), start + 3ms);
}

TEST_F(TimerTest, FireOnce) {
  add().set(start);

  timers.fire(start);
  timers.fire(start + 1h);

  EXPECT_THAT(fired, ElementsAre(0));
  EXPECT_EQ(timers.next(), faults::never);
}

TEST_F(TimerTest, TheLastMomentSetCounts) {
  Timer& timer = add();
  timer.set(start + 1ms);
  timer.set(start + 5ms);

  timers.fire(start + 4ms);
  EXPECT_THAT(fired, ElementsAre());
  timers.fire(start + 5ms);
  EXPECT_THAT(fired, ElementsAre(0));
}

TEST_F(TimerTest, ThatAreCancelledOrGoneDoNotFire) {
  add().set(start);
  add().set(start);
  add().set(start);
  all[0]->cancel();
  all[1].reset();

  timers.fire(start);

  EXPECT_THAT(fired, ElementsAre(2));
}

TEST_F(TimerTest, OneThatSetsItselfForThePastDoesNotKeepTheOthersWaitingForEver) {
  Timer* again = nullptr;
  int times = 0;
  Timer eager{timers, [&](Time now) {
                ++times;
                again->set(now - 1ms);
              }};
  again = &eager;
  eager.set(start);
  add().set(start + 1ms);

  timers.fire(start + 1ms);
  timers.fire(start + 1ms);
  eager.cancel();
  timers.fire(start + 1ms);

  EXPECT_LE(times, 4);
  EXPECT_THAT(fired, ElementsAre(0));
}

TEST_F(TimerTest, MayEndOthersWhileTheyFire) {
  Timer first{timers, [this](Time) { all.clear(); }};
  first.set(start);
  for (int i = 1; i < 10; ++i) add().set(start + 1ms * i);

  timers.fire(start + 1h);

  EXPECT_THAT(fired, ElementsAre());
  EXPECT_EQ(timers.next(), faults::never);
}

class Seeds : public TimerTest, public testing::WithParamInterface<unsigned> {};

INSTANTIATE_TEST_SUITE_P(Random, Seeds, testing::Range(1U, 6U));

TEST_P(Seeds, AgreeWithAListThatIsSearched) {
  std::mt19937 random{GetParam()};
  std::map<int, Time> expected;
  for (int i = 0; i < 60; ++i) add();

  Time now = start;
  for (int step = 0; step < 5000; ++step) {
    const int which = static_cast<int>(random() % all.size());
    const Time at = now + 1ms * static_cast<int>(random() % 50);
    switch (random() % 4) {
      case 0:
        all[static_cast<std::size_t>(which)]->cancel();
        expected.erase(which);
        break;
      case 1: {
        now += 1ms;
        fired.clear();
        timers.fire(now);
        std::vector<int> due;
        for (auto it = expected.begin(); it != expected.end();) {
          if (it->second > now) {
            ++it;
            continue;
          }
          due.push_back(it->first);
          it = expected.erase(it);
        }
        ASSERT_THAT(fired, testing::UnorderedElementsAreArray(due)) << "step " << step;
        break;
      }
      default:
        all[static_cast<std::size_t>(which)]->set(at);
        expected[which] = at;
    }
    Time earliest = faults::never;
    for (const auto& [number, moment] : expected) earliest = std::min(earliest, moment);
    ASSERT_EQ(timers.next(), earliest) << "step " << step;
  }
}

}  // namespace
}  // namespace firedrill
