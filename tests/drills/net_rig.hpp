// Plain sockets on loopback, a backend with its thread, and waiting for what is bound to happen.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "drills/backend.hpp"

namespace firedrill::drills {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// Waits for something that must happen; false after a time in which it would have.
inline bool eventually(const std::function<bool()>& happened) {
  const auto deadline = Clock::now() + 30s;
  while (!happened()) {
    if (Clock::now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

class Stream {
 public:
  explicit Stream(int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) : fd_{fd} {
    const timeval patience{30, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  Stream(Stream&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Stream& operator=(Stream&&) = delete;
  ~Stream() { close(); }

  static Stream to(std::uint16_t port) {
    Stream stream;
    stream.connect(port);
    return stream;
  }
  void connect(std::uint16_t port) {
    const sockaddr_in address = loopback(port);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  Stream& send(std::string_view text) {
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    return *this;
  }
  /// What comes until it ends with `end` or the stream ends.
  std::string read_to(std::string_view end) {
    std::string text;
    for (char c = 0; !text.ends_with(end) && ::recv(fd_, &c, 1, 0) == 1;) text += c;
    return text;
  }
  std::string read_all() {
    std::string text;
    char bytes[4096];
    for (ssize_t n = 0; (n = ::recv(fd_, bytes, sizeof bytes, 0)) > 0;) text.append(bytes, static_cast<std::size_t>(n));
    return text;
  }
  void finish() { ::shutdown(fd_, SHUT_WR); }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  bool open() const { return fd_ >= 0; }
  int descriptor() const { return fd_; }

 private:
  int fd_;
};

/// Listens; takes connections only when told to.
class Listener {
 public:
  Listener() : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 1024), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { ::close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const { return port_; }
  Stream accept() { return Stream{::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC)}; }
  /// accept() fails from now on, in other threads too.
  void shut() { ::shutdown(fd_, SHUT_RDWR); }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

/// A port at which nobody listens.
inline std::uint16_t closed_port() { return Listener{}.port(); }

/// Serves one connection after another with `serve`, on a thread of its own.
class Server {
 public:
  explicit Server(std::function<void(Stream&)> serve) {
    thread_ = std::thread{[this, serve = std::move(serve)] {
      while (true) {
        Stream client = listener_.accept();
        if (!client.open()) return;
        serve(client);
      }
    }};
  }
  ~Server() {
    listener_.shut();
    thread_.join();
  }
  std::uint16_t port() const { return listener_.port(); }

 private:
  Listener listener_;
  std::thread thread_;
};

inline BackendSpec backend_spec(Duration service_time = Duration::zero()) {
  BackendSpec spec;
  spec.name = "api-server";
  spec.listen.host = "127.0.0.1";
  spec.service_time.centre = service_time;
  return spec;
}

/// A backend and the thread it runs on.
class Serving {
 public:
  explicit Serving(const BackendSpec& spec, Duration idle_limit = Backend::usual_idle_limit)
      : backend_{context_, spec, faults::Seed{1}, idle_limit}, thread_{[this] { context_.run(); }} {}
  ~Serving() { stop(); }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  void stop() {
    if (!thread_.joinable()) return;
    backend_.stop();
    thread_.join();
  }
  std::uint16_t port() const { return backend_.port(); }
  Backend::Figures figures() const { return backend_.figures(); }
  Stream client() const { return Stream::to(port()); }

 private:
  asio::io_context context_{1};
  Backend backend_;
  std::thread thread_;
};

/// Leaves this process room for `more` descriptors, for as long as it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = ::dup(0);
    ::close(lowest_free);
    rlimit few = before_;
    few.rlim_cur = static_cast<rlim_t>(lowest_free) + more;
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace firedrill::drills
