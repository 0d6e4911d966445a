// The command that a run is wrapped around, most often a test suite: started once, told to end, never left behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "drills/proxy_variables.hpp"
#include "faults/time.hpp"

namespace firedrill::drills {

/// It keeps the standard streams of this process. In the foreground of a terminal it shares this process's group, so
/// that it may read from the terminal and hears Ctrl-C by itself; else it leads a group of its own, so that what it
/// started can be ended with it.
class Wrapped {
 public:
  /// A signal from the keyboard has reached everything in the foreground already.
  enum class From : std::uint8_t { keyboard, process };
  struct Ending {
    int exit_code = 0;  // of no meaning when a signal ended it
    int signal = 0;     // that ended it; 0: none
    bool told = false;  // it was told to end, by a signal that was passed on or by end()
    faults::Time at{};
    /// As a shell has it: 128 and the signal's number where a signal ended it.
    int code() const { return signal != 0 ? 128 + signal : exit_code; }
  };

  /// `announce` is called with the variables right before the command starts, on the thread that starts it.
  explicit Wrapped(std::vector<std::string> argv, std::function<void(const EnvironmentVariables&)> announce = {});
  ~Wrapped();
  Wrapped(const Wrapped&) = delete;
  Wrapped& operator=(const Wrapped&) = delete;

  const std::vector<std::string>& argv() const { return argv_; }
  /// Why it cannot be started, as far as that can be known before; empty when nothing stands against it.
  const std::string& obstacle() const { return obstacle_; }

  /// Once. `ended` is called once it is over, by a thread of its own. Throws std::runtime_error.
  void start(const EnvironmentVariables& variables, std::function<void()> ended);
  /// Any thread. Nothing happens to a command that is not running.
  void pass(int signal, From from);
  void pause();
  void resume();
  void kill();
  /// Blocks until it is over. Unless it was told to end before it gets SIGTERM; after `patience`, SIGKILL.
  void end(std::chrono::seconds patience);
  /// Nothing while it has not been started or still runs.
  std::optional<Ending> ending() const;

 private:
  void send(int signal) const;
  void watch(const std::function<void()>& ended);

  const std::vector<std::string> argv_;
  const std::function<void(const EnvironmentVariables&)> announce_;
  std::string program_, obstacle_;
  bool own_group_ = true;
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable over_;
  pid_t pid_ = 0;                    // 0: not running
  bool told_ = false, done_ = true;  // done: not started, or over and `ended` has been called
  std::optional<Ending> ending_;
};

}  // namespace firedrill::drills
