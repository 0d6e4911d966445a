// The control port while everything is stuck: thousands of connections held, a backend that answers no SYN, a client
// that sends a request by the byte, and a crowd that changes faults at once.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/control_port.hpp"
#include "control/json.hpp"
#include "tests/support/crowd.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::control {
namespace {

using Clock = std::chrono::steady_clock;
using testing::StartsWith;
using tests::Backend;
using tests::eventually;
using tests::Forked;
using tests::Peer;

constexpr std::size_t wanted = 9'000 / tests::haste;
constexpr int controllers = 64, rounds = 5;

class Stuck : public testing::Test {
 protected:
  std::string ask_once(const std::string& method, const std::string& target, const std::string& body = "") const {
    Peer peer = Peer::connect(tests::local(port_.port()));
    peer.send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
    return peer.read_to_end();
  }
  // What a machine too slow for a worker to adopt a plan within a second answers, 503, is no answer: it is asked again.
  // What was to be removed may be gone by then.
  std::string ask(const std::string& method, const std::string& target, const std::string& body = "") {
    std::string answer = ask_once(method, target, body);
    int tries = 1;
    for (; tries < 30 && answer.starts_with("HTTP/1.1 503"); ++tries) answer = ask_once(method, target, body);
    again_ += tries - 1;
    const bool is_gone = tries > 1 && method == "DELETE" && answer.starts_with("HTTP/1.1 404");
    return is_gone ? "HTTP/1.1 204 gone" : answer;
  }
  // Nobody is to hurry a client that sends by the byte, however long all the rest takes.
  static ControlOptions patient() {
    ControlOptions options;
    options.listen = {"127.0.0.1", 0, {}};
    options.limits.read = std::chrono::minutes{10};
    return options;
  }
  std::size_t faults_on(const std::string& proxy) const { return registry_.find(proxy).faults.size(); }

  Forked backend_{tests::echo}, clients_{tests::crowd};  // before there are threads
  Backend dark_{0};
  Peer fills_ = Peer::connect(dark_.endpoint());  // its backlog: further SYNs go unanswered
  Registry registry_{{2, faults::Seed{7}, {}}};
  ControlPort port_{patient(), registry_};
  std::atomic<int> again_{0};
};

TEST_F(Stuck, AnswersChangesAndHealsWithoutLosingAByte) {
  const std::size_t links = std::min(wanted, proxy::Engine::room() - 300);
  if (links < 9'000)
    std::cout << "!!! FEWER THAN 9,000 LINKS: "
              << (tests::haste > 1 ? "sanitizers are slow" : "the descriptor limit is low") << "\n";
  const auto proxy = [&](const std::string& name, const std::string& upstream) {
    EXPECT_THAT(ask("POST", "/v1/proxies",
                    R"({"name": ")" + name + R"(", "listen": "127.0.0.1:0", "connect_timeout": "50s", "upstream": ")" +
                        upstream + R"("})"),
                StartsWith("HTTP/1.1 201"));
  };
  proxy("held", "127.0.0.1:" + backend_.hear());
  proxy("dark", dark_.endpoint().text());
  clients_.say("open " + std::to_string(registry_.find("held").address.port) + " " + std::to_string(links));
  ASSERT_EQ(clients_.hear(), std::to_string(links));
  EXPECT_THAT(ask("PUT", "/v1/proxies/held/faults/silence", R"({"kind": "stall", "direction": "both"})"),
              StartsWith("HTTP/1.1 20"));
  clients_.say("send");
  ASSERT_EQ(clients_.hear(), "sent");
  ASSERT_TRUE(eventually([&] { return registry_.counters("held")->bytes_in[0] == links * tests::crowd_message; }));
  EXPECT_EQ(registry_.counters("held")->bytes_out[0], 0U);
  std::vector<Peer> dialling;
  for (int i = 0; i < 100; ++i) dialling.push_back(Peer::connect(registry_.find("dark").address));
  Peer slow = Peer::connect(tests::local(port_.port()));
  slow.send("POST /v1/heal HTTP/1.1\r\nHost: local");

  std::atomic<int> refused{0};
  std::vector<Clock::duration> took(static_cast<std::size_t>(controllers * rounds * 3));
  {
    std::vector<std::thread> crowd;
    for (int i = 0; i < controllers; ++i)
      crowd.emplace_back([&, i] {
        const std::string proxy_of_it = i % 4 == 0 ? "dark" : "held";
        const std::string fault = "/v1/proxies/" + proxy_of_it + "/faults/by-" + std::to_string(i);
        for (int round = 0; round < rounds; ++round) {
          const std::string calls[][3] = {{"PUT", fault, R"({"kind": "latency", "delay": "1ms", "ttl": "10s"})"},
                                          {"GET", "/v1/faults", ""},
                                          {"DELETE", fault, ""}};
          for (std::size_t c = 0; c < 3; ++c) {
            const auto begun = Clock::now();
            if (!ask(calls[c][0], calls[c][1], calls[c][2]).starts_with("HTTP/1.1 2")) ++refused;
            took[static_cast<std::size_t>(i * rounds + round) * 3 + c] = Clock::now() - begun;
          }
        }
      });
    for (std::thread& one : crowd) one.join();
  }
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(faults_on("held"), 1U);
  EXPECT_EQ(faults_on("dark"), 0U);
  std::sort(took.begin(), took.end());
  const auto ms = [&](double q) {
    return std::chrono::duration<double, std::milli>{
        took[static_cast<std::size_t>(q * static_cast<double>(took.size() - 1))]}
        .count();
  };
  std::cout << links << " links held, " << controllers << " controllers: p50 " << ms(0.5) << " ms, p99 " << ms(0.99)
            << " ms, longest " << ms(1) << " ms; asked again " << again_ << " times\n";

  EXPECT_THAT(ask("GET", "/v1/proxies/held/connections?limit=3"), StartsWith("HTTP/1.1 200"));
  EXPECT_FALSE(slow.is_readable()) << "nobody has answered half a request";
  const auto begun = Clock::now();
  EXPECT_THAT(ask("POST", "/v1/halt", R"({"reason": "enough"})"), StartsWith("HTTP/1.1 200"));
  std::cout << "halted in " << std::chrono::duration<double, std::milli>{Clock::now() - begun}.count() << " ms\n";
  EXPECT_THAT(ask("PUT", "/v1/proxies/held/faults/more", R"({"kind": "stall"})"), StartsWith("HTTP/1.1 423"));
  clients_.say("collect");
  EXPECT_EQ(clients_.hear(), std::to_string(links)) << "what was held comes back whole";
  // A cut in the middle of everything, as in the well-known server that hangs for good: every link, while they talk.
  EXPECT_THAT(ask("DELETE", "/v1/proxies/dark"), StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(ask("DELETE", "/v1/proxies/held"), StartsWith("HTTP/1.1 204"));
  clients_.say("close");
  EXPECT_EQ(clients_.hear(), "closed");
}

}  // namespace
}  // namespace firedrill::control
