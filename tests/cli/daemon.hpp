// `firedrill serve` on a free port, for tests that send it requests; and other people's programs, run to their end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/cli/program.hpp"

namespace firedrill::tests {

class Daemon {
 public:
  /// Waits until it listens, or fails the test. `arguments`: what follows `serve`.
  explicit Daemon(const Desk& desk, std::vector<std::string> arguments = {});

  std::uint16_t port() const { return port_; }
  /// "127.0.0.1:41233".
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// The body of the answer; one that is not 2xx fails the test.
  std::string ask(const std::string& method, const std::string& target, const std::string& body = "") const;
  /// Where the proxy listens.
  std::uint16_t port_of(const std::string& proxy) const;

 private:
  Program program_;
  std::uint16_t port_ = 0;
};

struct Ran {
  int exit_code = -1;
  std::string said;  // both streams
};
/// Runs a shell script at the desk; after 100 s it is killed.
Ran run_script(const Desk& desk, const std::string& script);

}  // namespace firedrill::tests
