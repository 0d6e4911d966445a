// What has become of one system call that was to move bytes.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace firedrill::proxy {

/// `error` goes with broken: an errno.
struct Moved {
  enum class What : std::uint8_t { bytes, later, end, broken };
  What what;
  std::size_t bytes = 0;
  int error = 0;

  /// Of a call that returned `n`, with errno as it left it.
  static Moved by(ssize_t n);
};

}  // namespace firedrill::proxy
