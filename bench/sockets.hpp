// What the ends of the benchmarks share: loopback sockets without ceremony.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace firedrill::bench {

/// The system call's answer; throws if it failed.
template <typename Answer>
Answer must(Answer answer, const char* what) {
  if (answer < 0) throw std::system_error{errno, std::generic_category(), what};
  return answer;
}

/// Throws when the text is not a number from 1 to `most`.
inline std::uint64_t number(std::string_view text, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > most)
    throw std::runtime_error{fmt::format("{}: want a number from 1 to {}", text, most)};
  return value;
}

inline std::uint16_t port_number(std::string_view text) { return static_cast<std::uint16_t>(number(text, 65535)); }

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

template <typename Value>
void set(int socket, int level, int name, const Value& value) {
  must(setsockopt(socket, level, name, &value, sizeof value), "setsockopt");
}

/// A socket that listens on a port of the loopback.
inline int listen_on(std::uint16_t port, int flags) {
  const int listener = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), "socket");
  set(listener, SOL_SOCKET, SO_REUSEADDR, 1);
  const sockaddr_in address = loopback(port);
  must(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  must(listen(listener, 4096), "listen");
  return listener;
}

/// A connection that gives up after 5 s without progress.
inline int connect_to(std::uint16_t port) {
  const int connection = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  set(connection, IPPROTO_TCP, TCP_NODELAY, 1);
  set(connection, SOL_SOCKET, SO_RCVTIMEO, timeval{.tv_sec = 5, .tv_usec = 0});
  set(connection, SOL_SOCKET, SO_SNDTIMEO, timeval{.tv_sec = 5, .tv_usec = 0});
  const sockaddr_in address = loopback(port);
  must(connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  return connection;
}

/// As many descriptors as this process may have.
inline void raise_descriptor_limit() {
  rlimit descriptors{};
  must(getrlimit(RLIMIT_NOFILE, &descriptors), "getrlimit");
  descriptors.rlim_cur = descriptors.rlim_max;
  must(setrlimit(RLIMIT_NOFILE, &descriptors), "setrlimit");
}

}  // namespace firedrill::bench
