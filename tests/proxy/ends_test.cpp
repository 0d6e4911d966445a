// Every reason a link can end for: reached on real sockets, counted once.
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/loopback.hpp"

namespace firedrill {
namespace {

using namespace std::chrono_literals;
using proxy::End;
using tests::Backend;
using tests::eventually;
using tests::local;
using tests::Loopback;
using tests::Peer;

using Ends = Loopback;
using Dialling = Loopback;

TEST_F(Ends, AreNamedAndNoTwoAlike) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < proxy::end_count; ++i) names.emplace_back(proxy::name(static_cast<End>(i)));
  std::sort(names.begin(), names.end());

  EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
  EXPECT_FALSE(names.front().empty());
}

// One after the other through one proxy, so that each count can be seen to rise by one alone.
TEST_F(Ends, EachIsReachedAndCountedOnce) {
  open();
  std::array<std::uint64_t, proxy::end_count> before{};
  const auto expect_one_more = [&](End why) {
    ++before[static_cast<std::size_t>(why)];
    EXPECT_TRUE(eventually([&] { return counters().ended == before; })) << proxy::name(why);
    EXPECT_EQ(counters().open, 0U) << proxy::name(why);
    EXPECT_EQ(counters().accepted, std::accumulate(before.begin(), before.end(), std::uint64_t{0}));
  };
  {
    link();
    client.finish_sending();
    server.expect_end().finish_sending();
    expect_one_more(End::client_finished);
  }
  {
    link();
    server.finish_sending();
    client.expect_end().finish_sending();
    expect_one_more(End::upstream_finished);
  }
  {
    link();
    client.send("x");  // a link whose upstream has only just been reached may still count as one that dials
    server.expect("x");
    client.reset();
    expect_one_more(End::client_reset);
  }
  {
    link();
    client.send("x");  // a link whose upstream has only just been reached may still count as one that dials
    server.expect("x");
    server.reset();
    expect_one_more(End::upstream_reset);
  }
  {
    link();
    put("cut", "reset");
    expect_one_more(End::fault_reset);
    heal();
  }
  {
    link();
    put("cut", "close");
    expect_one_more(End::fault_close);
    heal();
  }
  {
    put("shut", "refuse");
    client = connect();
    client.expect_reset();
    expect_one_more(End::refused);
    heal();
  }
  {
    put("pool", "pool", "max_connections=0 queue=0");
    client = connect();
    client.expect_reset();
    expect_one_more(End::queue_full);
    heal();
  }
  {
    put("pool", "pool", "max_connections=0 queue_timeout=20ms");
    client = connect();
    client.expect_reset();
    expect_one_more(End::queue_timeout);
    heal();
  }
  {
    link();
    put("pool", "pool", "max_connections=0 evict=true");
    client.expect_reset();
    expect_one_more(End::evicted);
    heal();
  }
  {
    put("pool", "pool", "max_connections=0");
    client = connect();
    client.reset();
    expect_one_more(End::client_gone);
    heal();
  }
  {
    put("gone", "blackhole", "direction=upstream");
    link();
    const std::uint64_t came = counters().bytes_in[0];
    client.send("lost");
    ASSERT_TRUE(eventually([&] { return counters().bytes_in[0] == came + 4; }));
    heal();
    expect_one_more(End::spoiled);
  }
  {
    close();
    before = {};
    auto impatient = spec();
    impatient.half_open_limit = 50ms;
    open(impatient);
    link();
    client.finish_sending();
    expect_one_more(End::half_open);
  }
}

TEST_F(Dialling, ARefusedConnectIsCountedAndTheClientGetsAFin) {
  auto described = spec();
  described.upstream = local(tests::free_port());
  open(described);
  client = connect();

  client.send("eager");

  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
  EXPECT_TRUE(eventually_ended(End::connect_refused));
  EXPECT_EQ(counters().connect_errors(), 1U);
}

// Also when the RST is here before the event loop has seen that the connect succeeded.
TEST_F(Dialling, AnUpstreamThatResetsAtOnceIsNoConnectError) {
  const unsigned links = 300 / tests::haste;
  for (unsigned i = 0; i < links; ++i) {
    link();
    server.reset();
    client.expect_reset();
  }

  EXPECT_TRUE(eventually_ended(End::upstream_reset, links));
}

TEST_F(Dialling, ANameThatDoesNotExistIsUnresolved) {
  auto described = spec();
  described.upstream = {"does-not-exist.invalid", 80, {}};
  open(described);
  client = connect();

  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
  EXPECT_TRUE(eventually_ended(End::unresolved));
}

TEST_F(Dialling, ANameIsResolved) {
  auto described = spec();
  described.upstream.host = "localhost";
  open(described);

  link();

  client.send("request");
  server.expect("request");
}

TEST_F(Dialling, ClosingWhileNamesAreLookedUpWaitsForNoNameServer) {
  auto described = spec();
  described.upstream = {"does-not-exist.invalid", 80, {}};
  open(described);
  std::vector<Peer> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(connect());
  ASSERT_TRUE(eventually([this] { return counters().accepted == 50; }));
}

TEST_F(Dialling, AConnectThatIsNotAnsweredTimesOut) {
  Backend busy{0};
  Peer fills = Peer::connect(busy.endpoint());  // its backlog: further SYNs go unanswered
  auto described = spec();
  described.upstream = busy.endpoint();
  described.connect_timeout = 100ms;
  open(described);

  client = connect();

  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
  EXPECT_TRUE(eventually_ended(End::connect_timeout));
}

TEST_F(Dialling, AClientThatLeavesMeanwhileIsGone) {
  Backend busy{0};
  Peer fills = Peer::connect(busy.endpoint());
  auto described = spec();
  described.upstream = busy.endpoint();
  open(described);
  client = connect();
  ASSERT_TRUE(eventually([this] { return counters().open == 1; }));

  client.reset();

  EXPECT_TRUE(eventually_ended(End::client_gone));
}

// Wherever the dial has got to, the upstream never sees a FIN for it.
TEST_F(Dialling, AnUpstreamThatWasReachedMeanwhileGetsAnRst) {
  for (unsigned i = 0; i < 300 / tests::haste; ++i) {
    client = connect();
    client.reset();
    // Nothing comes at all if the client was gone before the dial began.
    ASSERT_TRUE(eventually([&] { return counters().accepted == i + 1 && counters().open == 0; }));
    while (backend.has_caller()) {
      server = backend.accept();
      EXPECT_EQ(server.how_it_ends(), Peer::Left::reset);
    }
  }
}

TEST_F(Dialling, AClientThatLeavesBehindItsRequestIsGone) {
  Backend busy{0};
  Peer fills = Peer::connect(busy.endpoint());
  auto described = spec();
  described.upstream = busy.endpoint();
  open(described);
  client = connect();
  client.send("request");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[0] == 7; }));

  client.reset();

  EXPECT_TRUE(eventually_ended(End::client_gone));
  EXPECT_EQ(counters().undelivered, 7U);
}

TEST_F(Dialling, OneThatHangsHoldsUpNoOther) {
  Backend busy{0};
  Peer fills = Peer::connect(busy.endpoint());
  auto hanging = spec();
  hanging.name = "hanging";
  hanging.upstream = busy.endpoint();
  engine.open(hanging);
  std::vector<Peer> stuck;
  for (int i = 0; i < 20; ++i) stuck.push_back(Peer::connect(local(engine.port("hanging"))));

  link();

  client.send("request");
  server.expect("request");
  engine.close("hanging", {});
}

}  // namespace
}  // namespace firedrill
