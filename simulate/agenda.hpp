// Virtual time: what is still to happen, and when. Nothing here waits, or knows a clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "faults/time.hpp"

namespace firedrill::simulate {

using faults::Duration;
using faults::Time;

class Alarm;

/// One thread. Of two alarms for the same moment the one that was set first rings first.
class Agenda {
 public:
  /// Some moment that is not the epoch, which stands for "never yet" here and there.
  static constexpr Time beginning = Time{std::chrono::hours{1}};

  /// `wakeup`: how long it takes until somebody who waits for a connection looks at it.
  explicit Agenda(Duration wakeup = Duration::zero()) : wakeup_{wakeup} {}

  Time now() const { return now_; }
  Duration wakeup() const { return wakeup_; }
  /// Lets happen what is due up to `end`, or until `over` holds, which is asked after each thing that has happened.
  /// Then it is `end`, or the moment at which it was over.
  void play(Time end, const std::function<bool()>& over = {});
  /// Lets happen what is due before `moment`. Then it is that, and what is due then is still to come.
  void play_to(Time moment);
  bool empty() const { return heap_.empty(); }

 private:
  friend class Alarm;
  void ring_next();
  void add(Alarm& alarm);
  void remove(Alarm& alarm);
  void rise(std::size_t place);
  void sink(std::size_t place);
  void put(std::size_t place, Alarm* alarm);

  const Duration wakeup_;
  Time now_ = beginning;
  std::uint64_t number_ = 0;
  std::vector<Alarm*> heap_;  // the next one in front
};

/// Rings at one moment at a time; set again and again. Stays where it is, and takes itself out when it goes. What it
/// rings for may set it anew, but not destroy it.
class Alarm {
 public:
  Alarm(Agenda& agenda, std::function<void()> ring) : agenda_{agenda}, ring_{std::move(ring)} {}
  ~Alarm() { cancel(); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// Instead of whatever it was set for. A moment that has passed is now; never is a cancel.
  void set(Time at);
  /// Now, behind all that is due now already; where it is set for now it stays in its place.
  void soon() {
    if (!is_set() || at_ > agenda_.now()) set(agenda_.now());
  }
  /// As soon(), but no sooner than somebody who waits for a connection would look at it.
  void after_wakeup() {
    const Time then = agenda_.now() + agenda_.wakeup();
    if (!is_set() || at_ > then) set(then);
  }
  void cancel() {
    if (is_set()) agenda_.remove(*this);
  }
  bool is_set() const { return place_ != nowhere; }

 private:
  friend class Agenda;
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  bool before(const Alarm& other) const { return at_ != other.at_ ? at_ < other.at_ : number_ < other.number_; }

  Agenda& agenda_;
  std::function<void()> ring_;
  Time at_{};
  std::uint64_t number_ = 0;
  std::size_t place_ = nowhere;  // in the agenda's heap
};

}  // namespace firedrill::simulate
