// Sessions, their requests, and the queue for the workers. Where it differs from drills/backend.cpp, a prediction does.
#include "simulate/backend.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "drills/backend.hpp"

namespace firedrill::simulate {

namespace {

constexpr std::size_t chunk_limit = 16 * 1024;
constexpr Duration farewell_limit = std::chrono::seconds{5};  // for a client to close after our FIN

}  // namespace

struct Backend::Session : drills::RequestParser {
  enum class State : std::uint8_t { reading, waiting, serving, writing, leaving, closed };

  Session(Backend& backend, Plug p)
      : plug{std::move(p)},
        turn{backend.agenda_, [&backend, this] { backend.turn(*this); }},
        service{backend.agenda_, [&backend, this] { backend.served(*this); }},
        idle{backend.agenda_, [&backend, this] { backend.drop_idle(*this); }} {
    plug.watch(turn);
  }

  Plug plug;
  Alarm turn, service, idle;
  State state = State::reading;
  bool ended = false;  // the client's FIN has come
  std::uint64_t ordinal = 0;
  std::string out;             // still to be written: this,
  std::uint64_t out_body = 0;  // then so much of the body
  std::list<Session>::iterator place;
};

Backend::Backend(Agenda& agenda, const drills::BackendSpec& spec, faults::Seed seed)
    : agenda_{agenda}, spec_{spec}, times_{spec, seed}, bury_{agenda, [this] { bury(); }} {}

Backend::~Backend() = default;

std::optional<Plug> Backend::connect() {
  auto [client, server] = Plug::pair();
  Session& session = sessions_.emplace_back(*this, std::move(server));
  session.place = std::prev(sessions_.end());
  session.idle.set(agenda_.now() + drills::Backend::usual_idle_limit);
  return std::move(client);
}

// Reads in every state: only reading shows that a client has left.
void Backend::turn(Session& s) {
  if (s.state == Session::State::writing) write(s);
  Bytes bytes;
  while (s.state != Session::State::closed && !s.ended) {
    const Plug::Came came = s.plug.receive(bytes);
    if (came == Plug::Came::nothing) return;
    if (came == Plug::Came::broken) return drop(s);
    if (came == Plug::Came::finish) {
      s.ended = true;
      if (s.state != Session::State::serving && s.state != Session::State::writing) drop(s);
      return;
    }
    s.idle.set(agenda_.now() + drills::Backend::usual_idle_limit);
    if (s.state == Session::State::reading)
      parse(s, bytes.view());
    else if (s.state != Session::State::leaving)
      s.early += bytes.view();
  }
  // A FIN was seen before; an RST may still come.
  if (s.state != Session::State::closed && s.plug.is_broken()) drop(s);
}

void Backend::parse(Session& s, std::string_view bytes) {
  using Parsed = drills::RequestParser::Parsed;
  const Parsed parsed = s.parse(bytes);
  if (parsed == Parsed::part) return;
  if (parsed != Parsed::whole || s.is(HTTP_CONNECT)) {
    s.keep = false;
    return answer(s, parsed == Parsed::too_large ? 431 : 400, 0);
  }
  s.idle.cancel();
  s.ordinal = requests_++;
  if (spec_.concurrency && in_service_ >= *spec_.concurrency) {
    s.state = Session::State::waiting;
    queue_.push_back(&s);
  } else {
    serve(s);
  }
}

void Backend::serve(Session& s) {
  s.state = Session::State::serving;
  ++in_service_;
  s.service.set(agenda_.now() + times_.of(s.ordinal));
}

void Backend::served(Session& s) {
  --in_service_;
  if (!queue_.empty()) {
    Session& next = *queue_.front();
    queue_.pop_front();
    serve(next);
  }
  if (s.state == Session::State::closed) return lay_out(s);
  s.keep = s.keep && !(s.ended && s.early.empty());
  answer(s, spec_.status, spec_.status == 204 || spec_.status == 304 ? 0 : spec_.body);
}

void Backend::answer(Session& s, unsigned status, std::uint64_t body) {
  s.state = Session::State::writing;
  s.out = drills::answer_head(status, body, s.keep);
  s.out_body = s.is(HTTP_HEAD) ? 0 : body;
  s.idle.set(agenda_.now() + drills::Backend::usual_idle_limit);
  write(s);
}

void Backend::write(Session& s) {
  while (!s.out.empty() || s.out_body > 0) {
    const std::size_t free = chunk_limit - std::min(chunk_limit, s.out.size());
    const auto filled = static_cast<std::size_t>(std::min<std::uint64_t>(s.out_body, free));
    s.out.append(filled, 'x');
    s.out_body -= filled;
    const std::size_t some = std::min(s.out.size(), s.plug.room());
    if (some == 0) return;
    if (!s.plug.send(Bytes::copy_of(std::string_view{s.out}.substr(0, some)))) return drop(s);
    s.out.erase(0, some);
  }
  written(s);
}

void Backend::written(Session& s) {
  if (!s.keep) {
    s.plug.finish();
    s.early.clear();
    s.state = Session::State::leaving;
    s.idle.set(agenda_.now() + farewell_limit);
    if (s.ended) drop(s);
    return;
  }
  s.state = Session::State::reading;
  s.resume();
  if (!s.early.empty()) {
    const std::string early = std::exchange(s.early, {});
    parse(s, early);
  }
  if (s.ended && s.state == Session::State::reading) drop(s);
}

// One in service keeps its slot until its time is over, as with a worker that does not look up.
void Backend::drop(Session& s) {
  const auto was = std::exchange(s.state, Session::State::closed);
  s.plug.close();
  s.idle.cancel();
  if (was == Session::State::waiting) queue_.erase(std::find(queue_.begin(), queue_.end(), &s));
  if (was != Session::State::serving) lay_out(s);  // else served() does: the slot is taken until then
}

// Gone a moment later, not at once: whoever dropped it may still be using it.
void Backend::lay_out(Session& s) {
  dead_.push_back(s.place);
  bury_.soon();
}

void Backend::drop_idle(Session& s) {
  if (s.state != Session::State::waiting && s.state != Session::State::serving) drop(s);
}

void Backend::bury() {
  for (const auto place : std::exchange(dead_, {})) sessions_.erase(place);
}

}  // namespace firedrill::simulate
