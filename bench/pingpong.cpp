// The two ends of the round-trip benchmark, as cheap as they come, so that what is measured is what stands between
// them: `pingpong echo PORT` answers every connection until it is ended; `pingpong ping PORT SECONDS BYTES` prints
// JSON.
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
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/sockets.hpp"

namespace firedrill::bench {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t most_samples = 4'000'000;
constexpr std::size_t warm_up = 200;

void watch(int epoll, int socket) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket;
  must(epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
}

/// Sends back what came. Messages are small and answered one at a time, so a blocking send is soon over.
void answer(int socket) {
  std::array<char, 4096> buffer;
  const ssize_t came = recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (came < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (came <= 0 || send(socket, buffer.data(), static_cast<std::size_t>(came), MSG_NOSIGNAL) != came) close(socket);
}

[[noreturn]] void echo(std::uint16_t port) {
  raise_descriptor_limit();
  const int listener = listen_on(port, SOCK_NONBLOCK);
  const int epoll = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  watch(epoll, listener);

  std::array<epoll_event, 256> events;
  while (true) {
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < ready; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket != listener) {
        answer(socket);
        continue;
      }
      const int fresh = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (fresh < 0) continue;
      set(fresh, IPPROTO_TCP, TCP_NODELAY, 1);
      watch(epoll, fresh);
    }
  }
}

void round_trip(int socket, std::vector<char>& message) {
  const auto sent = must(send(socket, message.data(), message.size(), MSG_NOSIGNAL), "send");
  if (static_cast<std::size_t>(sent) != message.size())
    throw std::runtime_error{"send: took only a part of the message"};
  const auto came = recv(socket, message.data(), message.size(), MSG_WAITALL);
  if (came < 0 && errno == EAGAIN) throw std::runtime_error{"no answer within 5 s"};
  must(came, "recv");
  if (came == 0) throw std::runtime_error{"the other side closed the connection"};
  if (static_cast<std::size_t>(came) != message.size()) throw std::runtime_error{"only a part of the answer came"};
}

void ping(std::uint16_t port, std::chrono::seconds lasts, std::size_t bytes) {
  const int connection = connect_to(port);
  std::vector<char> message(bytes, 'x');
  for (std::size_t i = 0; i < warm_up; ++i) round_trip(connection, message);
  std::vector<Clock::duration> took;
  took.reserve(most_samples);
  const auto end = Clock::now() + lasts;
  for (auto sent = Clock::now(); sent < end && took.size() < most_samples;) {
    round_trip(connection, message);
    const auto now = Clock::now();
    took.push_back(now - sent);
    sent = now;
  }
  close(connection);

  std::sort(took.begin(), took.end());
  const auto quantile = [&](std::size_t percent) {
    const auto at = took.at(std::min(took.size() - 1, took.size() * percent / 100));
    return std::chrono::duration<double, std::micro>{at}.count();
  };
  fmt::print("{{\"round_trips\": {}, \"p50_us\": {:.2f}, \"p99_us\": {:.2f}}}\n", took.size(), quantile(50),
             quantile(99));
}

int pingpong(const std::vector<std::string_view>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "echo") echo(port_number(arguments[1]));
  if (arguments.size() != 4 || arguments[0] != "ping") {
    fmt::print(stderr, "usage: pingpong echo PORT | pingpong ping PORT SECONDS BYTES\n");
    return 2;
  }
  ping(port_number(arguments[1]), std::chrono::seconds{number(arguments[2], 600)}, number(arguments[3], 4096));
  return 0;
}

}  // namespace
}  // namespace firedrill::bench

int main(int count, char** words) try {
  return firedrill::bench::pingpong({words + 1, words + count});
} catch (const std::exception& error) {
  fmt::print(stderr, "pingpong: {}\n", error.what());
  return 1;
}
