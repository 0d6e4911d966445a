// Connections as a load balancer holds them, in virtual time.
#include "drills/client_pool.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// Plays a pool and writes down what it decides.
class Played : public ClientPool::Hands {
 public:
  explicit Played(const KeepSpec& spec) : pool{spec} {}

  void open(ClientPool::Connection connection, ClientPool::Request request) override {
    told.push_back(fmt::format("{} opens #{}", request, connection));
  }
  void reuse(ClientPool::Connection connection, ClientPool::Request request) override {
    told.push_back(fmt::format("{} by #{}", request, connection));
  }
  void close(ClientPool::Connection connection) override { told.push_back(fmt::format("close #{}", connection)); }
  void refuse(ClientPool::Request request, std::string_view why) override {
    told.push_back(fmt::format("{} {}", request, why));
  }

  Played& arrive(ClientPool::Request request, Duration at) {
    pool.arrive(request, Time{at}, *this);
    return *this;
  }
  Played& answered(ClientPool::Connection connection, Duration at) {
    pool.over(connection, true, Time{at}, *this);
    return *this;
  }
  Played& died(ClientPool::Connection connection, Duration at) {
    pool.over(connection, false, Time{at}, *this);
    return *this;
  }
  Played& tick(Duration at) {
    pool.tick(Time{at}, *this);
    return *this;
  }
  std::vector<std::string> said() { return std::exchange(told, {}); }

  ClientPool pool;
  std::vector<std::string> told;
};

KeepSpec most(std::uint64_t max) {
  KeepSpec spec;
  spec.max = max;
  return spec;
}

/// Three idle connections, of which #0 was used first and #2 last.
void have_three_idle(Played& played) {
  played.arrive(1, 0s).arrive(2, 0s).arrive(3, 0s).answered(0, 1s).answered(1, 2s).answered(2, 3s);
  played.said();
}

TEST(ClientPool, OpensAsManyAsItMayAndMakesTheOthersWaitInTurn) {
  Played played{most(2)};

  played.arrive(1, 0s).arrive(2, 0s).arrive(3, 1s).arrive(4, 1s);
  EXPECT_THAT(played.said(), ElementsAre("1 opens #0", "2 opens #1"));
  EXPECT_EQ(played.pool.waiting(), 2);

  played.answered(1, 2s).answered(0, 3s);
  EXPECT_THAT(played.said(), ElementsAre("3 by #1", "4 by #0"));
}

TEST(ClientPool, TakesTheOneThatWasUsedLast) {
  Played played{most(3)};
  have_three_idle(played);

  played.arrive(4, 4s).arrive(5, 4s);

  EXPECT_THAT(played.said(), ElementsAre("4 by #2", "5 by #1"));
}

TEST(ClientPool, TakesTheOneThatWasNotUsedLongestWhenAskedTo) {
  KeepSpec spec = most(3);
  spec.reuse = KeepSpec::Reuse::fifo;
  Played played{spec};
  have_three_idle(played);

  played.arrive(4, 4s).arrive(5, 4s);

  EXPECT_THAT(played.said(), ElementsAre("4 by #0", "5 by #1"));
}

TEST(ClientPool, ReplacesWhatDiedForWhoeverWaits) {
  Played played{most(1)};

  played.arrive(1, 0s).arrive(2, 0s).died(0, 1s);

  EXPECT_THAT(played.said(), ElementsAre("1 opens #0", "2 opens #0"));
  EXPECT_EQ(played.pool.open(), 1);
}

TEST(ClientPool, ClosesWhatWasIdleForTooLong) {
  KeepSpec spec = most(3);
  spec.idle = 10s;
  Played played{spec};
  have_three_idle(played);

  EXPECT_EQ(played.pool.wake(), Time{11s});
  played.tick(11s - 1ns);
  EXPECT_THAT(played.said(), IsEmpty());
  played.tick(12s);
  EXPECT_THAT(played.said(), ElementsAre("close #0", "close #1"));
  EXPECT_EQ(played.pool.open(), 1);
  EXPECT_EQ(played.pool.wake(), Time{13s});
}

TEST(ClientPool, NeverLendsWhatWasIdleForTooLongHoweverLateTheTick) {
  KeepSpec spec = most(1);
  spec.idle = 10s;
  Played played{spec};

  played.arrive(1, 0s).answered(0, 1s).arrive(2, 11s);

  EXPECT_THAT(played.said(), ElementsAre("1 opens #0", "close #0", "2 opens #0"));
}

TEST(ClientPool, KeepsNoMoreIdleThanItIsToldAndLetsTheOldestGo) {
  KeepSpec spec = most(3);
  spec.keep = 1;
  Played played{spec};

  played.arrive(1, 0s).arrive(2, 0s).answered(0, 1s).answered(1, 2s);

  EXPECT_THAT(played.said(), ElementsAre("1 opens #0", "2 opens #1", "close #0"));
  EXPECT_EQ(played.pool.idle(), 1);
}

TEST(ClientPool, KeepsNoneWhenItIsToldSo) {
  KeepSpec spec = most(3);
  spec.keep = 0;
  Played played{spec};

  played.arrive(1, 0s).answered(0, 1s);

  EXPECT_THAT(played.said(), ElementsAre("1 opens #0", "close #0"));
  EXPECT_EQ(played.pool.open(), 0);
}

TEST(ClientPool, ClosesWhatHasCarriedEnough) {
  KeepSpec spec = most(1);
  spec.max_requests = 2;
  Played played{spec};

  played.arrive(1, 0s).answered(0, 1s).arrive(2, 2s).arrive(3, 2s).answered(0, 3s);

  EXPECT_THAT(played.said(), ElementsAre("1 opens #0", "2 by #0", "close #0", "3 opens #0"));
}

TEST(ClientPool, TurnsAwayWhomItHasNoPlaceFor) {
  KeepSpec spec = most(1);
  spec.queue = 1;
  Played played{spec};

  played.arrive(1, 0s).arrive(2, 0s).arrive(3, 0s);

  EXPECT_THAT(played.said(), ElementsAre("1 opens #0", "3 pool_full"));
}

TEST(ClientPool, TurnsAwayEverybodyItWouldHaveToKeepWaitingWithNoQueue) {
  KeepSpec spec = most(1);
  spec.queue = 0;
  Played played{spec};

  played.arrive(1, 0s).arrive(2, 0s).answered(0, 1s).arrive(3, 1s);

  EXPECT_THAT(played.said(), ElementsAre("1 opens #0", "2 pool_full", "3 by #0"));
}

TEST(ClientPool, TurnsAwayWhoHasWaitedTooLong) {
  KeepSpec spec = most(1);
  spec.queue_timeout = 2s;
  Played played{spec};

  played.arrive(1, 0s).arrive(2, 1s).arrive(3, 2s);
  EXPECT_EQ(played.pool.wake(), Time{3s});
  played.answered(0, 3s);

  EXPECT_THAT(played.said(), ElementsAre("1 opens #0", "2 pool_timeout", "3 by #0"));
}

TEST(ClientPool, ForgetsWhoWaitsNoMoreAndWhatWasClosedFromOutside) {
  Played played{most(1)};

  played.arrive(1, 0s).arrive(2, 0s).arrive(3, 0s);
  EXPECT_TRUE(played.pool.withdraw(2));
  EXPECT_FALSE(played.pool.withdraw(2));
  played.answered(0, 1s).answered(0, 2s);
  played.pool.lost(0);
  played.arrive(4, 3s);

  EXPECT_THAT(played.said(), ElementsAre("1 opens #0", "3 by #0", "4 opens #0"));
}

}  // namespace
}  // namespace firedrill::drills
