// A heap in which every alarm knows its place.
#include "simulate/agenda.hpp"

#include <algorithm>

namespace firedrill::simulate {

void Alarm::set(Time at) {
  cancel();
  if (at == faults::never) return;
  at_ = std::max(at, agenda_.now());
  agenda_.add(*this);
}

void Agenda::play(Time end, const std::function<bool()>& over) {
  while (!(over && over())) {
    if (heap_.empty() || heap_.front()->at_ > end) {
      now_ = std::max(now_, end);
      return;
    }
    ring_next();
  }
}

void Agenda::play_to(Time moment) {
  while (!heap_.empty() && heap_.front()->at_ < moment) ring_next();
  now_ = std::max(now_, moment);
}

void Agenda::ring_next() {
  Alarm& next = *heap_.front();
  now_ = next.at_;
  remove(next);
  next.ring_();
}

void Agenda::add(Alarm& alarm) {
  alarm.number_ = number_++;
  heap_.push_back(&alarm);
  put(heap_.size() - 1, &alarm);
  rise(heap_.size() - 1);
}

void Agenda::remove(Alarm& alarm) {
  const std::size_t place = alarm.place_;
  Alarm* const last = heap_.back();
  heap_.pop_back();
  alarm.place_ = Alarm::nowhere;
  if (last == &alarm) return;
  put(place, last);
  rise(place);
  sink(last->place_);
}

void Agenda::put(std::size_t place, Alarm* alarm) {
  heap_[place] = alarm;
  alarm->place_ = place;
}

void Agenda::rise(std::size_t place) {
  Alarm* const alarm = heap_[place];
  for (; place > 0; place = (place - 1) / 2) {
    Alarm* const above = heap_[(place - 1) / 2];
    if (!alarm->before(*above)) break;
    put(place, above);
  }
  put(place, alarm);
}

void Agenda::sink(std::size_t place) {
  Alarm* const alarm = heap_[place];
  while (true) {
    std::size_t below = 2 * place + 1;
    if (below >= heap_.size()) break;
    if (below + 1 < heap_.size() && heap_[below + 1]->before(*heap_[below])) ++below;
    if (!heap_[below]->before(*alarm)) break;
    put(place, heap_[below]);
    place = below;
  }
  put(place, alarm);
}

}  // namespace firedrill::simulate
