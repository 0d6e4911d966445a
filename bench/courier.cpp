// How long messages are on their way, one by one: `courier SINK_PORT PORT LINKS RATE SECONDS SLEEP FILE` connects to
// PORT, behind which the proxy has SINK_PORT, and sends RATE messages a second on each link, evenly. SLEEP microseconds
// are slept over and over besides, for comparison. Writes the delays into FILE, in microseconds, and prints JSON.
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bench/arrival.hpp"

namespace firedrill::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr std::size_t message_size = 64;
using Message = std::array<char, message_size>;

void sleep_until(Clock::time_point when) {
  const auto since = when.time_since_epoch();
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since);
  const timespec at{static_cast<time_t>(whole.count()),
                    static_cast<long>(std::chrono::nanoseconds{since - whole}.count())};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
  }
}

/// Where the messages arrive; each says itself when it was sent.
class Sink {
 public:
  explicit Sink(std::uint16_t port) : listener_{listen_for_stamped(port, SOCK_NONBLOCK)} { watch(listener_); }

  /// Until so many have come, or none for five seconds although all have been sent.
  void collect(std::size_t expected, const std::atomic<bool>& all_sent) {
    delays_.reserve(expected);
    std::array<epoll_event, 256> events;
    auto last = Clock::now();
    while (delays_.size() < expected && !(all_sent && Clock::now() - last > 5s)) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      if (ready > 0) last = Clock::now();
      for (int i = 0; i < ready; ++i) {
        const int socket = events[static_cast<std::size_t>(i)].data.fd;
        socket == listener_ ? welcome() : read(socket);
      }
    }
  }
  const std::vector<Microseconds>& delays() const { return delays_; }

 private:
  struct Part {
    Message bytes;
    std::size_t size = 0;
  };

  void watch(int socket) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    must(epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
  }

  void welcome() {
    const int fresh = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fresh < 0) return;
    watch(fresh);
  }

  void read(int socket) {
    std::array<char, 16384> buffer;
    const Arrival arrival = receive(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (arrival.bytes < 0 && errno == EAGAIN) return;
    if (arrival.bytes <= 0) throw std::runtime_error{"a link ended before its messages had come"};
    Part& part = parts_[socket];
    for (std::string_view rest{buffer.data(), static_cast<std::size_t>(arrival.bytes)}; !rest.empty();) {
      const std::size_t taken = std::min(rest.size(), message_size - part.size);
      std::memcpy(part.bytes.data() + part.size, rest.data(), taken);
      rest.remove_prefix(taken);
      part.size += taken;
      if (part.size < message_size) break;
      part.size = 0;
      WallTime sent;
      std::memcpy(&sent, part.bytes.data(), sizeof sent);
      delays_.push_back(arrival.at - sent);
    }
  }

  int listener_;
  int epoll_ = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  std::unordered_map<int, Part> parts_;  // what has come of a message that is not whole yet
  std::vector<Microseconds> delays_;
};

/// Message by message, each at its time; one that is late goes at once, and says so by the time that it carries.
void send_all(const std::vector<int>& links, std::size_t count, double per_second) {
  const auto begun = Clock::now() + 20ms;
  Message message{};
  for (std::size_t i = 0; i < count; ++i) {
    sleep_until(begun + std::chrono::round<std::chrono::nanoseconds>(
                            std::chrono::duration<double>{static_cast<double>(i) / per_second}));
    const WallTime now = wall_now();
    std::memcpy(message.data(), &now, sizeof now);
    const auto sent = must(send(links[i % links.size()], message.data(), message.size(), MSG_NOSIGNAL), "send");
    if (static_cast<std::size_t>(sent) != message.size())
      throw std::runtime_error{"send: took only a part of the message"};
  }
}

/// By how much a plain sleep is late, over and over until told to end.
std::vector<Microseconds> oversleep(std::chrono::microseconds asked, const std::atomic<bool>& ended) {
  std::vector<Microseconds> late;
  const timespec span{static_cast<time_t>(asked.count() / 1'000'000),
                      static_cast<long>(asked.count() % 1'000'000 * 1000)};
  while (!ended) {
    const auto begun = Clock::now();
    nanosleep(&span, nullptr);
    late.push_back(Clock::now() - begun - asked);
  }
  return late;
}

double quantile(std::vector<Microseconds>& values, std::size_t per_mille) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1, values.size() * per_mille / 1000)].count();
}

void write(const std::string& path, const std::vector<Microseconds>& delays) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "w"), std::fclose};
  if (!file) throw std::system_error{errno, std::generic_category(), path};
  for (const Microseconds delay : delays) fmt::print(file.get(), "{:.1f}\n", delay.count());
}

int courier(const std::vector<std::string_view>& arguments) {
  if (arguments.size() != 7) {
    fmt::print(stderr, "usage: courier SINK_PORT PORT LINKS RATE SECONDS SLEEP FILE\n");
    return 2;
  }
  raise_descriptor_limit();
  Sink sink{port_number(arguments[0])};
  const std::uint16_t port = port_number(arguments[1]);
  const std::size_t links = number(arguments[2], 9'000);
  const std::size_t rate = number(arguments[3], 100'000), lasts = number(arguments[4], 60);
  const std::chrono::microseconds sleep{number(arguments[5], 10'000'000)};
  const std::size_t count = links * rate * lasts;
  if (count > 10'000'000) throw std::runtime_error{"more than ten million messages"};

  std::atomic<bool> sent = false, over = false;
  std::exception_ptr failed;
  std::thread sender{[&] {
    try {
      std::vector<int> connections;
      for (std::size_t i = 0; i < links; ++i) connections.push_back(connect_to(port));
      std::this_thread::sleep_for(200ms);  // dialling upstream is not part of any message's way
      send_all(connections, count, static_cast<double>(links * rate));
    } catch (...) {
      failed = std::current_exception();
    }
    sent = true;
  }};
  std::vector<Microseconds> late;
  std::thread sleeper{[&] { late = oversleep(sleep, over); }};
  std::exception_ptr broke;
  try {
    sink.collect(count, sent);
  } catch (...) {
    broke = std::current_exception();
  }
  sender.join();
  over = true;
  sleeper.join();
  for (const auto& wrong : {failed, broke})
    if (wrong) std::rethrow_exception(wrong);

  write(std::string{arguments[6]}, sink.delays());
  auto delays = sink.delays();
  fmt::print(
      "{{\"sent\": {}, \"came\": {}, \"p50_us\": {:.1f}, \"p99_us\": {:.1f}, \"max_us\": {:.1f}, "
      "\"sleeps\": {}, \"sleep_p50_us\": {:.1f}, \"sleep_p99_us\": {:.1f}}}\n",
      count, delays.size(), quantile(delays, 500), quantile(delays, 990), quantile(delays, 1000), late.size(),
      quantile(late, 500), quantile(late, 990));
  return 0;
}

}  // namespace
}  // namespace firedrill::bench

int main(int count, char** words) try {
  return firedrill::bench::courier({words + 1, words + count});
} catch (const std::exception& error) {
  fmt::print(stderr, "courier: {}\n", error.what());
  return 1;
}
