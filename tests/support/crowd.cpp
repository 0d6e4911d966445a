// Two loops around epoll.
#include "tests/support/crowd.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <unordered_map>
#include <vector>

#include "proxy/engine.hpp"
#include "tests/support/pattern.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

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

}  // namespace

void echo(Line& line) {
  proxy::Engine::room();  // raises the descriptor limit
  Backend backend;
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

void crowd(Line& line) {
  proxy::Engine::room();
  std::vector<Peer> peers;
  for (std::string order = line.hear(); !order.empty(); order = line.hear()) {
    if (order.starts_with("open ")) {
      unsigned port = 0;
      unsigned long n = 0;
      std::sscanf(order.c_str(), "open %u %lu", &port, &n);
      for (unsigned long i = 0; i < n; ++i) {
        Peer peer;
        if (Peer::try_connect(local(static_cast<std::uint16_t>(port)), peer) == 0) peers.push_back(std::move(peer));
      }
      line.say(std::to_string(peers.size()));
    } else if (order == "send") {
      for (std::size_t i = 0; i < peers.size(); ++i) peers[i].send(pattern(i, 0, crowd_message));
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
          char bytes[crowd_message + 1];
          const std::size_t n = peers[i].read_some(bytes, sizeof bytes);
          if (n == 0) {  // an end: one that never becomes whole
            peers[i].close();
            continue;
          }
          got[i].append(bytes, n);
          if (got[i].size() == crowd_message && first_wrong(i, 0, got[i]) == crowd_message) ++whole;
        }
      }
      line.say(std::to_string(whole));
    } else {
      peers.clear();
      line.say("closed");
    }
  }
}

}  // namespace firedrill::tests
