// What a link owes its two ends, on real sockets: bytes, ends, patience. Run in clear weather and under a random slice.
#include <sys/socket.h>

#include <string>
#include <thread>

#include "tests/support/loopback.hpp"
#include "tests/support/pattern.hpp"

namespace firedrill {
namespace {

using proxy::End;
using tests::eventually;
using tests::Expecting;
using tests::Loopback;
using tests::Peer;
using tests::Sending;

struct Weather {
  const char* name;
  const char* slice;  // settings; null: none
  std::uint64_t megabytes;
};

void PrintTo(const Weather& weather, std::ostream* out) { *out << weather.name; }

class LinkTest : public Loopback, public testing::WithParamInterface<Weather> {
 protected:
  void SetUp() override {
    if (GetParam().slice != nullptr) put("weather", "slice", GetParam().slice);
    open();
  }
  std::uint64_t megabytes() const { return GetParam().megabytes * 1'000'000 / tests::haste; }
};

INSTANTIATE_TEST_SUITE_P(All, LinkTest,
                         testing::Values(Weather{"Clean", nullptr, 100},
                                         Weather{"Sliced", "size=700B variation=699B direction=both", 20}),
                         [](const auto& weather) { return weather.param.name; });

TEST_P(LinkTest, CarriesBytesBothWays) {
  link();

  client.send("request");
  server.expect("request");
  server.send("answer");
  client.expect("answer");
}

TEST_P(LinkTest, CarriesBothEnds) {
  link();

  client.finish_sending();
  server.expect_end().finish_sending();
  client.expect_end();

  EXPECT_TRUE(eventually_ended(End::client_finished));
}

TEST_P(LinkTest, AnswersStillArriveAfterTheClientHasFinishedSending) {
  link();
  client.send("request").finish_sending();
  server.expect("request").expect_end();

  server.send("late answer").finish_sending();

  client.expect("late answer").expect_end();
  EXPECT_TRUE(eventually_ended(End::client_finished));
}

TEST_P(LinkTest, RequestsStillArriveAfterTheUpstreamHasFinishedSending) {
  link();
  server.send("greeting").finish_sending();
  client.expect("greeting").expect_end();

  client.send("late request").finish_sending();

  server.expect("late request").expect_end();
  EXPECT_TRUE(eventually_ended(End::upstream_finished));
}

TEST_P(LinkTest, BytesSentBeforeTheUpstreamIsConnectedArrive) {
  client = connect();
  client.send("eager").finish_sending();
  server = backend.accept();

  server.expect("eager").expect_end();
}

TEST_P(LinkTest, AnRstOfTheClientReachesTheUpstreamAsRst) {
  link();
  client.send("request");
  server.expect("request");

  client.reset();

  server.expect_reset();
  EXPECT_TRUE(eventually_ended(End::client_reset));
}

TEST_P(LinkTest, AnRstOfTheUpstreamReachesTheClientAsRst) {
  link();
  server.send("answer");
  client.expect("answer");

  server.reset();

  client.expect_reset();
  EXPECT_TRUE(eventually_ended(End::upstream_reset));
}

TEST_P(LinkTest, AnRstBehindAHalfCloseReachesTheUpstream) {
  link();
  server.finish_sending();
  client.expect_end();

  client.reset();

  server.expect_reset();
  EXPECT_TRUE(eventually_ended(End::client_reset));
}

TEST_P(LinkTest, AnRstOfTheUpstreamEndsALinkWhoseClientHasFinished) {
  link();
  client.finish_sending();
  server.expect_end();

  server.reset();

  client.expect_reset();
  EXPECT_TRUE(eventually_ended(End::upstream_reset));
}

TEST_P(LinkTest, AFinBehindBytesThatNobodyHasReadYetStaysAFin) {
  link();
  server.send("answer the client is slow to read").finish_sending();
  client.send("request the server never asked for").finish_sending();
  ASSERT_TRUE(eventually([this] { return ends(End::client_finished) + ends(End::upstream_finished) == 1; }));

  client.expect("answer the client is slow to read").expect_end();
  server.expect("request the server never asked for").expect_end();
}

TEST_P(LinkTest, LeavingWithBytesUnreadIsAnRstAndIsCarriedAsOne) {
  link();
  client.send("never read");
  ASSERT_TRUE(server.wait_readable());

  server.close();  // the kernel answers unread bytes with an RST

  client.expect_reset();
}

TEST_P(LinkTest, BytesInFrontOfAFinAllArrive) {
  link();
  const Sending sending{client, 1, megabytes() / 10};
  tests::expect_pattern(server, 1, megabytes() / 10);
}

TEST_P(LinkTest, ManyBytesArriveUnalteredBothWaysAtOnce) {
  link();
  {
    const Sending up{client, 1, megabytes()}, down{server, 2, megabytes()};
    const Expecting arrived{server, 1, megabytes()}, answered{client, 2, megabytes()};
  }
  EXPECT_TRUE(eventually([this] { return counters().open == 0; }));
  EXPECT_EQ(counters().bytes_in[0], megabytes());
  EXPECT_EQ(counters().bytes_out[0], megabytes());
  EXPECT_EQ(counters().bytes_in[1], megabytes());
  EXPECT_EQ(counters().bytes_out[1], megabytes());
  EXPECT_EQ(counters().undelivered, 0U);
}

TEST_P(LinkTest, ASlowReaderHoldsUpOnlyItsOwnDirection) {
  link();
  const std::uint64_t sent = server.send_until_stuck(3, 200'000'000);
  ASSERT_LT(sent, 200'000'000U);

  client.send("the other way");
  server.expect("the other way").finish_sending();

  tests::expect_pattern(client, 3, sent);
}

TEST_P(LinkTest, ManyLinksInARowLeaveNothingBehind) {
  const unsigned links = 300 / tests::haste;
  for (unsigned i = 0; i < links; ++i) {
    link();
    client.send("ping");
    server.expect("ping").send("pong").finish_sending();
    client.expect("pong").expect_end().finish_sending();
    server.expect_end();
  }

  EXPECT_TRUE(eventually_ended(End::upstream_finished, links));
  EXPECT_EQ(counters().accepted, links);
}

TEST_P(LinkTest, FirstByteAndConnectTimeAreMeasuredOncePerLink) {
  link();
  server.send("first");
  client.expect("first");
  server.send("second");
  client.expect("second");

  EXPECT_EQ(counters().connect_time.count(), 1U);
  EXPECT_EQ(counters().first_byte.count(), 1U);
}

// A sliced pump, a batch of pieces and the end behind them: an end must not be forgotten wherever a turn of the event
// loop stops.
TEST_P(LinkTest, AnEndIsCarriedHoweverManyPiecesAreInFrontOfIt) {
  for (unsigned pieces = 1; pieces <= 70; ++pieces) {
    put("held", "stall", "direction=upstream");
    link();
    for (unsigned i = 0; i < pieces; ++i) {
      client.send("x");
      ASSERT_TRUE(eventually([&] { return counters().bytes_in[0] == pieces * (pieces - 1) / 2 + i + 1; }));
    }
    client.finish_sending();
    heal("held");

    EXPECT_EQ(server.read_to_end(), std::string(pieces, 'x')) << pieces;
    ASSERT_FALSE(HasFailure());
    server.close();
    client.close();
  }
}

TEST_P(LinkTest, AHalfOpenLinkIsEndedWhenTheOtherSideStaysSilentTooLong) {
  heal();
  close();
  auto impatient = spec();
  impatient.half_open_limit = std::chrono::milliseconds{100};
  open(impatient);
  link();
  client.finish_sending();
  server.expect_end();

  EXPECT_TRUE(eventually_ended(End::half_open));
  EXPECT_NE(server.how_it_ends(), Peer::Left::not_yet);
  EXPECT_NE(client.how_it_ends(), Peer::Left::not_yet);
}

TEST_P(LinkTest, AHalfOpenLinkLivesWhileBytesFlow) {
  heal();
  close();
  auto impatient = spec();
  impatient.half_open_limit = std::chrono::seconds{2};
  open(impatient);
  link();
  client.finish_sending();
  server.expect_end();
  const auto long_enough = std::chrono::steady_clock::now() + std::chrono::milliseconds{2500};

  while (std::chrono::steady_clock::now() < long_enough) {
    server.send("still here ");
    client.expect("still here ");
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }

  server.finish_sending();
  client.expect_end();
  EXPECT_TRUE(eventually_ended(End::client_finished));
}

}  // namespace
}  // namespace firedrill
