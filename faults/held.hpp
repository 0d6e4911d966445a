// A queue of bytes and the end behind them, each with the moment it is due.
#pragma once

#include <cstdint>
#include <vector>

#include "faults/stream_fault.hpp"

namespace firedrill::faults {

/// Due times must not go back; `never` keeps until pass_all(). Push nothing after an end.
class Held {
 public:
  void push(Bytes bytes, Time due);
  void push_finish(Time due) { end_ = {End::Kind::finish, due}; }
  void push_abort(Time due) { end_ = {End::Kind::abort, due}; }

  /// Hands on what is due up to and at `now`, in order.
  void pass_until(Time now, Outlet& next);
  /// Hands on everything at once.
  void pass_all(Time now, Outlet& next);
  /// Forgets everything, the end included; returns how many bytes that were.
  std::size_t drop();

  Time next_due() const { return empty() ? end_.due : items_[first_].due; }
  std::size_t bytes() const { return bytes_; }
  /// What the queue costs in memory, about: a million one-byte messages are not a million bytes.
  std::size_t weight() const { return bytes_ + (items_.size() - first_) * 64; }

 private:
  struct Item {
    Bytes bytes;
    Time due;
  };
  struct End {
    enum class Kind : std::uint8_t { none, finish, abort } kind = Kind::none;
    Time due = never;
  };
  bool empty() const { return first_ == items_.size(); }
  Bytes pop();
  void pass_end(Time now, Outlet& next);

  // Not a deque, which takes half a KiB before it holds anything: there is one of these in every lane of every link.
  std::vector<Item> items_;
  std::size_t first_ = 0;  // what stands before it has left
  std::size_t bytes_ = 0;
  End end_;
};

/// A fault that keeps bytes until moments of its own choosing, in order: what data() puts into `held_`, with due times
/// that do not go back. The end stays behind the bytes; an RST overtakes and drops them: nobody waits for what a dead
/// peer sent.
class Holding : public StreamFault {
 public:
  void finish(Time now, Outlet& next) final;
  void abort(Time now, Outlet& next) final;
  void tick(Time now, Outlet& next) final { held_.pass_until(now, next); }
  void release(Time now, Outlet& next) final { held_.pass_all(now, next); }

  Time wake() const final { return held_.next_due(); }
  std::size_t held() const final { return held_.bytes(); }
  std::uint64_t discarded() const final { return dropped_; }

 protected:
  Held held_;
  Time due_ = Time::min();  // of the last byte

 private:
  std::uint64_t dropped_ = 0;
};

}  // namespace firedrill::faults
