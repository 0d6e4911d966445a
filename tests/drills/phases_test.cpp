// What a moment is called.
#include "drills/phases.hpp"

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr faults::Time run_start{};

std::vector<std::string> at(const Phases& phases, faults::Duration moment) {
  return phases.names(phases.at(run_start + moment));
}

TEST(Phases, GoFromBeforeOverFaultToAfter) {
  Phases phases{{"slow"}, 1};
  phases.on(0, run_start + 10s);
  phases.off(0, run_start + 20s);

  EXPECT_THAT(at(phases, 0s), ElementsAre("before", "always"));
  EXPECT_THAT(at(phases, 10s - 1ns), ElementsAre("before", "always"));
  EXPECT_THAT(at(phases, 10s), ElementsAre("fault", "always", "slow"));
  EXPECT_THAT(at(phases, 20s - 1ns), ElementsAre("fault", "always", "slow"));
  EXPECT_THAT(at(phases, 20s), ElementsAre("after", "always"));
}

TEST(Phases, GapsBelongToAlwaysOnly) {
  Phases phases{{"slow"}, 2};
  phases.on(0, run_start + 1s);
  phases.off(0, run_start + 2s);

  EXPECT_THAT(at(phases, 3s), ElementsAre("always")) << "another is still to come";
  phases.on(0, run_start + 4s);
  phases.off(0, run_start + 5s);

  EXPECT_THAT(at(phases, 3s), ElementsAre("always"));
  EXPECT_THAT(at(phases, 5s), ElementsAre("after", "always"));
}

TEST(Phases, FaultsOverlap) {
  Phases phases{{"a", "b"}, 2};
  phases.on(0, run_start + 1s);
  phases.on(1, run_start + 2s);
  phases.off(0, run_start + 3s);
  phases.off(1, run_start + 4s);

  EXPECT_THAT(at(phases, 1s), ElementsAre("fault", "always", "a"));
  EXPECT_THAT(at(phases, 2s), ElementsAre("fault", "always", "a", "b"));
  EXPECT_THAT(at(phases, 3s), ElementsAre("fault", "always", "b"));
  EXPECT_THAT(at(phases, 4s), ElementsAre("after", "always"));
}

TEST(Phases, OneFaultMayFollowAnotherWithoutAGap) {
  Phases phases{{"a", "b"}, 2};
  phases.on(0, run_start + 1s);
  phases.off(0, run_start + 2s);
  phases.on(1, run_start + 2s);

  EXPECT_THAT(at(phases, 2s), ElementsAre("fault", "always", "b"));
}

TEST(Phases, AnAbortMakesTheGapTheTimeAfter) {
  Phases phases{{"a"}, 5};
  phases.on(0, run_start + 1s);
  phases.off(0, run_start + 2s);
  phases.nothing_to_come();

  EXPECT_THAT(at(phases, 2s), ElementsAre("after", "always"));
}

TEST(Phases, AreAllBeforeWhereNoFaultEverCame) {
  Phases phases{{"a"}, 1};
  phases.nothing_to_come();

  EXPECT_THAT(at(phases, 1s), ElementsAre("before", "always"));
}

TEST(Phases, TakeChangesThatAreToldLate) {
  Phases phases{{"a", "b"}, 2};
  phases.on(0, run_start + 1s);
  phases.on(1, run_start + 3s);
  phases.off(0, run_start + 2s);

  EXPECT_THAT(at(phases, 2s), ElementsAre("always"));
  EXPECT_THAT(at(phases, 3s), ElementsAre("fault", "always", "b"));
}

TEST(Phases, HaveNamesAndBits) {
  const Phases phases{{"a", "b"}, 2};

  EXPECT_EQ(phases.size(), 6U);
  EXPECT_EQ(phases.bit("before"), Phases::before);
  EXPECT_EQ(phases.bit("always"), Phases::always);
  EXPECT_EQ(phases.bit("b"), 5U);
  EXPECT_EQ(phases.bit("c"), phases.size());
  EXPECT_EQ(phases.name(4), "a");
}

TEST(Phases, MayBeReadWhileTheyChange) {
  Phases phases{{"a"}, 1000};
  std::thread reader{[&] {
    for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(phases.at(run_start + 500ms).test(Phases::always));
  }};

  for (int i = 0; i < 1000; ++i) {
    phases.on(0, run_start + i * 1ms);
    phases.off(0, run_start + i * 1ms + 500us);
  }
  reader.join();

  EXPECT_THAT(at(phases, 500ms), ElementsAre("fault", "always", "a"));
  EXPECT_THAT(at(phases, 999600us), ElementsAre("after", "always"));
}

}  // namespace
}  // namespace firedrill::drills
