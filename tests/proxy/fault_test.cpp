// Faults on living links: put in, changed and healed while bytes are on their way.
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "faults/blocks.hpp"
#include "faults/bytes.hpp"
#include "faults/stream_fault.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/pattern.hpp"

namespace firedrill {
namespace {

using namespace std::chrono_literals;
using faults::Bytes;
using proxy::End;
using tests::eventually;
using tests::Expecting;
using tests::Loopback;
using tests::Peer;
using tests::Sending;

using Stall = Loopback;
using Blackhole = Loopback;
using Latency = Loopback;
using EndingFault = Loopback;
using Expiry = Loopback;
using Stacked = Loopback;
using PlanChange = Loopback;
using ManyLinks = Loopback;

TEST_F(Stall, HoldsBytesAndTheEndUntilHealed) {
  put("held", "stall");
  link();
  server.send("answer").finish_sending();
  client.send("request");
  server.expect("request");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 6; }));
  client.expect_silence();

  heal("held");

  client.expect("answer").expect_end();
}

TEST_F(Stall, IsFeltByTheSenderSoonAndLosesNothing) {
  put("held", "stall");
  link();

  const std::uint64_t sent = server.send_until_stuck(1, 200'000'000);

  EXPECT_LT(sent, 200'000'000U);
  EXPECT_LE(counters().bytes_in[1], 2 * faults::StreamFault::backlog_limit + 256 * 1024);
  heal("held");
  server.finish_sending();
  tests::expect_pattern(client, 1, sent);
}

TEST_F(Stall, AClientThatLeavesMeanwhileTakesTheUpstreamWithIt) {
  put("held", "stall", "direction=both");
  link();
  server.send("never delivered");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 15; }));

  client.reset();

  server.expect_reset();
  EXPECT_TRUE(eventually_ended(End::client_reset));
}

TEST_F(Stall, AClientThatLeavesWhileNothingMoreIsReadFromItIsNoticed) {
  put("held", "stall", "direction=both");
  link();
  client.send_until_stuck(1, 200'000'000);

  client.reset();

  server.expect_reset();
  EXPECT_TRUE(eventually_ended(End::client_reset));
}

TEST_F(Stall, AClientThatFinishedAndThenLeavesIsNoticed) {
  put("held", "stall");
  link();
  server.send("never delivered");
  client.send("request").finish_sending();
  server.expect("request").expect_end();
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 15; }));

  client.reset();

  server.expect_reset_behind_end();
  EXPECT_TRUE(eventually_ended(End::client_reset));
}

TEST_F(Stall, AClientThatFinishedBeforeItAndThenLeavesIsNoticed) {
  link();
  client.finish_sending();
  server.expect_end();
  put("held", "stall");
  server.send("never delivered");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 15; }));

  client.reset();

  server.expect_reset_behind_end();
  EXPECT_TRUE(eventually_ended(End::client_reset));
}

TEST_F(Stall, AnUpstreamThatLeavesMeanwhileTakesTheClientWithIt) {
  put("held", "stall", "direction=both");
  link();
  client.send("never delivered");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[0] == 15; }));

  server.reset();

  client.expect_reset();
  EXPECT_TRUE(eventually_ended(End::upstream_reset));
}

TEST_F(Stall, ALinkHeldBothWaysIsOneLink) {
  auto held = put("held", "stall", "direction=both");
  link();
  client.send("request");
  server.send("answer");

  ASSERT_TRUE(eventually([this] { return counters().bytes_in[0] + counters().bytes_in[1] == 13; }));

  EXPECT_EQ(held->effects->links(), 1U);
}

TEST_F(Stall, AnotherLinkOfTheSameWorkerGoesOn) {
  put("held", "stall", "max_links=1");
  link();
  server.send("held");
  Peer others_client = connect(), others_server = backend.accept();

  others_server.send("flows");

  others_client.expect("flows");
  client.expect_silence();
}

