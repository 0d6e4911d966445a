// Virtual time: order, and alarms that change their mind.
#include "simulate/agenda.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace firedrill::simulate {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(Agenda, LetsThingsHappenInTheOrderOfTheirMoments) {
  Agenda agenda;
  std::vector<std::string> rung;
  Alarm late{agenda, [&] { rung.emplace_back("late"); }}, early{agenda, [&] { rung.emplace_back("early"); }};
  late.set(agenda.now() + 2s);
  early.set(agenda.now() + 1s);

  agenda.play(agenda.now() + 1500ms);
  rung.emplace_back("half past one");
  agenda.play(Agenda::beginning + 3s);

  EXPECT_THAT(rung, ElementsAre("early", "half past one", "late"));
  EXPECT_EQ(agenda.now(), Agenda::beginning + 3s);
}

TEST(Agenda, LetsWhatWasSetFirstHappenFirstInOneMoment) {
  Agenda agenda;
  std::string rung;
  std::vector<std::unique_ptr<Alarm>> alarms;
  for (char name = 'a'; name <= 'p'; ++name)
    alarms.push_back(std::make_unique<Alarm>(agenda, [&rung, name] { rung += name; }));
  for (const auto& alarm : alarms) alarm->set(agenda.now() + 1s);

  agenda.play(agenda.now() + 1s);

  EXPECT_EQ(rung, "abcdefghijklmnop");
}

TEST(Agenda, FollowsAnAlarmThatIsMovedCancelledOrGone) {
  Agenda agenda;
  std::string rung;
  Alarm moved{agenda, [&] { rung += 'm'; }}, stays{agenda, [&] { rung += 's'; }}, never{agenda, [&] { rung += 'n'; }};
  moved.set(agenda.now() + 1s);
  stays.set(agenda.now() + 2s);
  never.set(agenda.now() + 1s);
  {
    Alarm gone{agenda, [&] { rung += 'g'; }};
    gone.set(agenda.now() + 1s);
  }
  moved.set(agenda.now() + 3s);
  never.cancel();

  agenda.play(agenda.now() + 5s);

  EXPECT_EQ(rung, "sm");
  EXPECT_TRUE(agenda.empty());
}

TEST(Agenda, StopsAtTheMomentAtWhichItIsOver) {
  Agenda agenda;
  int rung = 0;
  Alarm each_second{agenda, [&] {
                      ++rung;
                      each_second.set(agenda.now() + 1s);
                    }};
  each_second.set(agenda.now() + 1s);

  agenda.play(agenda.now() + 1h, [&] { return rung == 3; });

  EXPECT_EQ(agenda.now(), Agenda::beginning + 3s);
}

}  // namespace
}  // namespace firedrill::simulate
