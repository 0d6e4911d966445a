// A moment at which something is to be done on a worker's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "faults/time.hpp"

namespace firedrill::proxy {

using faults::Time;

class Timers;

/// Calls `due` once when its moment has come; whoever wants it again sets it again. The worker's thread only.
class Timer {
 public:
  Timer(Timers& timers, std::function<void(Time now)> due) : timers_{timers}, due_{std::move(due)} {}
  ~Timer() { cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Instead of the moment set before; `never` cancels.
  void set(Time at);
  void cancel() { set(faults::never); }
  Time at() const { return at_; }

 private:
  friend class Timers;
  Timers& timers_;
  std::function<void(Time)> due_;
  Time at_ = faults::never;
  std::size_t place_ = 0;  // in the heap, while set
};

/// The timers that are set, the earliest first: a binary heap in which each knows its place.
class Timers {
 public:
  Time next() const { return heap_.empty() ? faults::never : heap_.front()->at_; }
  /// Calls those that are due up to `now`, earliest first; not for ever, if they set themselves anew for moments that
  /// have passed.
  void fire(Time now);

 private:
  friend class Timer;
  void add(Timer& timer);
  void remove(Timer& timer);
  void put(Timer& timer, std::size_t place);
  void rise(Timer& timer);
  void sink(Timer& timer);

  std::vector<Timer*> heap_;
};

}  // namespace firedrill::proxy
