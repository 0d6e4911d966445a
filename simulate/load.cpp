// Sending, settling, and which connection is taken again. Where it differs from drills/load_client.cpp, a prediction
// does.
#include "simulate/load.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace firedrill::simulate {

struct Load::Request {
  Request(Load& load, Agenda& agenda) : caller{agenda, [&load, this] { load.answered(*this); }} {}

  Caller caller;
  Time due{};
  std::uint64_t made = 0;  // the connection's number
  Active::iterator place;
};

Load::Load(Agenda& agenda, const drills::LoadSpec& spec, Place& place, std::string request, drills::LoadMeter& meter,
           faults::Seed seed)
    : agenda_{agenda},
      spec_{spec},
      place_{place},
      request_{std::move(request)},
      meter_{meter},
      arrivals_{spec, seed},
      turn_{agenda, [this] { turn(); }} {}

Load::~Load() = default;

void Load::start(Time at, Duration length) {
  start_ = at;
  end_ = at + length;
  arm();
}

void Load::stop() {
  end_ = std::min(end_, agenda_.now());
  arm();
}

bool Load::is_over() const {
  return active_.empty() && waiting_.empty() && (start_ == faults::never || next_due() >= end_);
}

std::size_t Load::left() const { return is_over() ? 0 : std::max<std::size_t>(active_.size() + waiting_.size(), 1); }

void Load::hang_up() {
  active_.clear();
  idle_.clear();
  spent_.clear();
  waiting_.clear();
  turn_.cancel();
}

void Load::arm() {
  if (!spent_.empty()) return turn_.soon();
  Time next = faults::never;
  if (next_due() < end_) next = next_due();
  if (!active_.empty()) next = std::min(next, active_.front()->due + spec_.timeout);
  if (!waiting_.empty()) next = std::min(next, room() ? agenda_.now() : waiting_.front() + spec_.timeout);
  turn_.set(next);
}

void Load::turn() {
  spent_.clear();
  const Time now = agenda_.now();
  while (!active_.empty() && active_.front()->due + spec_.timeout <= now) settle(*active_.front(), "timeout");
  for (; !waiting_.empty() && waiting_.front() + spec_.timeout <= now; waiting_.pop_front())
    meter_.record(waiting_.front(), now, "timeout");
  for (; next_due() < end_ && next_due() <= now; arrivals_.pop()) {
    if (!waiting_.empty() || !room())
      waiting_.push_back(next_due());
    else
      send(next_due());
  }
  for (; !waiting_.empty() && room(); waiting_.pop_front()) send(waiting_.front());
  arm();
}

// libcurl looks through its connections from the oldest on, and takes the first that is free and still open.
void Load::send(Time due) {
  idle_.remove_if([](const auto& one) { return !one->caller.is_reusable(); });
  if (idle_.empty()) {
    idle_.push_back(std::make_unique<Request>(*this, agenda_));
    idle_.back()->place = idle_.begin();
    idle_.back()->made = made_++;
  }
  active_.splice(active_.end(), idle_, idle_.begin());
  Request& request = *active_.back();
  request.due = due;
  request.caller.ask(place_, request_);
}

void Load::answered(Request& request) {
  using How = Caller::How;
  switch (request.caller.how()) {
    case How::answered:
      return settle(request, request.caller.status() < 400 ? "" : fmt::format("http_{}", request.caller.status()));
    case How::refused:
      return settle(request, "refused");
    case How::reset:
      return settle(request, "reset");
    case How::closed:
      return settle(request, "closed");
    case How::garbled:
      return settle(request, "other");
  }
}

void Load::settle(Request& request, std::string_view error) {
  meter_.record(request.due, agenda_.now(), error);
  if (request.caller.is_busy()) request.caller.call_off();
  if (request.caller.is_reusable()) {
    const auto after =
        std::find_if(idle_.begin(), idle_.end(), [&](const auto& one) { return one->made > request.made; });
    idle_.splice(after, active_, request.place);
  } else {
    spent_.splice(spent_.end(), active_, request.place);
  }
  arm();
}

}  // namespace firedrill::simulate
