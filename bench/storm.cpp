// One HTTP request per connection, many at once, each followed to its end: `storm PORT SECONDS CONNECTIONS` prints
// JSON. A connection is done when a whole answer and the server's FIN have come, and lost when they have not after 2 s.
// `storm PORT burst CONNECTIONS` opens all of them at once, none after them, and waits for them for 20 s.
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "bench/sockets.hpp"

namespace firedrill::bench {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
constexpr std::string_view answer_begins = "HTTP/1.1 200 ";
constexpr std::string_view answer_ends = "\r\n\r\nok\n";

struct Tally {
  std::size_t done = 0;
  std::size_t refused = 0;  // did not connect
  std::size_t broken = 0;   // reset, or ended with half an answer
  std::size_t lost = 0;     // neither end nor answer
  Clock::time_point last_done;
};

struct Connection {
  int socket = -1;
  bool asked = false;
  Clock::time_point since;
  std::string answer;
};

class Storm {
 public:
  Storm(std::uint16_t port, std::size_t connections, std::chrono::seconds patience)
      : address_{loopback(port)}, connections_(connections), patience_{patience} {}

  Tally blow(std::chrono::seconds lasts) {
    const auto end = Clock::now() + lasts;
    for (std::size_t i = 0; i < connections_.size(); ++i) open(i);
    std::array<epoll_event, 256> events;
    auto look_round = Clock::now() + 100ms;
    while (open_ > 0) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      const auto now = Clock::now();
      more_ = now < end;
      for (int i = 0; i < ready; ++i) advance(events[static_cast<std::size_t>(i)].data.u64, now);
      if (now < look_round) continue;
      look_round = now + 100ms;
      for (std::size_t i = 0; i < connections_.size(); ++i)
        if (connections_[i].socket >= 0 && now - connections_[i].since > patience_) over(i, tally_.lost);
    }
    return tally_;
  }

 private:
  void open(std::size_t i) {
    Connection& connection = connections_[i];
    connection.socket = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
    connection.asked = false;
    connection.since = Clock::now();
    connection.answer.clear();
    ++open_;
    set(connection.socket, IPPROTO_TCP, TCP_NODELAY, 1);
    // Whether it came about is asked when the socket becomes writable, with all other outcomes.
    if (connect(connection.socket, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) < 0 &&
        errno != EINPROGRESS && errno != ECONNREFUSED)
      must(-1, "connect");
    watch(i, EPOLL_CTL_ADD, EPOLLOUT);
  }

  void watch(std::size_t i, int operation, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.u64 = i;
    must(epoll_ctl(epoll_, operation, connections_[i].socket, &event), "epoll_ctl");
  }

  void advance(std::size_t i, Clock::time_point now) {
    Connection& connection = connections_[i];
    if (!connection.asked) {
      const ssize_t sent = send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL);
      if (sent != static_cast<ssize_t>(request.size())) return over(i, tally_.refused);
      connection.asked = true;
      return watch(i, EPOLL_CTL_MOD, EPOLLIN);
    }
    std::array<char, 4096> buffer;
    const ssize_t came = recv(connection.socket, buffer.data(), buffer.size(), 0);
    if (came > 0) {
      connection.answer.append(buffer.data(), static_cast<std::size_t>(came));
      return;
    }
    if (came < 0 && errno == EAGAIN) return;
    const std::string_view answer = connection.answer;
    if (came < 0 || !answer.starts_with(answer_begins) || !answer.ends_with(answer_ends)) return over(i, tally_.broken);
    tally_.last_done = now;
    over(i, tally_.done);
  }

  /// Counts how it ended, and opens the next one in its place while there is time.
  void over(std::size_t i, std::size_t& count) {
    ++count;
    close(connections_[i].socket);
    connections_[i].socket = -1;
    --open_;
    if (more_) open(i);
  }

  sockaddr_in address_;
  std::vector<Connection> connections_;
  std::chrono::seconds patience_;
  int epoll_ = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  std::size_t open_ = 0;
  bool more_ = true;
  Tally tally_;
};

int storm(const std::vector<std::string_view>& arguments) {
  if (arguments.size() != 3) {
    fmt::print(stderr, "usage: storm PORT SECONDS|burst CONNECTIONS\n");
    return 2;
  }
  raise_descriptor_limit();
  const bool burst = arguments[1] == "burst";
  const std::chrono::seconds lasts{burst ? 0 : number(arguments[1], 600)};
  Storm storm{port_number(arguments[0]), number(arguments[2], 10'000), burst ? 20s : 2s};

  const auto began = Clock::now();
  const Tally tally = storm.blow(lasts);

  const std::chrono::duration<double> took = std::max(tally.last_done, began + lasts) - began;
  fmt::print("{{\"done\": {}, \"refused\": {}, \"broken\": {}, \"lost\": {}, \"seconds\": {:.6f}}}\n", tally.done,
             tally.refused, tally.broken, tally.lost, took.count());
  return 0;
}

}  // namespace
}  // namespace firedrill::bench

int main(int count, char** words) try {
  return firedrill::bench::storm({words + 1, words + count});
} catch (const std::exception& error) {
  fmt::print(stderr, "storm: {}\n", error.what());
  return 1;
}