TEST_F(Blackhole, HealedLinksAreResetBecauseBytesAreMissing) {
  put("gone", "blackhole");
  link();
  server.send("lost");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 4; }));

  heal("gone");

  client.expect_reset();
  server.expect_reset();
  EXPECT_TRUE(eventually_ended(End::spoiled));
}

TEST_F(Blackhole, LinksThatLostNothingFlowOnWhenHealed) {
  put("gone", "blackhole");
  link();
  client.send("request");
  server.expect("request");

  heal("gone");

  server.send("answer");
  client.expect("answer");
}

TEST_F(Blackhole, ThenCloseClosesBothSidesWhenHealed) {
  put("gone", "blackhole", "then=close");
  link();
  server.send("lost");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 4; }));

  heal("gone");

  client.expect_end();
  server.expect_end();
  EXPECT_TRUE(eventually_ended(End::fault_close));
}

TEST_F(Blackhole, TimeoutEndsOpenIdleAndNewLinks) {
  link();
  Peer idle = connect(), behind_idle = backend.accept();
  server.send("before");
  client.expect("before");

  put("gone", "blackhole", "timeout=20ms");
  server.send("lost");
  Peer late = connect();

  client.expect_reset();
  server.expect_reset();
  idle.expect_reset();
  behind_idle.expect_reset();
  late.expect_reset();
  EXPECT_TRUE(eventually_ended(End::fault_reset, 3));
}

TEST_F(Blackhole, AnRstPassesIt) {
  put("gone", "blackhole", "direction=both");
  link();
  client.send("lost");

  client.reset();

  server.expect_reset();
}

TEST_F(Latency, HoldsBytesAndCarriesThemByItself) {
  put("slow", "latency", "delay=50ms direction=both");
  link();

  client.send("request").finish_sending();
  server.expect("request").expect_end();
  server.send("answer").finish_sending();

  client.expect("answer").expect_end();
  EXPECT_TRUE(eventually_ended(End::client_finished));
}

TEST_F(Latency, AloneDoesNotThrottleAFastStream) {
  put("slow", "latency", "delay=200ms");
  link();
  const std::uint64_t bytes = 50'000'000 / tests::haste;
  const Sending sending{server, 1, bytes};

  tests::expect_pattern(client, 1, bytes);
}

struct Hold {
  const char* name;
  const char* kind;
  const char* settings;
  std::size_t most;  // bytes the proxy may hold for one lane
};

void PrintTo(const Hold& hold, std::ostream* out) { *out << hold.name; }

class SlowReader : public Loopback, public testing::WithParamInterface<Hold> {
 protected:
  /// Of this process: proxy and peers.
  static std::size_t resident() {
    std::size_t all = 0, pages = 0;
    std::ifstream{"/proc/self/statm"} >> all >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  }
};

// What is read at once may come on top of every limit, and of a large block less than 64 KiB at its end is left empty.
constexpr std::size_t slack = 1024UL * 1024;

INSTANTIATE_TEST_SUITE_P(All, SlowReader,
                         testing::Values(Hold{"Clean", nullptr, "", slack}, Hold{"Sliced", "slice", "size=5KiB", slack},
                                         Hold{"Stalled", "stall", "", slack},
                                         Hold{"Late", "latency", "delay=1h",
                                              faults::StreamFault::flight_limit +
                                                  faults::StreamFault::flight_limit / 32 + faults::large_block +
                                                  slack}),
                         [](const auto& hold) { return hold.param.name; });

TEST_P(SlowReader, MeetsBoundedMemory) {
  const Hold& hold = GetParam();
  if (hold.kind != nullptr) put("hold", hold.kind, hold.settings);
  link();
  const std::uint64_t bytes = 600'000'000;
  const std::size_t before = resident();

  const std::uint64_t sent = server.send_until_stuck(1, bytes);

  EXPECT_LT(sent, bytes);
  EXPECT_LE(Bytes::outstanding(), hold.most);
  if (tests::haste == 1) {
    EXPECT_LE(resident(), before + hold.most + hold.most / 4 + 8 * slack);  // sanitizers hold on to memory
  }
  EXPECT_LE(counters().bytes_in[1] - counters().bytes_out[1], hold.most);
  heal();
  server.finish_sending();
  tests::expect_pattern(client, 1, sent);
  EXPECT_TRUE(eventually([] { return Bytes::outstanding() == 0; }));
}

