// Loads over sockets of their own: connections held as the drill says, and talks of which nothing is known but bytes.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "drills/dialled.hpp"
#include "load_rig.hpp"

namespace firedrill::drills {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Pair;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr std::string_view fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

LoadSpec held_spec(double rate, KeepSpec keep = {}, Duration timeout = 30s) {
  LoadSpec spec;
  spec.name = "users";
  spec.rate = rate;
  spec.timeout = timeout;
  spec.keep_alive = true;
  spec.keep = keep;
  return spec;
}

LoadSpec talk_spec(double rate, TalkSpec talk, Duration timeout = 30s) {
  LoadSpec spec;
  spec.name = "talkers";
  spec.tcp.text = "there";
  spec.rate = rate;
  spec.timeout = timeout;
  spec.talk = std::move(talk);
  return spec;
}

std::string tcp_at(std::uint16_t port) { return fmt::format("127.0.0.1:{}", port); }

KeepSpec at_most(std::uint64_t max) {
  KeepSpec keep;
  keep.max = max;
  return keep;
}

/// Every connection on a thread of its own.
class Crowded {
 public:
  explicit Crowded(std::function<void(Stream&)> serve) {
    accepting_ = std::thread{[this, serve = std::move(serve)] {
      while (true) {
        Stream next = listener_.accept();
        if (!next.open()) return;
        serving_.emplace_back([serve, client = std::move(next)]() mutable { serve(client); });
      }
    }};
  }
  ~Crowded() {
    listener_.shut();
    accepting_.join();
    for (std::thread& thread : serving_) thread.join();
  }
  std::uint16_t port() const { return listener_.port(); }

