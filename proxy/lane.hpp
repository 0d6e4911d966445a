// One direction of a link, without I/O: says what to do next, is told what happened. Tests play it without sockets.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "faults/chain.hpp"

namespace firedrill::proxy {

using faults::Bytes;
using faults::Direction;
using faults::Duration;
using faults::Time;

/// Told by one thread. After finish or abort from the source nothing more arrives.
class Lane final : private faults::Outlet {
 public:
  /// `memory_cap`: when blocks of the whole process take more, a lane that holds something reads no further.
  Lane(Direction direction, std::size_t memory_cap) : direction_{direction}, memory_cap_{memory_cap} {}

  enum class Carry : std::uint8_t { nothing, finish, abort };
  struct Step {
    bool read = false;       // there is room for more from the source
    std::string_view write;  // send this next; what was sent is told by wrote()
    /// finish: once `write` is empty, send FIN and say carried(). abort: send what the socket takes without waiting,
    /// then RST.
    Carry end = Carry::nothing;
  };
  Step next() const;

  /// True while bytes need not enter the lane at all: nothing to do to them, nothing before them.
  bool clean() const { return !chain_ && queue_.empty() && !sink_gone_; }
  /// Bytes that go straight from source to destination because the lane is clean: so many have come, so many have left.
  void passed(std::size_t in, std::size_t out) { in_ += in, out_ += out; }
  /// Such as had come and could not leave.
  void put_back(Bytes bytes);

  void arrived(Bytes bytes, Time now);
  void arrived_finish(Time now);
  void arrived_abort(Time now);
  void wrote(std::size_t bytes);
  /// The FIN of the last Step has been sent.
  void carried() { carried_ = true; }
  /// Ends here and now: what was on its way leaves, a FIN follows, nothing more is read.
  void close(Time now);
  /// The destination takes no more: whatever is or comes out is dropped and counted as undelivered.
  void sink_gone();
  /// There is no destination yet: bytes are read ahead, so that an end behind them is noticed.
  void sink_pending() { sink_pending_ = true; }
  void sink_open() { sink_pending_ = false; }

  /// Takes the faults for this lane, in order; a diff by name.
  void adopt(const std::vector<std::shared_ptr<const faults::Fault>>& faults, const faults::LinkFacts& link, Time now);
  /// Moves on what is due.
  void tick(Time now);
  Time wake() const { return chain_ ? chain_->wake() : faults::never; }

  bool source_ended() const { return source_ended_; }
  bool source_aborted() const { return source_aborted_; }
  /// FIN has been sent on.
  bool finished() const { return carried_; }
  /// That FIN is the end of the whole link.
  bool closes() const { return closes_ || (chain_ && chain_->closes()); }
  /// A fault that was healed had thrown bytes away.
  bool spoiled() const { return spoiled_; }
  std::size_t held() const { return (chain_ ? chain_->held() : 0) + queued_; }
  /// Arrived, but neither sent nor discarded by a fault.
  std::uint64_t undelivered() const { return in_ - out_ - discarded_ - (chain_ ? chain_->discarded() : 0); }
  /// A fault threw bytes of this lane away.
  bool lost_bytes() const { return discarded_ + (chain_ ? chain_->discarded() : 0) > 0; }
  /// Takes out everything not yet sent, in order, past all faults: for an end that still delivers.
  std::deque<Bytes> take_rest(Time now);

  /// Bytes waiting for the socket beyond which the source is not read.
  static constexpr std::size_t queue_limit = 256 * 1024;
  /// The same while there is no destination.
  static constexpr std::size_t ahead_limit = 64 * 1024;

 private:
  void release(Time now);
  void data(Bytes bytes, Time now) override;
  void finish(Time now) override;
  void abort(Time now) override;

  Direction direction_;
  bool source_ended_ = false, source_aborted_ = false, carried_ = false, closes_ = false, spoiled_ = false,
       sink_gone_ = false, sink_pending_ = false;
  Carry end_ = Carry::nothing;
  std::size_t memory_cap_;
  std::unique_ptr<faults::Chain> chain_;  // null while no stream fault is for this lane
  std::deque<Bytes> queue_;
  std::size_t queued_ = 0;
  std::uint64_t in_ = 0, out_ = 0, discarded_ = 0;
};

}  // namespace firedrill::proxy