TEST_F(SlowReader, ManyOfThemKeepToTheCapOfTheProcess) {
  // A small engine of its own, as the cap belongs to the engine.
  constexpr std::size_t cap = 8UL * 1024 * 1024;
  constexpr std::size_t links = 6;
  proxy::Engine small{{.workers = 1, .memory_cap = cap}};
  auto described = spec();
  described.name = "small";
  small.open(described);
  auto slow = faults::make_fault("slow", "latency", "delay=1h");
  small.adopt("small", {{}, {slow}});
  std::vector<Peer> clients, servers;
  std::vector<std::uint64_t> sent;
  for (std::size_t i = 0; i < links; ++i) {
    clients.push_back(Peer::connect(tests::local(small.port("small"))));
    servers.push_back(backend.accept());
  }

  for (std::size_t i = 0; i < links; ++i) sent.push_back(servers[i].send_until_stuck(i, 30'000'000));

  // A lane that holds nothing may always take one more read, of at most 256 KiB.
  EXPECT_LE(Bytes::outstanding(), cap + links * slack / 4 + slack);
  small.adopt("small", {});
  for (std::size_t i = 0; i < links; ++i) {
    servers[i].finish_sending();
    tests::expect_pattern(clients[i], i, sent[i]);
  }
}

TEST_F(Stacked, HealingTheLaterOneReleasesJustWhatItHeld) {
  put("pieces", "slice", "size=3B gap=1h");  // lets three bytes pass and keeps the rest
  put("slow", "latency", "delay=1h");
  link();
  server.send("onetwo");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 6; }));

  heal("slow");

  client.expect("one").expect_silence();
  EXPECT_TRUE(eventually([this] { return counters().bytes_out[1] == 3; }));
  heal("pieces");
  client.expect("two");
}

TEST_F(Stacked, HealingTheEarlierOneHandsOnToTheLater) {
  put("pieces", "slice", "size=3B gap=1h");
  put("slow", "latency", "delay=1h");
  link();
  server.send("onetwo");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 6; }));

  heal("pieces");

  client.expect_silence();
  EXPECT_EQ(counters().bytes_out[1], 0U);
  heal("slow");
  client.expect("onetwo");
}

TEST_F(PlanChange, ShorteningADelayConcernsWhatComesNext) {
  put("slow", "latency", "delay=1h");
  link();
  server.send("first");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 5; }));

  put("slow", "latency", "delay=0s");
  server.send("second");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 11; }));

  client.expect_silence();  // the order is kept: what came first leaves first
  heal("slow");
  client.expect("firstsecond");
}

TEST_F(PlanChange, AFaultOfAnotherKindIsAnotherFault) {
  put("fault", "stall");
  link();
  server.send("held");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 4; }));
  client.expect_silence();

  put("fault", "truncate", "after=0B since=fault then=rst");

  client.expect("held");
  server.send("more");
  client.expect_reset();
}

TEST_F(PlanChange, AGateOfAnotherKindIsAnotherGate) {
  put("door", "refuse");
  open();
  connect().expect_reset();

  put("door", "pool", "max_connections=1");

  link();
  client.send("request");
  server.expect("request");
}

