// The embedded backend as clients see it.
#include "drills/backend.hpp"

#include <gmock/gmock.h>
#include <sys/un.h>

#include <cstdio>
#include <system_error>
#include <vector>

#include "net_rig.hpp"

namespace firedrill::drills {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view last_get = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
constexpr std::string_view head = "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n";

std::size_t occurrences(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; at += what.size()) ++n;
  return n;
}

TEST(Backend, AnswersWithStatusLengthAndBody) {
  BackendSpec spec = backend_spec();
  spec.status = 503;
  spec.body = 5;
  Serving backend{spec};

  const std::string answer = backend.client().send(last_get).read_all();

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nxxxxx"));
}

TEST(Backend, KeepsTheConnectionForTheNextRequest) {
  BackendSpec spec = backend_spec();
  spec.body = 1;
  Serving backend{spec};
  Stream client = backend.client();

  for (int i = 0; i < 3; ++i) EXPECT_THAT(client.send(get).read_to("\r\n\r\nx"), StartsWith("HTTP/1.1 200 OK\r\n"));

  EXPECT_EQ(backend.figures().connections, 1);
  EXPECT_EQ(backend.figures().served, 3);
}

TEST(Backend, AnswersPipelinedRequestsOneByOneInOrder) {
  BackendSpec spec = backend_spec(1ms);
  spec.body = 3;
  Serving backend{spec};
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += get;

  const std::string answers = backend.client().send(requests + std::string{head} + std::string{last_get}).read_all();

  EXPECT_EQ(occurrences(answers, "HTTP/1.1 200 OK\r\n"), 52);
  EXPECT_EQ(occurrences(answers, "\r\n\r\nxxx"), 51);
  EXPECT_THAT(answers, HasSubstr("\r\n\r\nHTTP/1.1 200 OK\r\n"));  // the HEAD's, just before the last
  EXPECT_EQ(backend.figures().in_service_max, 1);
}

