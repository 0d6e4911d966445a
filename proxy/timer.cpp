// The heap.
#include "proxy/timer.hpp"

#include <utility>

namespace firedrill::proxy {

void Timer::set(Time at) {
  if (at == at_) return;
  const Time before = std::exchange(at_, at);
  if (before == faults::never) return timers_.add(*this);
  if (at == faults::never) return timers_.remove(*this);
  at < before ? timers_.rise(*this) : timers_.sink(*this);
}

void Timers::fire(Time now) {
  for (std::size_t most = heap_.size(); most > 0 && !heap_.empty() && heap_.front()->at_ <= now; --most) {
    Timer& timer = *heap_.front();
    timer.cancel();
    timer.due_(now);
  }
}

void Timers::add(Timer& timer) {
  heap_.push_back(&timer);
  timer.place_ = heap_.size() - 1;
  rise(timer);
}

void Timers::remove(Timer& timer) {
  Timer& last = *heap_.back();
  heap_.pop_back();
  if (&last == &timer) return;
  put(last, timer.place_);
  rise(last);
  sink(last);
}

void Timers::put(Timer& timer, std::size_t place) {
  heap_[place] = &timer;
  timer.place_ = place;
}

void Timers::rise(Timer& timer) {
  while (timer.place_ > 0) {
    const std::size_t place = timer.place_, above = (place - 1) / 2;
    if (heap_[above]->at_ <= timer.at_) return;
    put(*heap_[above], place);
    put(timer, above);
  }
}

void Timers::sink(Timer& timer) {
  for (;;) {
    const std::size_t place = timer.place_;
    std::size_t below = 2 * place + 1;
    if (below >= heap_.size()) return;
    if (below + 1 < heap_.size() && heap_[below + 1]->at_ < heap_[below]->at_) ++below;
    if (timer.at_ <= heap_[below]->at_) return;
    put(*heap_[below], place);
    put(timer, below);
  }
}

}  // namespace firedrill::proxy
