// The stream faults of one lane, one behind the other, told the time in the right order.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "faults/plan.hpp"

namespace firedrill::faults {

/// One lane, one thread. Everything that comes out goes to the Outlet given with each call, which must be the same
/// object each time. Between any two faults, and at the outlet, nothing follows an end: what still comes is thrown
/// away.
class Chain {
 public:
  /// Whether bytes thrown away are added to the faults' effects. Not within a fault that is made of others: the chain
  /// that it is part of does that.
  enum class Discards : std::uint8_t { counted, told };

  Chain(Direction direction, Discards discards = Discards::counted)  // NOLINT(google-explicit-constructor)
      : direction_{direction}, discards_{discards} {}

  /// Brings the chain in line with `faults` (those that apply to this lane, in order), by name: same object: untouched;
  /// other object: update; missing: release; new: made from what the link knows of itself.
  /// `link` outlives the chain, and its byte counts move on.
  void adopt(const std::vector<std::shared_ptr<const Fault>>& faults, const LinkFacts& link, Time now, Outlet& out);

  void data(Bytes bytes, Time now, Outlet& out);
  void finish(Time now, Outlet& out);
  void abort(Time now, Outlet& out);

  /// Carries out every tick due up to `now`, in order of the moments asked for.
  void advance(Time now, Outlet& out);
  Time wake() const;

  bool empty() const { return stages_.empty(); }
  std::size_t held() const;
  bool full() const;
  /// True once a released fault had thrown bytes away: the link must be reset.
  bool spoiled() const { return spoiled_; }
  /// True once the end of this lane, when it has been carried, is the end of the whole link.
  bool closes() const { return closes_; }
  /// Bytes thrown away in this lane so far, by faults present or gone.
  std::uint64_t discarded() const { return discarded_; }

 private:
  struct Stage {
    std::shared_ptr<const Fault> fault;
    std::unique_ptr<StreamFault> stream;
    bool ended = false;           // was handed an end
    std::uint64_t discarded = 0;  // already reported to the fault's effects
    bool touched = false;
  };
  class Next;

  void touch(Stage& stage, Time now) const;
  void settle(Stage& stage);

  Direction direction_;
  Discards discards_;
  std::vector<Stage> stages_;
  LinkFacts link_;
  bool ended_ = false;  // handed an end to the outlet
  bool spoiled_ = false;
  bool closes_ = false;
  std::uint64_t discarded_ = 0;
};

}  // namespace firedrill::faults
