// The pool on real sockets: slots, the queue in front of them, and what becomes of those who wait.
#include <string>
#include <vector>

#include "tests/support/loopback.hpp"

namespace firedrill {
namespace {

using namespace std::chrono_literals;
using faults::Occupancy;
using proxy::End;
using tests::eventually;
using tests::Loopback;
using tests::Peer;

class Pool : public Loopback {
 protected:
  void pool(std::string_view settings) { put("pool", "pool", settings); }
  Occupancy occupancy() {
    const auto pools = counters().pools;
    return pools.empty() ? Occupancy{} : pools.front().second;
  }
  bool eventually_waiting(std::uint64_t n) {
    return eventually([&] { return occupancy().queue == n; });
  }
  /// A client that says its name; the pool has dealt with its arrival.
  Peer arrive(std::string_view saying) {
    open();
    const std::uint64_t before = counters().bytes_in[0];
    Peer peer = connect();
    peer.send(saying);
    EXPECT_TRUE(eventually([&] { return counters().bytes_in[0] == before + saying.size(); }));
    return peer;
  }
  /// Whose request the backend gets next.
  std::string next_served(Peer& served) {
    served = backend.accept();
    return served.read(1);
  }
};

TEST_F(Pool, ServesUpToItsCapAndMakesOthersWait) {
  pool("max_connections=2");
  Peer a = arrive("a"), b = arrive("b"), c = arrive("c");
  Peer first = backend.accept(), second = backend.accept();

  EXPECT_FALSE(backend.has_caller());
  EXPECT_EQ(occupancy().active, 2U);
  EXPECT_EQ(occupancy().queue, 1U);
  EXPECT_EQ(occupancy().limit, 2U);

  first.close();
  a.close();
  b.close();
  Peer third = backend.accept();
  third.expect("c").send("served");
  c.expect("served");
  EXPECT_EQ(occupancy().granted_after_wait, 1U);
}

TEST_F(Pool, GivesSlotsInTheOrderOfArrival) {
  pool("max_connections=0");
  Peer a = arrive("a"), b = arrive("b"), c = arrive("c");
  ASSERT_TRUE(eventually_waiting(3));
  Peer first, second, third;

  pool("max_connections=1");
  EXPECT_EQ(next_served(first), "a");
  a.reset();
  EXPECT_EQ(next_served(second), "b");
  b.reset();
  EXPECT_EQ(next_served(third), "c");
}

TEST_F(Pool, GivesSlotsToTheLastComerFirstIfAskedTo) {
  pool("max_connections=0 order=lifo");
  Peer a = arrive("a"), b = arrive("b"), c = arrive("c");
  ASSERT_TRUE(eventually_waiting(3));
  Peer first, second, third;

  pool("max_connections=1 order=lifo");
  EXPECT_EQ(next_served(first), "c");
  c.reset();
  EXPECT_EQ(next_served(second), "b");
  b.reset();
  EXPECT_EQ(next_served(third), "a");
}

TEST_F(Pool, RaisingTheCapGrantsAtOnce) {
  pool("max_connections=0");
  std::vector<Peer> clients, servers;
  for (int i = 0; i < 10; ++i) clients.push_back(arrive("x"));
  ASSERT_TRUE(eventually_waiting(10));

  pool("max_connections=4");

  EXPECT_EQ(occupancy().active, 4U);
  EXPECT_EQ(occupancy().queue, 6U);
  for (int i = 0; i < 4; ++i) servers.push_back(backend.accept());
}

TEST_F(Pool, CountsLinksThatWereOpenBefore) {
  link();

  pool("max_connections=1");
  Peer waits = arrive("w");

  EXPECT_EQ(occupancy().active, 1U);
  EXPECT_EQ(occupancy().queue, 1U);
  client.reset();
  Peer served;
  EXPECT_EQ(next_served(served), "w");
}

TEST_F(Pool, ALoweredCapDrains) {
  pool("max_connections=2");
  Peer a = arrive("a"), b = arrive("b");
  Peer first = backend.accept(), second = backend.accept();

  pool("max_connections=1");
  Peer c = arrive("c");
  a.reset();
  ASSERT_TRUE(eventually([this] { return counters().open == 2; }));

  EXPECT_FALSE(backend.has_caller());
  b.reset();
  Peer served;
  EXPECT_EQ(next_served(served), "c");
}

TEST_F(Pool, EvictEndsTheYoungest) {
  pool("max_connections=2 evict=true");
  Peer a = arrive("a");
  Peer first = backend.accept();
  Peer b = arrive("b");
  Peer second = backend.accept();

  pool("max_connections=1 evict=true");

  b.expect_reset();
  first.expect("a").send("still here");
  a.expect("still here");
  EXPECT_TRUE(eventually_ended(End::evicted));
}

TEST_F(Pool, PatienceEndsInAnRst) {
  pool("max_connections=0 queue_timeout=50ms");
  client = connect();

  client.expect_reset();

  EXPECT_TRUE(eventually_ended(End::queue_timeout));
  EXPECT_EQ(occupancy().timed_out, 1U);
  EXPECT_EQ(counters().connect_errors(), 0U);
}

TEST_F(Pool, PatienceEndsInAFin) {
  pool("max_connections=0 queue_timeout=50ms on_timeout=close");
  client = connect();
  client.send("request");

  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
}

TEST_F(Pool, PatienceEndsInHangingAndHealAdmits) {
  pool("max_connections=0 queue_timeout=20ms on_timeout=hold");
  client = arrive("h");
  ASSERT_TRUE(eventually([this] { return occupancy().held == 1; }));
  client.expect_silence();

  heal("pool");

  Peer served;
  EXPECT_EQ(next_served(served), "h");
}

TEST_F(Pool, AFullQueueTurnsAway) {
  pool("max_connections=0 queue=1");
  Peer waits = arrive("w");

  client = connect();
  client.expect_reset();

  EXPECT_TRUE(eventually_ended(End::queue_full));
  EXPECT_EQ(occupancy().rejected, 1U);
  pool("max_connections=0 queue=1 on_full=close");
  client = connect();
  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
  pool("max_connections=0 queue=1 on_full=hold");
  client = arrive("h");
  EXPECT_EQ(occupancy().held, 1U);
}

TEST_F(Pool, AThousandCanHang) {
  const unsigned links = 1000 / tests::haste;
  pool("max_connections=0 queue=0 on_full=hold");
  std::vector<Peer> clients, servers;
  for (unsigned i = 0; i < links; ++i) clients.push_back(connect());
  ASSERT_TRUE(eventually([&] { return occupancy().held == links; }));

  heal("pool");

  for (Peer& one : clients) one.send("ping").finish_sending();
  for (unsigned i = 0; i < links; ++i) {
    servers.push_back(backend.accept());
    servers.back().send("pong").finish_sending();
  }
  for (Peer& one : clients) one.expect("pong").expect_end();
}

TEST_F(Pool, AClientThatResetsGivesItsPlaceBack) {
  pool("max_connections=0");
  Peer waits = arrive("w");
  ASSERT_TRUE(eventually_waiting(1));

  waits.reset();

  EXPECT_TRUE(eventually_waiting(0));
  EXPECT_TRUE(eventually_ended(End::client_gone));
  EXPECT_EQ(occupancy().gone, 1U);
  EXPECT_EQ(counters().undelivered, 1U);
}

TEST_F(Pool, AClientThatClosesKeepsItsPlace) {
  pool("max_connections=0");
  Peer waits = arrive("w");
  waits.close();

  pool("max_connections=1");

  Peer served;
  EXPECT_EQ(next_served(served), "w");
  served.expect_end();
}

TEST_F(Pool, AClientThatClosesGivesItsPlaceBackIfAskedTo) {
  pool("max_connections=0 drop_on_client_close=true");
  Peer waits = arrive("w");

  waits.finish_sending();

  EXPECT_TRUE(eventually_ended(End::client_gone));
  waits.expect_end();
  EXPECT_FALSE(backend.has_caller());
}

TEST_F(Pool, AClientThatClosesWhileItHangsGivesItsPlaceBackIfAskedTo) {
  pool("max_connections=0 queue=0 on_full=hold drop_on_client_close=true");
  client = arrive("h");

  client.finish_sending();

  EXPECT_TRUE(eventually_ended(End::client_gone));
}

TEST_F(Pool, WaitingInTheBacklogIsWaitingInTheKernel) {
  pool("max_connections=1 wait=backlog");
  Peer a = connect();
  Peer first = backend.accept();
  Peer b = connect();  // the kernel answers
  b.send("b");

  EXPECT_EQ(counters().accepted, 1U);
  EXPECT_FALSE(backend.has_caller());

  a.reset();
  Peer served;
  EXPECT_EQ(next_served(served), "b");
}

TEST_F(Pool, HealingLetsTheBacklogIn) {
  pool("max_connections=0 wait=backlog");
  Peer a = connect();
  a.send("a");

  heal("pool");

  Peer served;
  EXPECT_EQ(next_served(served), "a");
}

TEST_F(Pool, HealingAdmitsEveryoneInOrder) {
  pool("max_connections=0");
  Peer a = arrive("a"), b = arrive("b");
  ASSERT_TRUE(eventually_waiting(2));

  heal("pool");

  Peer first = backend.accept(), second = backend.accept();
  const std::string both = first.read(1) + second.read(1);
  EXPECT_TRUE(both == "ab" || both == "ba") << both;
}

TEST_F(Pool, BytesOfAWaitingClientStayBoundedAndArrive) {
  pool("max_connections=0");
  client = connect();
  const std::uint64_t sent = client.send_until_stuck(1, 100'000'000);
  ASSERT_LT(sent, 100'000'000U);
  EXPECT_LE(counters().bytes_in[0], 1024U * 1024);

  heal("pool");

  server = backend.accept();
  client.finish_sending();
  std::uint64_t got = 0;
  for (std::string bytes = server.read(65536); !bytes.empty(); bytes = server.read(65536)) got += bytes.size();
  EXPECT_EQ(got, sent);
}

TEST_F(Pool, PreoccupiedSlotsAreNobodysButGone) {
  pool("max_connections=3 preoccupy=3");
  client = arrive("w");
  EXPECT_EQ(occupancy().preoccupied, 3U);
  EXPECT_FALSE(backend.has_caller());

  pool("max_connections=3");

  Peer served;
  EXPECT_EQ(next_served(served), "w");
}

TEST_F(Pool, SlotsThatLeakAreLostUntilHealed) {
  pool("max_connections=2 leak=100%");
  for (int i = 0; i < 2; ++i) {
    link();
    client.reset();
    EXPECT_TRUE(eventually([this] { return counters().open == 0; }));
  }
  EXPECT_EQ(occupancy().leaked, 2U);
  client = arrive("w");
  EXPECT_FALSE(backend.has_caller());

  heal("pool");

  Peer served;
  EXPECT_EQ(next_served(served), "w");
}

TEST_F(Pool, ALinkThatEndsWhileItsDialHangsGivesItsSlotBack) {
  tests::Backend busy{0};
  Peer fills = Peer::connect(busy.endpoint());
  auto stuck = spec();
  stuck.upstream = busy.endpoint();
  stuck.connect_timeout = 50ms;
  open(stuck);
  pool("max_connections=1");
  client = connect();
  client.expect_end();

  EXPECT_TRUE(eventually([this] { return occupancy().active == 0; }));
}

TEST_F(Pool, ManyClientsThroughFewSlotsAllGetTheirTurn) {
  pool("max_connections=7");
  const unsigned clients = 300 / tests::haste;
  std::vector<Peer> waiting;
  for (unsigned i = 0; i < clients; ++i) waiting.push_back(connect());
  for (Peer& one : waiting) one.send("ping").finish_sending();

  for (unsigned i = 0; i < clients; ++i) {
    Peer served = backend.accept();
    EXPECT_LE(occupancy().active, 7U);
    served.expect("ping").expect_end().send("pong").finish_sending();
  }

  for (Peer& one : waiting) one.expect("pong").expect_end();
  EXPECT_LE(occupancy().active_max, 7U);
  EXPECT_EQ(occupancy().granted, clients);
}

}  // namespace
}  // namespace firedrill
