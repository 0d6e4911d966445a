// One stream as fast as it goes, looked at by the second and by the tenth of one: `flood SINK_PORT PORT SECONDS RATE`
// connects to PORT, behind which the proxy has SINK_PORT, and prints JSON. RATE, in bytes a second, is what the rates
// are held against; 1 where none was asked for.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/arrival.hpp"
#include "bench/windows.hpp"

namespace firedrill::bench {
namespace {

using namespace std::chrono_literals;

/// What may be read at once: a millisecond's worth, and where that is little a packet's or what comes in 20 ms. Windows
/// are as fine as that.
std::size_t piece(double rate) {
  constexpr double most = 64 * 1024;
  const double bytes = rate > 1 ? std::max(rate / 1000, std::min(1448.0, rate / 50)) : most;
  return static_cast<std::size_t>(std::clamp(bytes, 1.0, most));
}

std::vector<Seen> drink(int listener, std::size_t at_once, std::chrono::seconds lasts) {
  const int socket = must(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC), "accept");
  set(socket, SOL_SOCKET, SO_RCVTIMEO, timeval{.tv_sec = 5, .tv_usec = 0});
  std::vector<char> buffer(at_once);
  std::vector<Seen> seen;
  std::size_t total = 0;
  while (seen.empty() || seen.back().at - seen.front().at < lasts) {
    const Arrival arrival = receive(socket, buffer.data(), buffer.size(), 0);
    if (arrival.bytes <= 0) throw std::runtime_error{arrival.bytes == 0 ? "the stream ended" : "nothing came for 5 s"};
    total += static_cast<std::size_t>(arrival.bytes);
    seen.push_back({total, arrival.at});
  }
  set(socket, SOL_SOCKET, SO_LINGER, linger{1, 0});
  close(socket);
  return seen;
}

int flood(const std::vector<std::string_view>& arguments) {
  if (arguments.size() != 4) {
    fmt::print(stderr, "usage: flood SINK_PORT PORT SECONDS RATE\n");
    return 2;
  }
  const int listener = listen_for_stamped(port_number(arguments[0]), 0);
  set(listener, SOL_SOCKET, SO_RCVTIMEO, timeval{.tv_sec = 5, .tv_usec = 0});
  const std::uint16_t port = port_number(arguments[1]);
  const std::chrono::seconds lasts{number(arguments[2], 60)};
  const auto rate = static_cast<double>(number(arguments[3], 100'000'000'000));

  std::atomic<bool> over = false;
  std::thread sender{[&] {
    try {
      const int connection = connect_to(port);
      const std::vector<char> bytes(128 * 1024, 'x');
      // Ends with the sink, which resets the link; a send that waits in vain gives up after 5 s.
      while (!over && (send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0 || errno == EAGAIN)) {
      }
      close(connection);
    } catch (const std::exception& error) {
      fmt::print(stderr, "flood: {}\n", error.what());
    }
  }};
  std::vector<Seen> seen;
  std::exception_ptr broke;
  try {
    seen = drink(listener, piece(rate), lasts);
  } catch (...) {
    broke = std::current_exception();
  }
  over = true;
  sender.join();
  if (broke) std::rethrow_exception(broke);

  const std::chrono::duration<double> took = seen.back().at - seen.front().at;
  const double mean = static_cast<double>(seen.back().total - seen.front().total) / took.count();
  const auto second = extremes(seen, 1s, rate), tenth = extremes(seen, 100ms, rate);
  if (!second || !tenth) throw std::runtime_error{"it did not last for a second"};
  fmt::print(
      "{{\"bytes\": {}, \"bytes_per_second\": {:.0f}, \"most_in_a_second\": {:.5f}, \"least_in_a_second\": {:.5f}, "
      "\"most_in_a_tenth\": {:.5f}, \"least_in_a_tenth\": {:.5f}}}\n",
      seen.back().total, mean, second->most, second->least, tenth->most, tenth->least);
  return 0;
}

}  // namespace
}  // namespace firedrill::bench

int main(int count, char** words) try {
  return firedrill::bench::flood({words + 1, words + count});
} catch (const std::exception& error) {
  fmt::print(stderr, "flood: {}\n", error.what());
  return 1;
}