TEST_F(PlanChange, ManyMidStreamLoseNothing) {
  open();
  const std::uint64_t bytes = 30'000'000 / tests::haste;
  constexpr unsigned enough = 20;
  std::atomic<bool> done{false};
  std::atomic<unsigned> changes{0};
  std::uint64_t sent = 0;
  std::thread flows{[&] {
    for (; changes <= enough; sent += bytes) {  // a fast machine needs one link, a busy one some more
      link();
      const Sending up{client, 1, bytes}, down{server, 2, bytes};
      const Expecting arrived{server, 1, bytes}, answered{client, 2, bytes};
    }
    done = true;
  }};

  constexpr std::array<std::string_view, 8> slices{
      "size=100B",  "size=64KiB", "size=4KiB variation=4095B", "size=1000B gap=1us", "size=32KiB gap=1ms", "size=9B",
      "size=77KiB", "size=1MiB"};
  for (unsigned i = 0; !done; ++i, ++changes) {
    switch (i % 9) {
      case 0:
        put("late", "latency", "delay=3ms jitter=2ms direction=both");
        break;
      case 1:
        put("pieces", "slice", std::string{slices[i / 9 % 8]} + " direction=both");
        break;
      case 2:
        put("held", "stall", "direction=both");
        break;
      case 3:
        put("late", "latency", "delay=1ms direction=both");
        break;
      case 4:
        heal("late");
        break;
      case 5:
        put("later", "latency", "delay=2ms direction=upstream");
        break;
      case 6:
        heal("held");
        break;
      case 7:
        heal("pieces");
        break;
      default:
        heal();
    }
    std::this_thread::sleep_for(std::chrono::microseconds{i * 7919 % 3000});
  }
  flows.join();

  RecordProperty("changes", static_cast<int>(changes));
  EXPECT_TRUE(eventually([this] { return counters().open == 0; }));
  EXPECT_EQ(counters().bytes_out[0], sent);
  EXPECT_EQ(counters().bytes_out[1], sent);
}

TEST_F(EndingFault, ResetReachesOpenLinksAtOnce) {
  link();

  put("cut", "reset");

  client.expect_reset();
  server.expect_reset();
  EXPECT_TRUE(eventually_ended(End::fault_reset));
}

TEST_F(EndingFault, ResetOfOneSideEndsTheOtherInGoodOrder) {
  put("slow", "latency", "delay=1h");
  link();
  server.send("on its way");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 10; }));

  put("cut", "reset", "side=upstream");

  client.expect("on its way").expect_end();
  server.expect_reset();
}

TEST_F(EndingFault, CloseDeliversWhatIsOnItsWay) {
  put("slow", "latency", "delay=1h direction=both");
  link();
  server.send("on its way down");
  client.send("on its way up");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[0] + counters().bytes_in[1] == 28; }));

  put("cut", "close");

  client.expect("on its way down").expect_end();
  server.expect("on its way up").expect_end();
  EXPECT_TRUE(eventually_ended(End::fault_close));
}

TEST_F(EndingFault, CloseOfOneSideLeavesTheWayBackOpen) {
  put("slow", "latency", "delay=1h");
  link();
  server.send("on its way");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 10; }));

  put("cut", "close", "side=client");

  client.expect("on its way").expect_end();
  client.send("still here");
  server.expect("still here");
  client.finish_sending();
  server.expect_end();
  EXPECT_TRUE(eventually_ended(End::fault_close));
}

TEST_F(EndingFault, CloseOfTheUpstreamsSideLeavesTheAnswerAlone) {
  link();
  client.send("request");
  server.expect("request");

  put("cut", "close", "side=upstream");

  server.expect_end();
  server.send("answer").finish_sending();
  client.expect("answer").expect_end();
  EXPECT_TRUE(eventually_ended(End::fault_close));
}

TEST_F(EndingFault, CloseIsAFinAlsoWhileThePeerKeepsSending) {
  link();
  const std::string much = tests::pattern(1, 0, 1'000'000);
  client.send(much);

  put("cut", "close");

  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
}

TEST_F(EndingFault, CloseDoesNotDeliverBytesBehindAGap) {
  put("gone", "blackhole");
  link();
  server.send("lost");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 4; }));

  put("cut", "close");

  client.expect_reset();
  server.expect_end();
}

TEST_F(EndingFault, ResetByBytesCountsBothWays) {
  put("cut", "reset", "bytes=10B");
  link();
  client.send("12345");
  server.expect("12345").send("1234");
  client.expect("1234").send("5");

  client.expect_reset();
  EXPECT_TRUE(eventually_ended(End::fault_reset));
}

