// Signals as something to ask for, not something that strikes.
#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

namespace firedrill::cli {

/// Holds back the signals that end or stop a program, in this thread and all it starts from now on, until they are
/// asked for. Construct before any other thread exists.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// The next one, or 0 when none has come within `patience`. `about`: where it came from, if that matters.
  int wait(std::chrono::milliseconds patience, siginfo_t* about = nullptr) const;

 private:
  sigset_t mine_{}, before_{};
};

/// Waits for signals on a thread of its own, so that they are heeded while a write to standard output blocks.
class SignalThread {
 public:
  /// `ended` is told of each signal that asks for the end, on that thread.
  SignalThread(const Signals& signals, std::function<void(int)> ended);
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

  /// True once for each wish to be stopped (Ctrl-Z).
  bool stop_wanted() { return stop_wanted_.exchange(false); }
  /// There is nothing left to do but to say so: when the end was asked for and nobody reads what is said, the process
  /// ends with `exit_code` after a few seconds all the same.
  void all_done(int exit_code) { exit_code_ = exit_code; }

 private:
  void watch(const Signals& signals, const std::function<void(int)>& ended);

  std::atomic<bool> stop_wanted_{false}, over_{false};
  std::atomic<int> exit_code_{-1};
  std::thread thread_;
};

}  // namespace firedrill::cli
