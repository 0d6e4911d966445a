// Pipes through which bulk moves from socket to socket without entering this process (splice(2)).
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "proxy/descriptor.hpp"
#include "proxy/moved.hpp"

namespace firedrill::proxy {

class Pipe {
 public:
  /// Without descriptors when the process has none left.
  Pipe();
  bool is_open() const { return in_.get() >= 0; }
  /// Takes what `socket` has, as far as there is room. `broken` with EINVAL: this kind of socket cannot be spliced.
  Moved fill(int socket);
  /// Hands on to `socket` what it takes.
  Moved empty_into(int socket);
  /// Bytes that are in it.
  std::size_t held() const { return held_; }
  /// Takes out what is in it, `held()` bytes.
  void read(char* into);

 private:
  Descriptor in_, out_;  // where bytes go in, and come out
  std::size_t room_ = 0, held_ = 0;
};

/// Kept for the next that has bulk to move: making one costs more than most transfers. One worker's.
class Pipes {
 public:
  /// Null when the process has no descriptors left.
  std::unique_ptr<Pipe> borrow();
  /// One that still holds bytes is closed, and they are gone.
  void give_back(std::unique_ptr<Pipe> pipe);

 private:
  static constexpr std::size_t most_idle = 16;
  std::vector<std::unique_ptr<Pipe>> idle_;
};

}  // namespace firedrill::proxy
