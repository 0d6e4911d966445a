// The far ends of a link, scripted: a client or a backend that sends, expects and leaves in every way a real one can.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/endpoint.hpp"

namespace firedrill::tests {

/// "127.0.0.1:port".
proxy::Endpoint local(std::uint16_t port);

/// One connected socket. Every call waits until it is done, up to the deadline; what goes wrong fails the current test.
class Peer {
 public:
  Peer() = default;
  explicit Peer(int fd) : fd_{fd} {}
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&& other) noexcept;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { close(); }

  /// Connects, or fails the test.
  static Peer connect(const proxy::Endpoint& to);
  /// Connects; the error otherwise. `from`: the address to bind to, such as "127.0.0.9".
  static int try_connect(const proxy::Endpoint& to, Peer& peer, const std::string& from = {});

  Peer& send(std::string_view bytes);
  Peer& finish_sending();  // FIN
  void reset();            // RST
  void close();            // as a process that ends does
  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  /// The next bytes are these.
  Peer& expect(std::string_view bytes);
  Peer& expect_end();    // FIN, and nothing before it
  Peer& expect_reset();  // RST; bytes before it are passed over
  /// RST where a FIN has come before: reading would go on to say "end".
  Peer& expect_reset_behind_end();
  /// Neither bytes nor an end are here now. Proves nothing about later.
  Peer& expect_silence();
  /// Up to `n` bytes, fewer only at an end.
  std::string read(std::size_t n);
  /// Everything up to the FIN; an RST fails the test.
  std::string read_to_end();

  enum class Left : std::uint8_t { not_yet, end, reset };
  /// Passes over bytes up to the end or the deadline and says which it was.
  Left how_it_ends();

  /// As much as the socket takes now, without waiting.
  std::size_t send_some(std::string_view bytes);
  /// Sends pattern bytes until the way is full: nothing more was taken for half a second. Returns how many were.
  std::uint64_t send_until_stuck(std::uint64_t stream, std::uint64_t most);
  /// What is here now.
  std::size_t read_some(char* into, std::size_t most);
  bool is_readable() const;  // bytes or an end, now
  bool wait_readable();
  bool wait_writable();
  /// Small buffers let back-pressure be felt soon.
  void shrink_buffers();

 private:
  int fd_ = -1;
};

/// A listening socket of a test.
class Backend {
 public:
  /// On 127.0.0.1 and a free port.
  explicit Backend(int backlog = 4096);
  explicit Backend(const proxy::Endpoint& at, int backlog = 4096);
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  ~Backend() { stop(); }

  /// The next connection, or a test failure.
  Peer accept();
  /// True if somebody is in the backlog.
  bool has_caller() const;
  void stop();
  proxy::Endpoint endpoint() const;
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
  proxy::Endpoint at_;
};

/// A port nobody listens on and that the kernel gives to nobody by itself: for servers that must be told theirs.
std::uint16_t free_port();

}  // namespace firedrill::tests
