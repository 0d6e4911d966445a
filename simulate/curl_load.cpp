// Sending, settling, and which connection is taken again. Where it differs from drills/load_client.cpp, a prediction
// does.
#include "simulate/curl_load.hpp"

#include <algorithm>
#include <utility>

namespace firedrill::simulate {

struct CurlLoad::Request {
  Request(CurlLoad& load, Agenda& agenda) : caller{agenda, [&load, this] { load.answered(*this); }} {}

  Caller caller;
  Time due{};
  std::uint64_t made = 0;  // the connection's number
  Active::iterator place;
};

CurlLoad::CurlLoad(LoadParts parts) : Load{std::move(parts)} {}
CurlLoad::~CurlLoad() = default;

void CurlLoad::close_all() {
  active_.clear();
  idle_.clear();
  spent_.clear();
  waiting_.clear();
}

Time CurlLoad::wake() const {
  if (!spent_.empty()) return agenda_.now();
  Time next = faults::never;
  if (!active_.empty()) next = active_.front()->due + spec_.timeout;
  if (!waiting_.empty()) next = std::min(next, room() ? agenda_.now() : waiting_.front() + spec_.timeout);
  return next;
}

void CurlLoad::turn() {
  spent_.clear();
  const Time now = agenda_.now();
  while (!active_.empty() && active_.front()->due + spec_.timeout <= now) settle(*active_.front(), "timeout");
  for (; !waiting_.empty() && waiting_.front() + spec_.timeout <= now; waiting_.pop_front())
    meter_.record(waiting_.front(), now, "timeout");
  for (; is_due(); arrivals_.pop()) {
    if (!waiting_.empty() || !room())
      waiting_.push_back(next_due());
    else
      send(next_due());
  }
  for (; !waiting_.empty() && room(); waiting_.pop_front()) send(waiting_.front());
}

// libcurl looks through its connections from the oldest on, and takes the first that is free and still open.
void CurlLoad::send(Time due) {
  idle_.remove_if([](const auto& one) { return !one->caller.is_reusable(); });
  if (idle_.empty()) {
    idle_.push_back(std::make_unique<Request>(*this, agenda_));
    idle_.back()->place = idle_.begin();
    idle_.back()->made = made_++;
    count_opened(active_.size() + 1);
  }
  active_.splice(active_.end(), idle_, idle_.begin());
  Request& request = *active_.back();
  request.due = due;
  request.caller.ask(place_, requests_[sent_++ % requests_.size()]);
}

void CurlLoad::answered(Request& request) { settle(request, error_of(request.caller)); }

void CurlLoad::settle(Request& request, std::string_view error) {
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
