// The life of a simulated link: waiting, dialling, open, over. Where it differs from proxy/link.cpp, a prediction does.
#include "simulate/link.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "simulate/proxy.hpp"

namespace firedrill::simulate {

using faults::Verdict;
using proxy::End;
using proxy::Lane;

namespace {

constexpr std::size_t no_cap = std::numeric_limits<std::size_t>::max();

constexpr faults::Direction opposite(faults::Direction d) {
  return d == faults::Direction::upstream ? faults::Direction::downstream : faults::Direction::upstream;
}

}  // namespace

Link::Link(Proxy& proxy, Plug client, const faults::LinkFacts& facts)
    : proxy_{proxy},
      facts_{facts},
      client_{std::move(client), true},
      up_{Direction::upstream, no_cap},
      down_{Direction::downstream, no_cap},
      turn_{proxy.agenda(), [this] { turn(); }},
      timer_{proxy.agenda(), [this] { on_timer(); }} {
  up_.sink_pending();
  client_.plug.watch(turn_);
}

Time Link::now() const { return proxy_.agenda().now(); }

void Link::settle() {
  if (state_ == State::over) return timer_.cancel();
  const Time watch = faulted_ ? faulted_->watch.wake() : faults::never;
  timer_.set(std::min({up_.wake(), down_.wake(), watch, deadline_, dial_at_}));
}

void Link::start(const faults::Plan& plan, bool admitted) {
  if (!plan.faults.empty()) adopt(plan);
  if (state_ != State::over && admitted) dial();
  settle();
}

void Link::admit() {
  if (state_ != State::waiting) return;
  dial();
  settle();
}

void Link::turn_away(faults::Ending how, faults::Cause why) {
  const Leave leave = how == faults::Ending::reset ? Leave::reset : Leave::finish;
  end(proxy::end_of(why), leave, leave);
}

void Link::drain() { end(End::drained, Leave::close, Leave::close); }

void Link::adopt(const faults::Plan& plan) {
  if (state_ == State::over) return;
  const bool held_at_dial = state_ == State::dialling;
  if (plan.faults.empty() && !faulted_ && !held_at_dial) return;
  if (!faulted_) faulted_ = std::make_unique<Faulted>();
  faulted_->chosen.choose(plan, facts_);
  for (const Direction d : {Direction::upstream, Direction::downstream})
    lane(d).adopt(faulted_->chosen.streams(d), facts_, now());
  const Verdict verdict = faulted_->watch.adopt(faulted_->chosen.links(), facts_, now());
  if (faulted_->chosen.empty()) faulted_.reset();
  if (up_.spoiled() || down_.spoiled()) {
    end(End::spoiled, Leave::reset, Leave::reset);
  } else {
    obey(verdict);
  }
  if (state_ == State::dialling) dial();
  settle();
  if (state_ != State::over) turn_.soon();  // what the change lets go
}

// Asked again when a delay is over or the plan has changed.
void Link::dial() {
  if (state_ == State::waiting) {
    state_ = State::dialling;
    dialled_at_ = now();
    deadline_ = now() + proxy_.spec().connect_timeout;
  }
  dial_hangs_ = false;
  const Time due = std::exchange(dial_at_, faults::never);
  const faults::Dialling dialling = proxy_.dial(facts_.ordinal);
  using Action = faults::Dialling::Action;
  if (dialling.action == Action::fail) return end(End::connect_refused, Leave::finish, Leave::close);
  if (dialling.action == Action::hang) {
    dial_hangs_ = true;
    return;
  }
  if (dialling.action == Action::later && dialled_at_ + dialling.delay > now()) {
    dial_at_ = dialled_at_ + dialling.delay;
    return;
  }
  if (dialling.effects && due == dialled_at_ + dialling.delay) dialling.effects->delay.record(now() - dialled_at_);
  connect();
}

void Link::connect() {
  auto plug = proxy_.upstream().connect();
  if (!plug) return end(End::connect_refused, Leave::finish, Leave::close);
  proxy_.counted.connect_time.record(now() - dialled_at_);
  upstream_ = {*std::move(plug), true};
  upstream_.plug.watch(turn_);
  up_.sink_open();
  state_ = State::open;
  deadline_ = faults::never;
  turn_.after_wakeup();
}

void Link::turn() {
  if (state_ == State::open || state_ == State::waiting) pump(Direction::upstream);
  if (state_ == State::dialling && client_.usable) pump(Direction::upstream);
  if (state_ == State::open) pump(Direction::downstream);
  if (state_ == State::open) pump(Direction::upstream);  // what came downstream may have ended the link's other half
  settle();
}

// Moves one lane as far as it goes.
void Link::pump(Direction d) {
  while (state_ != State::over) {
    const Lane::Step step = lane(d).next();
    if (step.end == Lane::Carry::abort) return aborted(d);
    bool moved = false;
    if (!step.write.empty()) {
      moved = write_some(d, step.write);
    } else if (step.end == Lane::Carry::finish && sink(d).usable) {
      return finished(d);
    }
    if (!moved && step.read && source(d).usable) moved = read_some(d);
    if (moved) continue;
    // A lane that does not read would not notice that its source has been reset.
    if (state_ != State::over && source(d).usable && source(d).plug.is_broken()) broken(source(d));
    return;
  }
}

// True when bytes left.
bool Link::write_some(Direction d, std::string_view bytes) {
  Peer& to = sink(d);
  if (!to.usable) return false;
  const std::size_t some = std::min(bytes.size(), to.plug.room());
  if (some == 0) return false;
  if (!to.plug.send(Bytes::copy_of(bytes.substr(0, some)))) {
    broken(to);
    return false;
  }
  left(d, some);
  lane(d).wrote(some);
  return true;
}

// True when something came.
bool Link::read_some(Direction d) {
  Peer& from = source(d);
  Bytes bytes;
  switch (from.plug.receive(bytes)) {
    case Plug::Came::nothing:
      return false;
    case Plug::Came::finish:
      lane(d).arrived_finish(now());
      if (state_ == State::waiting) proxy_.finished(facts_.ordinal);
      return true;
    case Plug::Came::broken:
      broken(from);
      return true;
    case Plug::Came::bytes:
      break;
  }
  const std::size_t size = bytes.size();
  came(d, size);
  Peer& to = sink(d);
  if (lane(d).clean() && to.usable && to.plug.room() >= size) {
    if (to.plug.send(std::move(bytes))) {
      left(d, size);
      lane(d).passed(size, size);
    } else {
      lane(d).passed(size, 0);
      broken(to);
    }
  } else {
    lane(d).arrived(std::move(bytes), now());
  }
  if (state_ != State::over && faulted_ && !faulted_->watch.empty()) obey(faulted_->watch.moved(d, size, now()));
  return true;
}

void Link::came(Direction d, std::size_t bytes) {
  const auto index = static_cast<std::size_t>(d);
  proxy_.counted.bytes_in[index] += bytes;
  facts_.bytes[index] += bytes;
  facts_.last_moved = now();
}

void Link::left(Direction d, std::size_t bytes) {
  proxy_.counted.bytes_out[static_cast<std::size_t>(d)] += bytes;
  if (d == Direction::downstream && !std::exchange(answered_, true))
    proxy_.counted.first_byte.record(now() - facts_.opened);
}

// The lane's RST is due, behind as much of the rest as there is room for.
void Link::aborted(Direction d) {
  while (!lane(d).next().write.empty() && write_some(d, lane(d).next().write)) {
  }
  if (state_ == State::over) return;
  if (!lane(d).source_aborted()) return end(End::fault_reset, Leave::reset, Leave::reset);
  if (state_ != State::open) return end(End::client_gone, Leave::reset, Leave::close);
  end(d == Direction::upstream ? End::client_reset : End::upstream_reset, Leave::reset, Leave::reset);
}

// The lane's FIN is due: carry it; the other lane goes on alone.
void Link::finished(Direction d) {
  sink(d).plug.finish();
  lane(d).carried();
  made_finish_ = made_finish_ || !lane(d).source_ended();
  if (lane(d).closes()) return end(End::fault_close, Leave::finish, Leave::finish);
  if (!lane(opposite(d)).finished()) {
    first_finished_ = d;
    deadline_ = now() + proxy_.spec().half_open_limit;
    return;
  }
  const bool client_first = first_finished_ == Direction::upstream;
  end(made_finish_   ? End::fault_close
      : client_first ? End::client_finished
                     : End::upstream_finished,
      Leave::close, Leave::close);
}

// An RST on one side.
void Link::broken(Peer& peer) {
  const bool is_client = &peer == &client_;
  const Direction from = is_client ? Direction::upstream : Direction::downstream;
  peer.usable = false;
  peer.plug.close();
  lane(opposite(from)).sink_gone();
  if (state_ == State::waiting || state_ == State::dialling) return end(End::client_gone, Leave::close, Leave::close);
  if (lane(from).source_ended())
    return end(is_client ? End::client_reset : End::upstream_reset, Leave::reset, Leave::reset);
  lane(from).arrived_abort(now());
  pump(from);
}

void Link::obey(const Verdict& verdict) {
  if (verdict.action == Verdict::Action::keep || state_ == State::over) return;
  const bool aborts = verdict.action == Verdict::Action::abort;
  if (verdict.effects) verdict.effects->ended.fetch_add(1, std::memory_order_relaxed);
  if (!aborts && verdict.side != faults::Side::both && state_ == State::open) {
    const Direction towards = verdict.side == faults::Side::client ? Direction::downstream : Direction::upstream;
    if (!lane(towards).lost_bytes()) {
      lane(towards).close(now());
      return pump(towards);
    }
  }
  const auto leave_of = [&](faults::Side side) {
    return aborts && (verdict.side == side || verdict.side == faults::Side::both) ? Leave::reset : Leave::finish;
  };
  end(aborts ? End::fault_reset : End::fault_close, leave_of(faults::Side::client), leave_of(faults::Side::upstream));
}

void Link::end(End why, Leave client, Leave upstream) {
  if (state_ == State::over) return;
  state_ = State::over;
  timer_.cancel();
  turn_.cancel();
  leave(client_, Direction::downstream, client);
  leave(upstream_, Direction::upstream, upstream);
  proxy_.counted.undelivered += up_.undelivered() + down_.undelivered();
  ++proxy_.counted.ended[static_cast<std::size_t>(why)];
  proxy_.depart(facts_.ordinal);
}

// `towards`: the lane that ends in this plug.
void Link::leave(Peer& peer, Direction towards, Leave how) {
  if (!peer.usable) return;
  peer.usable = false;
  Lane& due = lane(towards);
  // What comes behind a gap must not be delivered as if there were none.
  if (how == Leave::finish && due.lost_bytes() && !due.finished()) how = Leave::reset;
  if (how == Leave::reset) return peer.plug.reset();
  if (how == Leave::close) return peer.plug.close();
  std::deque<Bytes> rest = due.finished() ? std::deque<Bytes>{} : due.take_rest(now());
  proxy_.say_farewell(std::move(peer.plug), std::move(rest), towards);
}

void Link::on_timer() {
  if (dial_at_ <= now()) dial();
  if (state_ != State::over && deadline_ <= now()) {
    if (state_ == State::dialling) return end(End::connect_timeout, Leave::finish, Leave::close);
    deadline_ = facts_.last_moved + proxy_.spec().half_open_limit;
    if (deadline_ <= now()) return end(End::half_open, Leave::close, Leave::close);
  }
  if (faulted_) obey(faulted_->watch.advance(now()));
  if (state_ == State::over) return;
  up_.tick(now());
  down_.tick(now());
  turn();
}

}  // namespace firedrill::simulate