TEST_F(EndingFault, ResetByIdleTimeComesByItself) {
  put("cut", "reset", "idle=50ms");
  link();

  client.expect_reset();
  EXPECT_TRUE(eventually_ended(End::fault_reset));
}

TEST_F(EndingFault, CloseByAgeReachesALinkThatIsOlderAlready) {
  link();
  client.send("request");
  server.expect("request");

  put("cut", "close", "age=1ms");

  client.expect_end();
  server.expect_end();
}

TEST_F(EndingFault, OneThatComesWhileTheLinkIsDiallingEndsIt) {
  tests::Backend busy{0};
  Peer fills = Peer::connect(busy.endpoint());  // its backlog: further SYNs go unanswered
  auto stuck = spec();
  stuck.upstream = busy.endpoint();
  open(stuck);
  client = connect();
  ASSERT_TRUE(eventually([this] { return counters().open == 1; }));

  put("cut", "reset");

  client.expect_reset();
  EXPECT_TRUE(eventually_ended(End::fault_reset));
}

/// The same fault, with a moment to go at.
std::shared_ptr<faults::Fault> until(const faults::Fault& fault, faults::Time when) {
  auto same = std::make_shared<faults::Fault>(fault);
  same->until = when;
  return same;
}

TEST_F(Expiry, AFaultGoesByItselfAndReleasesWhatItHeld) {
  auto held = put("held", "stall", "direction=both");
  link();
  client.send("request").finish_sending();
  server.send("answer");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[0] + counters().bytes_in[1] == 13; }));
  const faults::Time when = std::chrono::steady_clock::now() + 200ms;

  put(until(*held, when));

  server.expect("request").expect_end();
  client.expect("answer");
  EXPECT_GE(std::chrono::steady_clock::now(), when);
}

TEST_F(Expiry, OneOfTwoGoesAndTheOtherStays) {
  auto brief = put("brief", "slice", "size=3B gap=1h");
  put("slow", "latency", "delay=1h");
  link();
  server.send("onetwo");
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 6; }));

  put(until(*brief, std::chrono::steady_clock::now() + 50ms));

  ASSERT_TRUE(eventually([&] { return brief->effects->delay.snapshot().count() == 2; }));  // "two" has left it
  client.expect_silence();
  heal("slow");
  client.expect("onetwo");
}

TEST_F(Expiry, AGateGoesByItself) {
  auto shut = faults::make_fault("shut", "refuse", "");
  shut->until = std::chrono::steady_clock::now() + 200ms;
  put(shut);
  open();

  EXPECT_TRUE(eventually([this] {
    client = connect();
    return backend.has_caller();
  }));
  EXPECT_GE(std::chrono::steady_clock::now(), shut->until);
}

TEST_F(Expiry, AnExpiredFaultIsNeverPutInForce) {
  auto late = faults::make_fault("late", "refuse", "");
  late->until = std::chrono::steady_clock::now() - 1s;
  put(late);
  link();

  client.send("request");
  server.expect("request");
}

TEST_F(ManyLinks, AThousandAreHeldAndHealed) {
  const std::size_t links = 1000 / tests::haste;
  std::vector<Peer> clients, servers;
  put("held", "stall", "direction=both");
  for (std::size_t i = 0; i < links; ++i) {
    clients.push_back(connect());
    servers.push_back(backend.accept());
    clients[i].send("from " + std::to_string(i));
  }

  heal();

  // The backend takes them in another order than the clients came: whoever says its number gets it back.
  for (Peer& one : servers) {
    ASSERT_TRUE(one.wait_readable());
    char text[32];
    const std::size_t n = one.read_some(text, sizeof text);
    one.send({text, n}).finish_sending();
  }
  for (std::size_t i = 0; i < links; ++i) clients[i].expect("from " + std::to_string(i)).expect_end();
}

}  // namespace
}  // namespace firedrill