TEST(Backend, ReadsRequestsCutAnywhere) {
  Serving backend{backend_spec()};
  Stream client = backend.client();

  for (const char c : last_get) client.send({&c, 1});

  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(Backend, LeavesOutTheBodyOfAHead) {
  Serving backend{backend_spec()};

  const std::string answer =
      backend.client().send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").read_all();

  EXPECT_THAT(answer, HasSubstr("Content-Length: 64\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST(Backend, ReadsAndDropsRequestBodies) {
  Serving backend{backend_spec()};
  const std::string plain = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + std::string(100000, 'G');
  const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nGET \r\n0\r\n\r\n";

  const std::string answers = backend.client().send(plain + chunked + std::string{last_get}).read_all();

  EXPECT_EQ(occurrences(answers, "HTTP/1.1 200 OK\r\n"), 3);
  EXPECT_EQ(backend.figures().bad, 0);
}

TEST(Backend, SendsLargeBodiesWhole) {
  BackendSpec spec = backend_spec();
  spec.body = 3'000'001;
  Serving backend{spec};

  const std::string answer = backend.client().send(last_get).read_all();

  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 3'000'001);
}

TEST(Backend, ClosesAfterHttp10) {
  Serving backend{backend_spec()};

  EXPECT_THAT(backend.client().send("GET / HTTP/1.0\r\n\r\n").read_all(), HasSubstr("Connection: close\r\n"));
}

TEST(Backend, SaysWhatAStatusWithoutABodyAllows) {
  BackendSpec spec = backend_spec();
  spec.status = 204;
  Serving backend{spec};

  const std::string answer = backend.client().send(last_get).read_all();

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST(Backend, RefusesWhatIsNotHttpAndCloses) {
  Serving backend{backend_spec()};

  EXPECT_THAT(backend.client().send("what is this\r\n\r\n").read_all(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(backend.client().send("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n").read_all(), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(backend.client().send("GET / HTTP/1.1\r\nA: " + std::string(9000, 'a')).read_all(),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_EQ(backend.figures().bad, 3);
  EXPECT_EQ(backend.figures().served, 0);
}

TEST(Backend, AnswersTheGoodRequestAheadOfABadOne) {
  Serving backend{backend_spec()};

  const std::string answers = backend.client().send(std::string{get} + "nonsense\r\n\r\n").read_all();

  EXPECT_THAT(answers, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answers, HasSubstr("HTTP/1.1 400 Bad Request\r\n"));
}

TEST(Backend, DeclinesToSpeakAnythingElse) {
  Serving backend{backend_spec()};

  const std::string answers =
      backend.client()
          .send("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + std::string{last_get})
          .read_all();

  EXPECT_EQ(occurrences(answers, "HTTP/1.1 200 OK\r\n"), 2);
}

TEST(Backend, ServesNoMoreThanItsConcurrencyAtOnce) {
  BackendSpec spec = backend_spec(5ms);
  spec.concurrency = 3;
  Serving backend{spec};
  std::vector<Stream> clients;

  for (int i = 0; i < 20; ++i) clients.push_back(backend.client());
  for (Stream& client : clients) client.send(last_get);
  for (Stream& client : clients) EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 200"));

  EXPECT_LE(backend.figures().in_service_max, 3);
  EXPECT_EQ(backend.figures().served, 20);
  EXPECT_EQ(backend.figures().in_service, 0);
  EXPECT_EQ(backend.figures().waiting, 0);
}

TEST(Backend, DropsAWaitingRequestWhoseClientLeaves) {
  BackendSpec spec = backend_spec(1h);
  spec.concurrency = 1;
  Serving backend{spec};
  Stream served = backend.client(), leaves = backend.client(), resets = backend.client(), stays = backend.client();
  served.send(get);
  ASSERT_TRUE(eventually([&] { return backend.figures().in_service == 1; }));
  for (Stream* client : {&leaves, &resets, &stays}) client->send(get);
  ASSERT_TRUE(eventually([&] { return backend.figures().waiting == 3; }));

  leaves.close();
  resets.reset();

  EXPECT_TRUE(eventually([&] { return backend.figures().gone == 2; }));
  EXPECT_EQ(backend.figures().waiting, 1);
  EXPECT_EQ(backend.figures().waiting_max, 3);
  EXPECT_EQ(backend.figures().in_service, 1);
}

TEST(Backend, KeepsTheSlotOfAClientThatLeavesInService) {
  BackendSpec spec = backend_spec(500ms);
  spec.concurrency = 1;
  Serving backend{spec};
  Stream leaves = backend.client();
  const auto began = Clock::now();
  leaves.send(get);
  ASSERT_TRUE(eventually([&] { return backend.figures().in_service == 1; }));

  leaves.reset();
  const std::string answer = backend.client().send(last_get).read_all();

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_GE(Clock::now() - began, 1s);  // one after the other
  EXPECT_EQ(backend.figures().gone, 1);
  EXPECT_EQ(backend.figures().served, 1);
}

TEST(Backend, AnswersAClientThatHasFinishedSending) {
  Serving backend{backend_spec(20ms)};
  Stream client = backend.client();

  client.send(get).send(get).finish();

  EXPECT_EQ(occurrences(client.read_all(), "HTTP/1.1 200 OK\r\n"), 2);
}

TEST(Backend, ClosesConnectionsOnWhichNothingMoves) {
  Serving backend{backend_spec(), 40ms};
  Stream silent = backend.client(), halfway = backend.client(), kept = backend.client();
  halfway.send("GET / HT");
  kept.send(get).read_to("\r\n\r\n");

  EXPECT_EQ(silent.read_all(), "");
  EXPECT_EQ(halfway.read_all(), "");
  EXPECT_EQ(kept.read_all(), std::string(64, 'x'));
}

TEST(Backend, SaysWhichBackendCannotListenWhere) {
  Serving first{backend_spec()};
  BackendSpec spec = backend_spec();
  spec.listen.port = first.port();
  asio::io_context context{1};

  try {
    Backend second{context, spec, faults::Seed{1}};
    FAIL() << "it listens";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.what(),
              "backend \"api-server\": listen 127.0.0.1:" + std::to_string(first.port()) + ": Address already in use");
    EXPECT_EQ(error.code(), std::errc::address_in_use);
  }
}

TEST(Backend, ListensOnAUnixSocketAndTakesItAwayAgain) {
  BackendSpec spec = backend_spec();
  spec.listen = {};
  spec.listen.path = "/tmp/firedrill-backend-" + std::to_string(::getpid()) + ".sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  spec.listen.path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);  // left behind by a process that is no more
  ASSERT_EQ(::bind(stale, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(stale);

  {
    Serving backend{spec};
    Stream client{::socket(AF_UNIX, SOCK_STREAM, 0)};
    ASSERT_EQ(::connect(client.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_THAT(client.send(last_get).read_all(), StartsWith("HTTP/1.1 200"));
  }

  EXPECT_NE(::access(spec.listen.path.c_str(), F_OK), 0);
}

TEST(Backend, PausesAndTriesAgainWhenOutOfDescriptors) {
  Serving backend{backend_spec()};
  Stream client;

  {
    const FewDescriptors none{0};
    client.connect(backend.port());
    EXPECT_TRUE(eventually([&] { return backend.figures().accept_pauses >= 2; }));
    EXPECT_EQ(backend.figures().connections, 0);
  }

  EXPECT_THAT(client.send(last_get).read_all(), StartsWith("HTTP/1.1 200"));
}

TEST(Backend, DropsEverybodyWhenStopped) {
  BackendSpec spec = backend_spec(1h);
  spec.concurrency = 1;
  Serving backend{spec};
  Stream idle = backend.client(), served = backend.client(), waits = backend.client(), gone = backend.client();
  served.send(get);
  ASSERT_TRUE(eventually([&] { return backend.figures().in_service == 1; }));
  waits.send(get);
  ASSERT_TRUE(eventually([&] { return backend.figures().waiting == 1 && backend.figures().connections == 4; }));

  backend.stop();  // returns because the context has run out of work

  for (Stream* client : {&idle, &served, &waits, &gone}) EXPECT_EQ(client->read_all(), "");
}

TEST(Backend, MayBeDestroyedWithoutRunning) {
  asio::io_context context{1};
  const Backend backend{context, backend_spec(), faults::Seed{1}};

  EXPECT_NE(backend.port(), 0);
}

}  // namespace
}  // namespace firedrill::drills
