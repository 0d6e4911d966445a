// What one fault has really done on one proxy: the source of every "achieved" in a report; and what its links share.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "faults/address.hpp"
#include "faults/bucket.hpp"
#include "faults/histogram.hpp"
#include "faults/time.hpp"

namespace firedrill::faults {

struct Touch {
  std::uint64_t link = 0;  // ordinal
  Address client;
  Time at{};
};

/// Shared by all workers; any thread may call anything. Outlives updates and repeats of its fault. Written once per
/// link or per faulted chunk, never by a clean lane.
class Effects {
 public:
  /// A link was touched: the fault held, cut, changed or ended what came, or counted it in a pool. Counts once per
  /// link, however many lanes and repeats tell it.
  void touch(const Touch& touch);
  /// For max_links: true for the first `most` links that ask, and for those of them that ask again.
  bool claim(std::uint64_t link, std::uint64_t most);
  /// A decision by draw: `key` tells link and question, `outcome` the answer. Order does not matter to the digest.
  void decided(std::uint64_t key, std::uint64_t outcome);

  std::uint64_t links() const { return links_.load(std::memory_order_relaxed); }
  std::uint64_t decisions() const { return decisions_.load(std::memory_order_relaxed); }
  std::uint64_t digest() const { return digest_.load(std::memory_order_relaxed); }
  std::optional<Touch> first() const;
  std::optional<Touch> last() const;

  std::atomic<std::int64_t> now{0};         // links it is laid on at this moment; gates meet links only as they come
  std::atomic<std::uint64_t> eligible{0};   // links that percent was asked about
  std::atomic<std::uint64_t> drawn{0};      // those of them that it chose
  std::atomic<std::uint64_t> passed{0};     // bytes that faults which limit a rate handed on in their turn
  std::atomic<std::int64_t> busy{0};        // ns in which lanes had bytes waiting for their turn, added up
  std::atomic<std::uint64_t> tried{0};      // times chance was asked: segments, bytes
  std::atomic<std::uint64_t> discarded{0};  // bytes thrown away
  std::atomic<std::uint64_t> altered{0};    // bytes handed on other than they came
  std::atomic<std::uint64_t> stalls{0};     // times bytes were kept waiting as if they had been lost on the way
  std::atomic<std::uint64_t> due{0};        // links whose end by this fault was due
  std::atomic<std::uint64_t> ended{0};      // links and streams it ended
  SharedHistogram lateness;                 // how much later than asked a tick was carried out
  SharedHistogram delay;                    // arrival to departure, for faults that hold bytes back
  std::array<Bucket, 2> line;               // by Direction: a rate that all links have together

 private:
  std::atomic<std::uint64_t> links_{0}, decisions_{0}, digest_{0};
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::uint64_t> seen_;  // 64 links a word, by ordinal
  std::unordered_set<std::uint64_t> claims_;
  std::optional<Touch> first_, last_;
};

}  // namespace firedrill::faults
