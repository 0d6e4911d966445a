// A second process of the same program, for tests that need more descriptors than one may have, or another world around
// them.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

namespace firedrill::tests {

/// Lines between two processes.
class Line {
 public:
  explicit Line(int fd) : fd_{fd} {}
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line();

  void say(const std::string& text) const;
  /// The next line; "" when the other side is gone or says nothing before the deadline.
  std::string hear();
  int fd() const { return fd_; }
  void close();

 private:
  int fd_;
  std::string heard_;
};

/// Runs `body` in a child process, which ends with it, or with this object, or with this process. Only while this
/// process has no other threads. In the child, test assertions report to nobody: it says what it found.
class Forked {
 public:
  explicit Forked(const std::function<void(Line&)>& body);
  ~Forked();

  void say(const std::string& text) const { line_->say(text); }
  std::string hear() { return line_->hear(); }

 private:
  pid_t pid_ = -1;
  std::unique_ptr<Line> line_;
};

}  // namespace firedrill::tests
