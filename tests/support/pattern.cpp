// Words of a hash over stream and offset.
#include "tests/support/pattern.hpp"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "faults/draws.hpp"

namespace firedrill::tests {
namespace {

constexpr std::size_t piece = 128 * 1024;

std::uint64_t word(std::uint64_t stream, std::uint64_t index) { return faults::mix((stream << 40) ^ index); }

}  // namespace

std::string pattern(std::uint64_t stream, std::uint64_t offset, std::size_t n) {
  const std::uint64_t first = offset / 8;
  const std::size_t skipped = offset % 8;
  const std::size_t words = (skipped + n + 7) / 8;
  std::string bytes(words * 8, '\0');
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint64_t w = word(stream, first + i);
    std::memcpy(bytes.data() + i * 8, &w, 8);
  }
  bytes.erase(0, skipped);
  bytes.resize(n);
  return bytes;
}

std::size_t first_wrong(std::uint64_t stream, std::uint64_t offset, std::string_view bytes) {
  const std::string right = pattern(stream, offset, bytes.size());
  if (right == bytes) return bytes.size();
  return static_cast<std::size_t>(std::mismatch(right.begin(), right.end(), bytes.begin()).first - right.begin());
}

Sending::Sending(Peer& peer, std::uint64_t stream, std::uint64_t n)
    : thread_{[&peer, stream, n] {
        for (std::uint64_t sent = 0; sent < n && !testing::Test::HasFailure();) {
          const std::size_t now = std::min<std::uint64_t>(piece, n - sent);
          peer.send(pattern(stream, sent, now));
          sent += now;
        }
        peer.finish_sending();
      }} {}

void expect_pattern(Peer& peer, std::uint64_t stream, std::uint64_t n) {
  std::uint64_t have = 0;
  while (have < n) {
    const std::string bytes = peer.read(std::min<std::uint64_t>(piece, n - have));
    if (bytes.empty()) {
      ADD_FAILURE() << "the stream ended after " << have << " of " << n << " bytes";
      return;
    }
    if (const std::size_t wrong = first_wrong(stream, have, bytes); wrong != bytes.size()) {
      ADD_FAILURE() << "byte " << have + wrong << " of " << n << " is not the one that was sent";
      return;
    }
    have += bytes.size();
  }
  peer.expect_end();
}

}  // namespace firedrill::tests
