// The server against clients that are slow, large, wrong or many.
#include "control/server.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::control {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using tests::Peer;

class Serving : public testing::Test {
 protected:
  Serving() { limits_.threads = 2; }
  void serve() {
    server_ = std::make_unique<Server>(
        proxy::Endpoint{"127.0.0.1", 0, {}},
        [this](const Request& request) {
          if (request.target == "/throws") throw std::runtime_error{"secret"};
          ++handled_;
          if (request.target == "/waits") go_on_.wait(false);
          if (request.target == "/news") {
            Response news{200, "text/event-stream", ""};
            news.feed = [] { return std::string{"news "}; };
            return news;
          }
          return Response{200, "text/plain", request.method + " " + request.target + " " + request.body};
        },
        limits_);
  }
  Peer connect() {
    if (!server_) serve();
    return Peer::connect(tests::local(server_->port()));
  }
  std::string asked(std::string_view text) {
    Peer peer = connect();
    peer.send(text);
    return peer.read_to_end();
  }

  ServerLimits limits_;
  std::atomic<int> handled_{0};
  std::atomic<bool> go_on_{false};
  std::unique_ptr<Server> server_;
};

TEST_F(Serving, AnswersOneAfterTheOtherOnOneConnection) {
  const std::string all = asked(
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz"
      "HEAD /c HTTP/1.1\r\nHost: x\r\n\r\nGET /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(all, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(all, HasSubstr("GET /a "));
  EXPECT_THAT(all, HasSubstr("POST /b xyz"));
  EXPECT_THAT(all, testing::Not(HasSubstr("HEAD /c")));
  EXPECT_THAT(all, EndsWith("GET /d "));
}

TEST_F(Serving, ReadsBodiesInChunks) {
  EXPECT_THAT(asked("POST /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
              EndsWith("POST /b abc"));
}

TEST_F(Serving, AsksForABodyThatWaitsToBeAskedFor) {
  Peer peer = connect();
  peer.send("POST /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
  peer.expect("HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("y");
  EXPECT_THAT(peer.read_to_end(), EndsWith("POST /b y"));
}

TEST_F(Serving, SaysWhatIsWrongWithARequest) {
  limits_.body = 10;
  limits_.head = 1000;
  EXPECT_THAT(asked("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(asked("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n"), StartsWith("HTTP/1.1 413 Content Too Large\r\n"));
  EXPECT_THAT(asked("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(asked("GET /" + std::string(2000, 'x') + " HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
  EXPECT_EQ(handled_, 0);
}

TEST_F(Serving, KeepsItsMistakesToItself) {
  const std::string answer = asked("GET /throws HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_THAT(answer, testing::Not(HasSubstr("secret")));
}

TEST_F(Serving, GivesUpOnSlowRequests) {
  limits_.read = 100ms;
  Peer peer = connect();
  peer.send("GET / HTTP/1.1\r\nHo");
  EXPECT_THAT(peer.read_to_end(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(Serving, ClosesIdleConnections) {
  limits_.idle = 50ms;
  Peer peer = connect();
  peer.expect_end();
}

TEST_F(Serving, IsHeldUpByNobody) {
  limits_.read = 60s;
  std::vector<Peer> slow;
  for (int i = 0; i < 50; ++i) slow.push_back(connect());
  for (Peer& peer : slow) peer.send("GET / HT");
  for (Peer& peer : slow) peer.send("T");

  EXPECT_THAT(asked("GET /now HTTP/1.1\r\nConnection: close\r\n\r\n"), EndsWith("GET /now "));
}

TEST_F(Serving, TheLongestIdleGivesWay) {
  limits_.connections = 3;
  std::vector<Peer> idle;
  for (int i = 0; i < 3; ++i) {
    idle.push_back(connect());
    idle.back().send("GET /x HTTP/1.1\r\n\r\n");
    EXPECT_THAT(idle.back().read(15), "HTTP/1.1 200 OK");
  }

  EXPECT_THAT(asked("GET /now HTTP/1.1\r\nConnection: close\r\n\r\n"), EndsWith("GET /now "));

  EXPECT_EQ(idle[0].how_it_ends(), Peer::Left::end);
}

TEST_F(Serving, HalfARequestGivesWay) {
  limits_.connections = 2;
  limits_.read = 60s;
  std::vector<Peer> busy;
  for (int i = 0; i < 2; ++i) {
    busy.push_back(connect());
    busy.back().send("GET /x HTTP/1.1\r\n\r\n");
    EXPECT_THAT(busy.back().read(15), "HTTP/1.1 200 OK");
    busy.back().send("GET /y");
  }

  EXPECT_THAT(asked("POST /heal HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), EndsWith("POST /heal "));
}

TEST_F(Serving, WhoeverListensGivesWay) {
  limits_.connections = 3;
  std::vector<Peer> listening;
  for (int i = 0; i < 3; ++i) {
    listening.push_back(connect());
    listening.back().send("GET /news HTTP/1.1\r\n\r\n");
    EXPECT_THAT(listening.back().read(15), "HTTP/1.1 200 OK");
  }

  EXPECT_THAT(asked("POST /heal HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), EndsWith("POST /heal "));

  EXPECT_EQ(listening[0].how_it_ends(), Peer::Left::end);
}

TEST_F(Serving, WithoutRoomSaysSo) {
  limits_.connections = 2;
  limits_.threads = 2;
  std::vector<Peer> busy;
  for (int i = 0; i < 2; ++i) {
    busy.push_back(connect());
    busy.back().send("GET /waits HTTP/1.1\r\n\r\n");
  }
  ASSERT_TRUE(tests::eventually([&] { return handled_ == 2; }));

  EXPECT_THAT(asked("GET /now HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 503"));

  go_on_ = true;
  go_on_.notify_all();
  for (Peer& peer : busy) EXPECT_THAT(peer.read(15), "HTTP/1.1 200 OK");
}

TEST_F(Serving, AHeadOfNewsHasNoBody) {
  const std::string answer = asked("HEAD /news HTTP/1.1\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(Serving, LetsClientsInWhenEveryDescriptorIsTaken) {
  serve();
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit low = before;
  low.rlim_cur = std::min<rlim_t>(before.rlim_cur, 400);
  ::setrlimit(RLIMIT_NOFILE, &low);
  std::vector<int> taken;
  for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0; fd = ::open("/dev/null", O_RDONLY)) taken.push_back(fd);
  ASSERT_FALSE(taken.empty());
  ::close(taken.back());  // for this client; none is left for the server's side of it
  taken.pop_back();

  const std::string answer = asked("GET /now HTTP/1.1\r\nConnection: close\r\n\r\n");

  for (const int fd : taken) ::close(fd);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_THAT(answer, EndsWith("GET /now "));
}

TEST_F(Serving, SaysWhichAddressIsTaken) {
  serve();
  try {
    const Server another{{"127.0.0.1", server_->port(), {}}, [](const Request&) { return Response{}; }};
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::address_in_use);
    EXPECT_THAT(error.what(), HasSubstr("control port 127.0.0.1:" + std::to_string(server_->port())));
  }
}

TEST_F(Serving, EndsWithClientsInEveryState) {
  limits_.read = 60s;
  std::vector<Peer> all;
  for (const char* const said :
       {"", "GET", "GET / HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"}) {
    all.push_back(connect());
    all.back().send(said);
  }
  server_.reset();
  for (Peer& peer : all) EXPECT_NE(peer.how_it_ends(), Peer::Left::not_yet);
}

}  // namespace
}  // namespace firedrill::control
