// Bytes that tell where they belong: what is lost, doubled, altered or moved shows at its place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "tests/support/peer.hpp"

namespace firedrill::tests {

/// `n` bytes of stream `stream` from `offset` on.
std::string pattern(std::uint64_t stream, std::uint64_t offset, std::size_t n);
/// The place of the first byte of `bytes` that does not belong at its offset; bytes.size() if there is none.
std::size_t first_wrong(std::uint64_t stream, std::uint64_t offset, std::string_view bytes);

/// Sends `n` pattern bytes in a thread of its own, then FIN.
class Sending {
 public:
  Sending(Peer& peer, std::uint64_t stream, std::uint64_t n);
  ~Sending() { thread_.join(); }

 private:
  std::thread thread_;
};

/// Reads `n` pattern bytes and the FIN behind them; says at which byte it went wrong.
void expect_pattern(Peer& peer, std::uint64_t stream, std::uint64_t n);

/// The same in a thread of its own.
class Expecting {
 public:
  Expecting(Peer& peer, std::uint64_t stream, std::uint64_t n)
      : thread_{[&peer, stream, n] { expect_pattern(peer, stream, n); }} {}
  ~Expecting() { thread_.join(); }

 private:
  std::thread thread_;
};

}  // namespace firedrill::tests
