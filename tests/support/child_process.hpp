// Programs that tests start and stop.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/eventually.hpp"
#include "tests/support/temporary_directory.hpp"

namespace firedrill::tests {

using Command = std::vector<std::string>;

/// The first of `names` that can be run: a path, a name in PATH or a path with `*`. "" if none can.
std::string program(const std::vector<std::string>& names);
/// `command` as a user without rights if this process has them all, for programs that refuse root; `owned` becomes that
/// user's.
Command without_rights(Command command, const std::string& owned);

/// Ends when this object does. Standard input is empty; both outputs are kept together.
class ChildProcess {
 public:
  explicit ChildProcess(const Command& command);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  bool is_running();
  /// Waits for it to end: its exit code, 128 and more for signals. One that takes longer than `most` is killed: -1.
  int wait(std::chrono::milliseconds most = 2 * deadline);
  /// Asks it to end, with `signal`, and waits.
  int stop(int signal = 15);
  /// False if it ends or the deadline comes before something listens on that port.
  bool wait_for_port(std::uint16_t port);
  std::string output() const;
  pid_t pid() const { return pid_; }

 private:
  void ended(int status);

  TemporaryDirectory directory_;
  pid_t pid_ = -1;
  bool running_ = false;
  int code_ = -1;
};

struct Exited {
  int code = -1;
  std::string output;
};
/// Starts it and waits for it to end.
Exited run(const Command& command, std::chrono::milliseconds most = 2 * deadline);

}  // namespace firedrill::tests
