// Arrivals, departures, plans. Gates may not be asked while they answer: what they say is carried out a moment later,
// which takes no time.
#include "simulate/proxy.hpp"

#include <algorithm>
#include <utility>

namespace firedrill::simulate {
namespace {

// Clients come from loopback, each from a port of its own, as the kernel would give them out.
constexpr std::uint64_t first_port = 32768, ports = 28232;

}  // namespace

Proxy::Proxy(Agenda& agenda, proxy::ProxySpec spec, Place& upstream)
    : agenda_{agenda},
      spec_{std::move(spec)},
      upstream_{upstream},
      plan_{spec_.seed, {}},
      accept_{agenda, [this] { accept(); }},
      answer_{agenda, [this] { hand_out_answers(); }},
      gate_timer_{agenda, [this] { gates_due(); }},
      bury_{agenda, [this] { bury(); }} {}

Proxy::~Proxy() { forget_backlog(); }

void Proxy::forget_backlog() {
  for (Plug& plug : backlog_) plug.reset();
  backlog_.clear();
}

// The kernel makes the connection, whether or not anybody takes it soon.
std::optional<Plug> Proxy::connect() {
  if (!listening_ || door_ == faults::Door::closed) return std::nullopt;
  auto [client, server] = Plug::pair();
  backlog_.push_back(std::move(server));
  accept_.after_wakeup();
  return std::move(client);
}

void Proxy::accept() {
  while (!backlog_.empty() && door_ == faults::Door::open) {
    Plug client = std::move(backlog_.front());
    backlog_.pop_front();
    accepted(std::move(client));
  }
}

void Proxy::accepted(Plug client) {
  const Time now = agenda_.now();
  const std::uint64_t ordinal = ++last_ordinal_;
  faults::Address from;
  if (!spec_.listen.is_unix())
    from = faults::Address::ipv4({127, 0, 0, 1}, static_cast<std::uint16_t>(first_port + ordinal % ports));
  const faults::LinkFacts facts{spec_.seed, ordinal, from, now, now, {}};
  faults::decide(spec_.script, facts);
  ++counted.accepted;
  gates_.arrive(facts, now, *this);
  const auto answer =
      std::find_if(answers_.begin(), answers_.end(), [&](const Answer& a) { return a.link == ordinal; });
  const std::optional<Answer> at_once = answer == answers_.end() ? std::nullopt : std::optional{*answer};
  if (at_once) answers_.erase(answer);
  if (at_once && at_once->turned_away) {
    gates_.depart(ordinal, now, *this);
    ++counted.ended[static_cast<std::size_t>(proxy::end_of(at_once->why))];
    settle();
    if (*at_once->turned_away == faults::Ending::reset) return client.reset();
    return say_farewell(std::move(client), {}, faults::Direction::downstream);
  }
  settle();
  auto& link = links_[ordinal] = std::make_unique<Link>(*this, std::move(client), facts);
  link->start(plan_, at_once.has_value());
}

void Proxy::admit(std::uint64_t link, Time) { answers_.push_back({link, {}, {}}); }

void Proxy::turn_away(std::uint64_t link, faults::Ending how, faults::Cause why, Time) {
  answers_.push_back({link, how, why});
}

void Proxy::hand_out_answers() {
  while (!answers_.empty()) {
    const Answer answer = answers_.front();
    answers_.pop_front();
    const auto found = links_.find(answer.link);
    if (found == links_.end()) continue;
    if (answer.turned_away)
      found->second->turn_away(*answer.turned_away, answer.why);
    else
      found->second->admit();
  }
}

// After every change to the gates: what they have answered, the door and the timer follow.
void Proxy::settle() {
  if (!answers_.empty()) answer_.soon();
  if (const faults::Door door = gates_.door(); door != door_) {
    door_ = door;
    // Who has been let in by the kernel alone is reset when the listener goes.
    if (door_ == faults::Door::closed) forget_backlog();
    if (door_ == faults::Door::open) accept_.soon();
  }
  gate_timer_.set(std::min(gates_.wake(), plan_.next_expiry()));
}

void Proxy::gates_due() {
  gates_.advance(agenda_.now(), *this);
  expire();
  settle();
}

void Proxy::expire() {
  if (plan_.next_expiry() > agenda_.now()) return;
  adopt(plan_);
}

void Proxy::adopt(faults::Plan plan) {
  plan.seed = spec_.seed;
  plan_ = plan.without_expired(agenda_.now());
  gates_.adopt(plan_, agenda_.now(), *this);
  settle();
  for (const auto& [ordinal, link] : links_) link->adopt(plan_);
}

faults::Dialling Proxy::dial(std::uint64_t link) {
  if (gates_.empty()) return {};
  return gates_.dial(link, agenda_.now());
}

void Proxy::depart(std::uint64_t link) {
  gates_.depart(link, agenda_.now(), *this);
  settle();
  dead_.push_back(link);
  bury_.soon();
}

void Proxy::finished(std::uint64_t link) {
  gates_.finished(link, agenda_.now(), *this);
  settle();
}

void Proxy::say_farewell(Plug plug, std::deque<Bytes> rest, faults::Direction direction) {
  farewells_.emplace_back(agenda_, std::move(plug), std::move(rest), counted, direction, [this] { bury_.soon(); });
}

// Later, not when it ends: whoever ended it may still be using the link.
void Proxy::bury() {
  for (const std::uint64_t link : std::exchange(dead_, {})) links_.erase(link);
  farewells_.remove_if([](const Farewell& farewell) { return farewell.is_over(); });
}

proxy::Counters Proxy::read() {
  proxy::Counters now = counted;
  std::uint64_t ended = 0;
  for (const std::uint64_t n : now.ended) ended += n;
  now.open = now.accepted - ended;
  now.pools = gates_.occupancy(agenda_.now());
  now.faults_in_force = plan_.faults.size();
  return now;
}

void Proxy::stop_listening() {
  listening_ = false;
  forget_backlog();
  adopt({});
}

void Proxy::drain() {
  for (const auto& [ordinal, link] : links_) link->drain();
  for (Farewell& farewell : farewells_) farewell.cut_short();
  bury();
}

}  // namespace firedrill::simulate
