// As many links as the descriptor limit lets one process hold: opened, held by a fault, healed, and not a byte lost.
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iostream>
#include <string>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include "proxy/engine.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/forked.hpp"
#include "tests/support/pattern.hpp"
#include "tests/support/peer.hpp"

namespace firedrill {
namespace {

using tests::Forked;
using tests::Line;
using tests::Peer;
using Clock = std::chrono::steady_clock;

constexpr std::size_t wanted = 9'000 / tests::haste;
constexpr std::size_t message = 512;

double milliseconds_since(Clock::time_point begun) {
  return std::chrono::duration<double, std::milli>{Clock::now() - begun}.count();
}

class Poll {
 public:
  Poll() : fd_{::epoll_create1(EPOLL_CLOEXEC)} {}
  ~Poll() { ::close(fd_); }
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;
  void add(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event);
  }
  /// Descriptors with something to read; none after half a minute.
  std::vector<int> wait() const {
    epoll_event events[256];
    const int n = ::epoll_wait(fd_, events, 256, 30'000);
    std::vector<int> ready;
    for (int i = 0; i < n; ++i) ready.push_back(events[i].data.fd);
    return ready;
  }

 private:
  int fd_;
};

/// Sends back whatever comes, on every connection, until its line is closed.
void echo(Line& line) {
  proxy::Engine::room();  // raises the descriptor limit
  tests::Backend backend;
  line.say(std::to_string(backend.endpoint().port));
  std::unordered_map<int, Peer> peers;
  const Poll poll;
  poll.add(backend.fd());
  poll.add(line.fd());
  char bytes[4096];
  while (true) {
    for (const int fd : poll.wait()) {
      if (fd == line.fd()) return;
      if (fd == backend.fd()) {
        Peer peer = backend.accept();
        poll.add(peer.fd());
        const int key = peer.fd();
        peers.emplace(key, std::move(peer));
      } else if (const std::size_t n = peers.at(fd).read_some(bytes, sizeof bytes); n > 0) {
        peers.at(fd).send({bytes, n});
      } else {
        peers.erase(fd);
      }
    }
  }
}

/// "open PORT N", "send", "collect", "close": each answered when it is done.
void call(Line& line) {
  proxy::Engine::room();
  std::vector<Peer> peers;
  for (std::string order = line.hear(); !order.empty(); order = line.hear()) {
    if (order.starts_with("open ")) {
      unsigned port = 0;
      unsigned long n = 0;
      std::sscanf(order.c_str(), "open %u %lu", &port, &n);
      for (unsigned long i = 0; i < n; ++i) {
        Peer peer;
        if (Peer::try_connect(tests::local(static_cast<std::uint16_t>(port)), peer) == 0)
          peers.push_back(std::move(peer));
      }
      line.say(std::to_string(peers.size()));
    } else if (order == "send") {
      for (std::size_t i = 0; i < peers.size(); ++i) peers[i].send(tests::pattern(i, 0, message));
      line.say("sent");
    } else if (order == "collect") {
      const Poll poll;
      std::unordered_map<int, std::size_t> index;
      std::vector<std::string> got(peers.size());
      for (std::size_t i = 0; i < peers.size(); ++i) {
        poll.add(peers[i].fd());
        index[peers[i].fd()] = i;
      }
      std::size_t whole = 0;
      while (whole < peers.size()) {
        const auto ready = poll.wait();
        if (ready.empty()) break;
        for (const int fd : ready) {
          const std::size_t i = index.at(fd);
          char bytes[message + 1];
          const std::size_t n = peers[i].read_some(bytes, sizeof bytes);
          if (n == 0) {  // an end: one that never becomes whole
            peers[i].close();
            continue;
          }
          got[i].append(bytes, n);
          if (got[i].size() == message && tests::first_wrong(i, 0, got[i]) == message) ++whole;
        }
      }
      line.say(std::to_string(whole));
    } else {
      peers.clear();
      line.say("closed");
    }
  }
}

TEST(NineThousandLinks, AreHeldAndHealedWithoutLosingAByte) {
  Forked backend{echo}, clients{call};  // before the engine starts its threads
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t links = std::min(wanted, proxy::Engine::room());
  std::cout << "descriptor limit " << limit.rlim_max << ", links " << links << "\n";
  if (links < 9'000)
    std::cout << "!!! FEWER THAN 9,000 LINKS: "
              << (tests::haste > 1 ? "sanitizers are slow" : "the descriptor limit is low") << "\n";
  proxy::Engine engine{{.workers = 2}};
  proxy::ProxySpec spec;
  spec.name = "p";
  spec.listen = tests::local(0);
  spec.upstream = tests::local(static_cast<std::uint16_t>(std::stoi(backend.hear())));
  spec.connect_timeout = tests::deadline;
  engine.open(spec);

  auto begun = Clock::now();
  clients.say("open " + std::to_string(engine.port("p")) + " " + std::to_string(links));
  ASSERT_EQ(clients.hear(), std::to_string(links));
  ASSERT_TRUE(tests::eventually([&] { return engine.read("p").connect_time.count() == links; }));
  std::cout << "opened in " << milliseconds_since(begun) << " ms\n";

  auto held = faults::make_fault("held", "stall", "direction=both");
  held->since = Clock::now();
  begun = Clock::now();
  engine.adopt("p", {{}, {held}});
  std::cout << "stalled in " << milliseconds_since(begun) << " ms\n";
  clients.say("send");
  ASSERT_EQ(clients.hear(), "sent");
  ASSERT_TRUE(tests::eventually([&] { return engine.read("p").bytes_in[0] == links * message; }));
  EXPECT_EQ(engine.read("p").bytes_out[0], 0U);
  EXPECT_EQ(held->effects->links(), links);

  clients.say("collect");
  begun = Clock::now();
  engine.adopt("p", {});
  const double healed = milliseconds_since(begun);
  EXPECT_EQ(clients.hear(), std::to_string(links));
  std::cout << "healed in " << healed << " ms, every answer back after " << milliseconds_since(begun) << " ms\n";

  // What a peer has is counted a moment later.
  EXPECT_TRUE(tests::eventually([&] { return engine.read("p").bytes_in == engine.read("p").bytes_out; }));
  const proxy::Counters counters = engine.read("p");
  EXPECT_EQ(counters.bytes_in[0], links * message);
  EXPECT_EQ(counters.open, links);
  clients.say("close");
  EXPECT_EQ(clients.hear(), "closed");
  EXPECT_TRUE(tests::eventually([&] { return engine.read("p").open == 0; }));
  EXPECT_EQ(engine.read("p").of(proxy::End::client_finished), links);
}

}  // namespace
}  // namespace firedrill
