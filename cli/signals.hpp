// Signals as something to ask for, not something that strikes.
#pragma once

#include <chrono>
#include <csignal>

namespace firedrill::cli {

/// Holds back the signals that end or stop a program, in this thread and all it starts from now on, until they are
/// asked for. Construct before any other thread exists.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// The next one, or 0 when none has come within `patience`.
  int wait(std::chrono::milliseconds patience) const;

 private:
  sigset_t mine_{}, before_{};
};

}  // namespace firedrill::cli
