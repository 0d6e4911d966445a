// Servers that no one here wrote, each on a port of its own, and a fixture that puts the proxy in front of one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/support/child_process.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/temporary_directory.hpp"

/// Skips a test for want of the Debian package named; "": nothing is wanting.
#define NEED(wanting)                                                                                      \
  if (const std::string package = (wanting); !package.empty()) {                                           \
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian package " << package << " (./dev test does that)"; \
  }                                                                                                        \
  static_assert(true)

namespace firedrill::tests {

class RedisServer {
 public:
  /// The Debian package without which there is none; "" if all is there.
  static std::string wanting();

  RedisServer();

  /// False, and a failed test, if it does not listen.
  bool is_up() { return server_->wait_for_port(port_); }
  std::uint16_t port() const { return port_; }
  /// redis-cli at that port, or at the server itself.
  Command cli(std::uint16_t port, const Command& words) const;
  Exited ask(const Command& words) const { return run(cli(port_, words)); }
  Command benchmark(std::uint16_t port, const Command& words) const;

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_;
  std::unique_ptr<ChildProcess> server_;
};

class PostgresServer {
 public:
  static std::string wanting();

  /// Makes a database cluster, which takes a second.
  PostgresServer();
  ~PostgresServer();

  bool is_up();
  std::uint16_t port() const { return port_; }
  std::string socket() const { return data_ + "/.s.PGSQL." + std::to_string(port_); }
  /// psql at that port, or at the server itself.
  Command psql(std::uint16_t port, const std::string& sql) const;
  Exited query(std::uint16_t port, const std::string& sql) const { return run(psql(port, sql)); }
  /// pgbench at that port; `settings` are those of a connection: "connect_timeout=2".
  Command bench(std::uint16_t port, const Command& options, const std::string& settings = "") const;

 private:
  TemporaryDirectory directory_;
  std::string data_;
  std::uint16_t port_;
  std::unique_ptr<ChildProcess> server_;
};

class RealPeer : public Loopback {
 protected:
  /// Opens the proxy in front of `upstream`.
  void front_for(const proxy::Endpoint& upstream) {
    auto described = spec();
    described.upstream = upstream;
    open(described);
  }
};

}  // namespace firedrill::tests
