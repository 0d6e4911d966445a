// When bytes came, by the kernel's own stamp: what the receiver is late by is not what stands in between.
#pragma once

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <thread>

#include "bench/sockets.hpp"
#include "bench/windows.hpp"

namespace firedrill::bench {

/// The kernel stamps by this clock alone. Nobody may set it while something is measured.
inline WallTime wall_now() {
  timespec now{};
  must(clock_gettime(CLOCK_REALTIME, &now), "clock_gettime");
  return WallTime{std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec}};
}

/// A socket that listens, whose connections have their arrivals stamped from the first byte on.
inline int listen_for_stamped(std::uint16_t port, int flags) {
  const int listener = listen_on(port, flags);
  set(listener, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  std::this_thread::sleep_for(std::chrono::milliseconds{50});  // the kernel begins with it a little later
  return listener;
}

struct Arrival {
  ssize_t bytes = 0;  // as recv() says
  WallTime at;        // of the last of them
};

/// What is there, without waiting if `flags` say so.
inline Arrival receive(int socket, char* buffer, std::size_t size, int flags) {
  std::array<char, CMSG_SPACE(sizeof(timespec))> control;
  iovec place{buffer, size};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  Arrival arrival;
  arrival.bytes = recvmsg(socket, &message, flags);
  if (arrival.bytes <= 0) return arrival;
  const cmsghdr* const stamp = CMSG_FIRSTHDR(&message);
  if (stamp == nullptr || stamp->cmsg_type != SCM_TIMESTAMPNS)
    throw std::runtime_error{"the kernel gave no time stamp"};
  timespec at{};
  std::memcpy(&at, CMSG_DATA(stamp), sizeof at);
  arrival.at = WallTime{std::chrono::seconds{at.tv_sec} + std::chrono::nanoseconds{at.tv_nsec}};
  return arrival;
}

}  // namespace firedrill::bench
