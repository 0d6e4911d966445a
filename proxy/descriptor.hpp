// A file descriptor with one owner.
#pragma once

#include <utility>

namespace firedrill::proxy {

/// Closes what it owns; below zero: nothing.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_{fd} {}
  Descriptor(Descriptor&& other) noexcept : fd_{other.release()} {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  int release() { return std::exchange(fd_, -1); }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace firedrill::proxy