 private:
  Listener listener_;
  std::thread accepting_;
  std::vector<std::thread> serving_;
};

TEST(HeldConnections, CarryRequestAfterRequest) {
  Serving backend{backend_spec()};

  const PlayedLoad seen = play_load(held_spec(500, at_most(1)), http_at(backend.port()), 400ms);

  EXPECT_EQ(seen.requests.count, 200);
  EXPECT_THAT(seen.requests.errors, IsEmpty());
  EXPECT_EQ(backend.figures().connections, 1);
  EXPECT_EQ(backend.figures().served, 200);
  EXPECT_EQ(seen.connections.opened, 1);
  EXPECT_EQ(seen.connections.most_open, 1);
}

TEST(HeldConnections, CountTheWaitForOneAsLatency) {
  Serving backend{backend_spec(100ms)};

  const PlayedLoad seen = play_load(held_spec(100, at_most(2)), http_at(backend.port()), 200ms);

  EXPECT_EQ(seen.requests.count, 20);
  EXPECT_THAT(seen.requests.errors, IsEmpty());
  EXPECT_EQ(backend.figures().in_service_max, 2);
  EXPECT_GE(seen.requests.latency.quantile(1), 780ms);  // the last is due before 200 ms and over after ten turns
}

TEST(HeldConnections, TurnAwayWhomTheyHaveNoPlaceFor) {
  Listener silent;
  KeepSpec keep = at_most(1);
  keep.queue = 2;

  const PlayedLoad seen = play_load(held_spec(100, keep, 500ms), http_at(silent.port()), 200ms);

  EXPECT_THAT(seen.requests.errors, ElementsAre(Pair("pool_full", 17), Pair("timeout", 3)));
}

TEST(HeldConnections, TurnAwayWhoWaitedTooLong) {
  Listener silent;
  KeepSpec keep = at_most(1);
  keep.queue_timeout = 50ms;

  const PlayedLoad seen = play_load(held_spec(100, keep, 1s), http_at(silent.port()), 200ms);

  EXPECT_THAT(seen.requests.errors, ElementsAre(Pair("pool_timeout", 19), Pair("timeout", 1)));
}

TEST(HeldConnections, AreEachWorkersOwn) {
  Serving backend{backend_spec()};
  KeepSpec keep = at_most(1);
  keep.workers = 3;

  const PlayedLoad seen = play_load(held_spec(300, keep), http_at(backend.port()), 100ms);

  EXPECT_EQ(seen.requests.count, 30);
  EXPECT_THAT(seen.requests.errors, IsEmpty());
  EXPECT_EQ(backend.figures().connections, 3);  // though one would do: they answer at once
}

TEST(HeldConnections, AreReplacedWhenTheyHaveCarriedEnough) {
  Serving backend{backend_spec()};
  KeepSpec keep = at_most(1);
  keep.max_requests = 4;

  const PlayedLoad seen = play_load(held_spec(200, keep), http_at(backend.port()), 100ms);

  EXPECT_THAT(seen.requests.errors, IsEmpty());
  EXPECT_EQ(seen.requests.count, 20);
  EXPECT_EQ(backend.figures().connections, 5);
}

TEST(HeldConnections, AreReplacedUnnoticedWhenTheOtherSideClosesThemIdle) {
  std::atomic<int> closed{0};
  Crowded server{[&](Stream& client) {
    if (client.read_to("\r\n\r\n").empty()) return;
    client.send(fine);
    client.close();
    ++closed;
  }};

  // A gap of half a second: the end of the one before has come long since.
  const PlayedLoad seen = play_load(held_spec(2, at_most(1)), http_at(server.port()), 1500ms);

  EXPECT_EQ(seen.requests.count, 3);
  EXPECT_THAT(seen.requests.errors, IsEmpty());
  EXPECT_EQ(seen.connections.opened, 3);
  EXPECT_TRUE(eventually([&] { return closed == 3; }));
}

TEST(HeldConnections, NeverCarryARequestTwice) {
  std::atomic<int> asked{0};
  Crowded server{[&](Stream& client) {
    if (client.read_to("\r\n\r\n").empty()) return;
    ++asked;
    client.send(fine);
    if (client.read_to("\r\n\r\n").empty()) return;
    ++asked;
    client.reset();
  }};

  const PlayedLoad seen = play_load(held_spec(100, at_most(1)), http_at(server.port()), 200ms);

  EXPECT_EQ(seen.requests.count, 20);
  EXPECT_THAT(seen.requests.errors, ElementsAre(Pair("reset", 10)));
  EXPECT_EQ(asked, 20);
}

TEST(HeldConnections, TellHowRequestsFail) {
  BackendSpec busy = backend_spec();
  busy.status = 503;
  Serving failing{busy};
  Crowded cutting{[](Stream& client) {
    client.read_to("\r\n\r\n");
    client.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok");
  }};
  Crowded other{[](Stream& client) {
    client.read_to("\r\n\r\n");
    client.send("SSH-2.0-OpenSSH_9.2\r\n");
  }};
  const auto errors = [](std::uint16_t port) {
    return play_load(held_spec(100), http_at(port), 100ms).requests.errors;
  };

  EXPECT_THAT(errors(failing.port()), ElementsAre(Pair("http_503", 10)));
  EXPECT_THAT(errors(cutting.port()), ElementsAre(Pair("closed", 10)));
  EXPECT_THAT(errors(other.port()), ElementsAre(Pair("other", 10)));
  EXPECT_THAT(errors(closed_port()), ElementsAre(Pair("refused", 10)));
}

TEST(HeldConnections, CountWhatCouldNotBeSent) {
  Listener silent;
  const Phases phases{{}, 0};
  LoadMeter meter{phases};
  Loads loads;
  loads.add(held_spec(100, at_most(100), 1s), http_at(silent.port()), meter, faults::Seed{7});

  {
    const FewDescriptors few{8};
    loads.start(Clock::now(), 200ms);
    EXPECT_EQ(loads.wait(Clock::now() + 60s), 0);
  }

  EXPECT_THAT(meter.of_phase(Phases::always).errors, ElementsAre(Pair("not_sent", Ge(12U)), Pair("timeout", Le(8U))));
}

TEST(HeldConnections, TakeTheNextAddressOfAName) {
  Serving backend{backend_spec()};  // on 127.0.0.1 only, where localhost may come first as ::1

  const PlayedLoad seen = play_load(held_spec(100), fmt::format("http://localhost:{}", backend.port()), 50ms);

  EXPECT_EQ(seen.requests.count, 5);
  EXPECT_THAT(seen.requests.errors, IsEmpty());
}

TEST(HeldConnections, NeedANameThatIsKnown) {
  const Phases phases{{}, 0};
  LoadMeter meter{phases};
  Loads loads;

  const std::string impossible =
      "http://" + std::string(70, 'x') + ".invalid/";  // longer than any name: nobody is asked

  EXPECT_THROW(loads.add(held_spec(1), impossible, meter, faults::Seed{7}), std::runtime_error);
}

/// What a server is asked by one load, request by request: head and body.
class Asked {
 public:
  std::vector<std::string> by(LoadSpec spec) {
    std::mutex mutex;
    std::vector<std::string> all;
    Crowded server{[&](Stream& client) {
      for (std::string head = client.read_to("\r\n\r\n"); !head.empty(); head = client.read_to("\r\n\r\n")) {
        std::string body;
        if (const auto at = head.find("Content-Length: "); at != std::string::npos)
          for (std::size_t left = std::stoul(head.substr(at + 16)); body.size() < left;) {
            char c = 0;
            if (::recv(client.descriptor(), &c, 1, 0) != 1) break;
            body += c;
          }
        {
          const std::lock_guard lock{mutex};
          all.push_back(head + body);
        }
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      }
    }};
    EXPECT_THAT(play_load(spec, http_at(server.port()) + "a?b#c", 30ms).requests.errors, IsEmpty());
    return all;
  }
};

std::shared_ptr<const std::string> body(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

/// By libcurl, and by sockets of its own.
class AskedBy : public testing::TestWithParam<bool> {
 protected:
  static LoadSpec spec() {
    LoadSpec one = held_spec(100, at_most(1));
    one.connections = 1;
    if (!GetParam()) one.keep.reset();
    return one;
  }
};

TEST_P(AskedBy, HasMethodAndHeaders) {
  LoadSpec one = spec();
  one.request.method = "DELETE";
  one.request.headers = {{"X-Tenant", "7"}, {"user-agent", "me"}, {"Host", "shop.example"}};

  const auto asked = Asked{}.by(one);

  ASSERT_EQ(asked.size(), 3);
  for (const std::string& text : asked)
    EXPECT_THAT(text,
                AllOf(StartsWith("DELETE /a?b HTTP/1.1\r\n"), HasSubstr("\r\nX-Tenant: 7\r\n"),
                      HasSubstr("\r\nuser-agent: me\r\n"), HasSubstr("\r\nHost: shop.example\r\n"),
                      Not(HasSubstr("firedrill")), Not(HasSubstr("127.0.0.1")), Not(HasSubstr("Content-Length"))));
}

TEST_P(AskedBy, HasBodiesInTurn) {
  LoadSpec one = spec();
  one.request.bodies = {body("first"), body(std::string("zero\0byte", 9))};

  const auto asked = Asked{}.by(one);

  ASSERT_EQ(asked.size(), 3);
  EXPECT_THAT(asked[0], AllOf(StartsWith("POST /a?b HTTP/1.1\r\n"), HasSubstr("\r\nContent-Length: 5\r\n"),
                              EndsWith("\r\n\r\nfirst")));
  EXPECT_THAT(asked[1], EndsWith(std::string("\r\n\r\nzero\0byte", 13)));
  EXPECT_THAT(asked[2], EndsWith("first"));
  for (const std::string& text : asked)
    EXPECT_THAT(text, AllOf(Not(HasSubstr("Content-Type")), Not(HasSubstr("Expect:"))));
}

TEST_P(AskedBy, HasTheMethodThatIsGivenWithABody) {
  LoadSpec one = spec();
  one.request.method = "PUT";
  one.request.bodies = {body("x")};
  one.request.headers.emplace_back("Content-Type", "text/plain");

  const auto asked = Asked{}.by(one);

  ASSERT_EQ(asked.size(), 3);
  EXPECT_THAT(asked[0],
              AllOf(StartsWith("PUT "), HasSubstr("\r\nContent-Type: text/plain\r\n"), EndsWith("\r\n\r\nx")));
}

TEST_P(AskedBy, HasALengthOfNothing) {
  LoadSpec one = spec();
  one.request.method = "POST";

  const auto asked = Asked{}.by(one);

  ASSERT_EQ(asked.size(), 3);
  EXPECT_THAT(asked[0], HasSubstr("\r\nContent-Length: 0\r\n"));
}

INSTANTIATE_TEST_SUITE_P(Both, AskedBy, testing::Bool(),
                         [](const auto& own) { return own.param ? "Sockets" : "Libcurl"; });

TEST(HeldConnections, CarryHeadRequests) {
  Serving backend{backend_spec()};
  LoadSpec spec = held_spec(200, at_most(1));
  spec.request.method = "HEAD";

  const PlayedLoad seen = play_load(spec, http_at(backend.port()), 100ms);

  EXPECT_EQ(seen.requests.count, 20);
  EXPECT_THAT(seen.requests.errors, IsEmpty());
  EXPECT_EQ(seen.connections.opened, 1);
}

TalkSpec ping() {
  TalkSpec talk;
  talk.send = "PING\r\n";
  talk.until = TalkSpec::Bytes{"\r\n"};
  talk.expect = TalkSpec::Bytes{"+PONG"};
  return talk;
}

void answer_pings(Stream& client) {
  while (!client.read_to("\r\n").empty()) client.send("+PO").send("NG\r\n");
}

TEST(Talk, HasAConnectionForEachRequestUnlessTheyAreKept) {
  Crowded server{answer_pings};
  LoadSpec spec = talk_spec(200, ping());

  const PlayedLoad each = play_load(spec, tcp_at(server.port()), 100ms);
  spec.keep_alive = true;
  spec.connections = 1;
  const PlayedLoad kept = play_load(spec, tcp_at(server.port()), 100ms);

  EXPECT_EQ(each.requests.count, 20);
  EXPECT_THAT(each.requests.errors, IsEmpty());
  EXPECT_EQ(each.connections.opened, 20);
  EXPECT_EQ(kept.requests.count, 20);
  EXPECT_THAT(kept.requests.errors, IsEmpty());
  EXPECT_EQ(kept.connections.opened, 1);
}

TEST(Talk, MayBeginWithTheOtherSide) {
  Crowded server{[](Stream& client) {
    client.send("220 mail.example ESMTP\r\n");
    client.read_all();
  }};
  TalkSpec talk;
  talk.until = TalkSpec::Bytes{"\r\n"};
  talk.expect = TalkSpec::Pattern{"^220 "};

  const PlayedLoad seen = play_load(talk_spec(100, talk), tcp_at(server.port()), 100ms);

  EXPECT_EQ(seen.requests.count, 10);
  EXPECT_THAT(seen.requests.errors, IsEmpty());
}

TEST(Talk, TellsHowItFails) {
  Crowded loading{[](Stream& client) {
    while (!client.read_to("\r\n").empty()) client.send("-LOADING\r\n");
  }};
  Crowded leaving{[](Stream& client) {
    client.read_to("\r\n");
    client.send("+PO");
  }};
  Crowded resetting{[](Stream& client) {
    client.read_to("\r\n");
    client.reset();
  }};
  Listener silent;
  const auto errors = [](std::uint16_t port) {
    return play_load(talk_spec(100, ping(), 300ms), tcp_at(port), 100ms).requests.errors;
  };

  EXPECT_THAT(errors(loading.port()), ElementsAre(Pair("unexpected", 10)));
  EXPECT_THAT(errors(leaving.port()), ElementsAre(Pair("closed", 10)));
  EXPECT_THAT(errors(resetting.port()), ElementsAre(Pair("reset", 10)));
  EXPECT_THAT(errors(silent.port()), ElementsAre(Pair("timeout", 10)));
  EXPECT_THAT(errors(closed_port()), ElementsAre(Pair("refused", 10)));
}

TEST(Talk, IsGoodOnceItIsSentWhereNothingIsAwaited) {
  std::mutex mutex;
  std::vector<std::string> heard;
  {
    Crowded server{[&](Stream& client) {
      const std::string all = client.read_all();
      const std::lock_guard lock{mutex};
      heard.push_back(all);
    }};
    TalkSpec talk;
    talk.send = "stats:1|c\n";

    const PlayedLoad seen = play_load(talk_spec(100, talk), tcp_at(server.port()), 30ms);

    EXPECT_EQ(seen.requests.count, 3);
    EXPECT_THAT(seen.requests.errors, IsEmpty());
    ASSERT_TRUE(eventually([&] {
      const std::lock_guard lock{mutex};
      return heard.size() == 3;
    }));
  }
  EXPECT_THAT(heard, UnorderedElementsAre("stats:1|c\n", "stats:1|c\n", "stats:1|c\n"));
}

TEST(Talk, SendsMoreThanASocketTakesAtOnce) {
  std::atomic<std::size_t> heard{0};
  Crowded server{[&](Stream& client) {
    std::string all;
    std::vector<char> bytes(65536);
    while (!all.ends_with("\nend\n")) {
      const ssize_t n = ::recv(client.descriptor(), bytes.data(), bytes.size(), 0);
      if (n <= 0) return;
      all.append(bytes.data(), static_cast<std::size_t>(n));
    }
    heard += all.size();
    client.send("ok\n");
  }};
  TalkSpec talk;
  talk.send = std::string(4'000'000, 'x') + "\nend\n";
  talk.until = TalkSpec::Bytes{"\n"};

  const PlayedLoad seen = play_load(talk_spec(20, talk), tcp_at(server.port()), 50ms);

  EXPECT_EQ(seen.requests.count, 1);
  EXPECT_THAT(seen.requests.errors, IsEmpty());
  EXPECT_EQ(heard, 4'000'005);
}

TEST(Dialled, TakesUrlsApart) {
  const auto parts = [](const char* url) {
    const HttpPlace place = http_place(url);
    return place.address + " " + place.host + " " + place.path;
  };

  EXPECT_EQ(parts("http://10.0.0.1:81/a?b#c"), "10.0.0.1:81 10.0.0.1:81 /a?b");
  EXPECT_EQ(parts("http://db.internal"), "db.internal:80 db.internal /");
  EXPECT_EQ(parts("http://[::1]:81?q"), "[::1]:81 [::1]:81 /?q");
  EXPECT_EQ(parts("http://[::1]/"), "[::1]:80 [::1] /");
}

}  // namespace
}  // namespace firedrill::drills
