// The least that a forwarder can do: `floor PORT UPSTREAM_PORT` carries loopback connections with a bare edge-triggered
// epoll loop on each core. One recv and one send for each message, splice for bulk; no faults, no counters, no limits,
// and an end that is not in good order closes both sides. As a --peer it says what of a row's ratio is the machine's
// and not Firedrill's.
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include "bench/sockets.hpp"

namespace firedrill::bench {
namespace {

constexpr std::size_t bulk_from = 64 * 1024, pipe_room = 1024 * 1024;

struct Link;

struct End {
  Link* link = nullptr;
  int socket = -1;
  bool readable = false, writable = false, ending = false;
};

/// One direction; no more than one of its two stores holds bytes.
struct Way {
  std::size_t held = 0;    // in the pipe
  std::vector<char> rest;  // what a send did not take
  std::array<int, 2> pipe{-1, -1};
  bool bulk = false, finished = false;
};

struct Link {
  End client, upstream;
  Way up, down;
  bool over = false;
};

class Loop {
 public:
  Loop(int listener, std::uint16_t upstream) : listener_{listener}, upstream_{loopback(upstream)} {
    watch(listener, EPOLLIN | EPOLLEXCLUSIVE, nullptr);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < ready; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.ptr == nullptr) {
          take();
        } else {
          serve(*static_cast<End*>(event.data.ptr), event.events);
        }
      }
      buried_.clear();  // no event of this round names them any more
    }
  }

 private:
  void watch(int socket, std::uint32_t what, End* who) {
    epoll_event event{};
    event.events = what;
    event.data.ptr = who;
    must(epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
  }

  void take() {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    auto* const link = new Link;
    link->client = {link, client};
    link->upstream = {link, must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")};
    for (End* const end : {&link->client, &link->upstream}) set(end->socket, IPPROTO_TCP, TCP_NODELAY, 1);
    if (connect(link->upstream.socket, reinterpret_cast<const sockaddr*>(&upstream_), sizeof upstream_) < 0 &&
        errno != EINPROGRESS)
      return close(*link);
    for (End* const end : {&link->client, &link->upstream})
      watch(end->socket, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, end);
  }

  void serve(End& end, std::uint32_t events) {
    Link& link = *end.link;
    if (link.over) return;
    if ((events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0) end.readable = end.ending = true;
    if ((events & EPOLLIN) != 0) end.readable = true;
    if ((events & EPOLLOUT) != 0) end.writable = true;
    const bool fine = pump(link.client, link.upstream, link.up) && pump(link.upstream, link.client, link.down);
    if (!fine || (link.up.finished && link.down.finished)) close(link);
  }

  /// False when the link is broken.
  bool pump(End& from, End& to, Way& way) {
    for (;;) {
      if (way.held > 0 || !way.rest.empty()) {
        if (!to.writable) return true;
        const ssize_t sent = way.held > 0 ? splice(way.pipe[0], nullptr, to.socket, nullptr, way.held, flags)
                                          : send(to.socket, way.rest.data(), way.rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return false;
        if (sent < 0) return to.writable = false, true;
        if (way.held > 0) {
          way.held -= static_cast<std::size_t>(sent);
        } else {
          way.rest.erase(way.rest.begin(), way.rest.begin() + sent);
        }
        continue;
      }
      if (!from.readable || !to.writable || way.finished) return true;
      const ssize_t got = way.bulk ? splice(from.socket, nullptr, way.pipe[1], nullptr, pipe_room, flags)
                                   : recv(from.socket, scratch_.data(), scratch_.size(), 0);
      if (got < 0 && errno != EAGAIN) return false;
      if (got < 0) return from.readable = from.ending = false, true;
      const auto bytes = static_cast<std::size_t>(got);
      if (bytes == 0) {
        way.finished = true;
        shutdown(to.socket, SHUT_WR);
      } else if (way.bulk) {
        way.held = bytes;
      } else {
        from.readable = from.ending || bytes == scratch_.size();
        if (!pass(to, way, bytes)) return false;
      }
    }
  }

  bool pass(End& to, Way& way, std::size_t bytes) {
    const ssize_t sent = send(to.socket, scratch_.data(), bytes, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return false;
    const auto left = static_cast<std::size_t>(sent < 0 ? 0 : sent);
    to.writable = left == bytes;
    way.rest.assign(scratch_.data() + left, scratch_.data() + bytes);
    if (bytes < bulk_from) return true;
    way.bulk = true;
    must(pipe2(way.pipe.data(), O_NONBLOCK | O_CLOEXEC), "pipe2");
    fcntl(way.pipe[1], F_SETPIPE_SZ, static_cast<int>(pipe_room));
    return true;
  }

  void close(Link& link) {
    link.over = true;
    for (const int fd : {link.client.socket, link.upstream.socket, link.up.pipe[0], link.up.pipe[1], link.down.pipe[0],
                         link.down.pipe[1]})
      if (fd >= 0) ::close(fd);
    buried_.emplace_back(&link);
  }

  static constexpr unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;
  int listener_, epoll_ = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  sockaddr_in upstream_;
  std::vector<char> scratch_ = std::vector<char>(256 * 1024);
  std::vector<std::unique_ptr<Link>> buried_;
};

}  // namespace
}  // namespace firedrill::bench

int main(int count, char** words) {
  using namespace firedrill::bench;
  try {
    if (count != 3) throw std::runtime_error{"want PORT UPSTREAM_PORT"};
    std::signal(SIGPIPE, SIG_IGN);  // splice has no MSG_NOSIGNAL
    raise_descriptor_limit();
    const int listener = listen_on(port_number(words[1]), SOCK_NONBLOCK);
    const std::uint16_t upstream = port_number(words[2]);
    std::vector<std::thread> loops;
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
      loops.emplace_back([=] { Loop{listener, upstream}.run(); });
    for (std::thread& loop : loops) loop.join();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "floor: %s\n", error.what());
    return 1;
  }
}
