// The life of a link: waiting, dialling, open, over.
#include "proxy/link.hpp"

#include <sys/socket.h>

#include <utility>

#include <spdlog/spdlog.h>

#include "proxy/proxy.hpp"

namespace firedrill::proxy {

using faults::never;
using faults::Verdict;
using std::chrono::steady_clock;

namespace {

Time clock_now() { return steady_clock::now(); }

constexpr Direction other(Direction d) {
  return d == Direction::upstream ? Direction::downstream : Direction::upstream;
}

}  // namespace

Link::Link(Branch& branch, Descriptor client, const faults::LinkFacts& facts)
    : branch_{branch},
      facts_{facts},
      client_{Socket{branch.worker().context()}},
      upstream_{Socket{branch.worker().context()}},
      up_{Direction::upstream, branch.proxy().memory_cap()},
      down_{Direction::downstream, branch.proxy().memory_cap()} {
  client_.socket.assign({branch.proxy().family(), 0}, client.release());
  if (branch.proxy().family() != AF_UNIX) set_no_delay(client_.socket);
  client_.usable = true;
  up_.sink_pending();
}

/// Wraps what a pending operation does when it comes back.
template <typename Function>
auto Link::op(Function function) {
  ++pending_;
  return [this, function = std::move(function)](asio::error_code error) {
    --pending_;
    if (state_ != State::over) function(error);
    settle();
  };
}

// The last thing of every turn: timers follow what the lanes want, and a link that is over goes when nothing is
// pending.
void Link::settle() {
  if (state_ != State::over) return arm_timer();
  if (pending_ > 0 || std::exchange(buried_, true)) return;
  branch_.bury(facts_.ordinal);
}

void Link::start(const faults::Plan& plan, bool admitted) {
  if (!plan.faults.empty()) take(plan);
  if (state_ == State::over) return;
  if (admitted) dial(clock_now());
  pump(Direction::upstream);  // a client that leaves the queue, or before the upstream answers, is noticed by reading
  settle();
}

void Link::admit() {
  if (state_ != State::waiting) return;
  dial(clock_now());
  settle();
}

void Link::turn_away(faults::Ending how, faults::Cause why) {
  if (state_ == State::over) return;
  const Leave leave = how == faults::Ending::reset ? Leave::reset : Leave::finish;
  end(end_of(why), leave, leave);
  settle();
}

void Link::drain() {
  if (state_ == State::over) return;
  end(End::drained, Leave::close, Leave::close);
  settle();
}

bool Link::end_by_hand(faults::Ending how) {
  if (state_ == State::over) return false;
  const Leave leave = how == faults::Ending::reset ? Leave::reset : Leave::finish;
  end(End::by_hand, leave, leave);
  settle();
  return true;
}

std::optional<LinkView> Link::view(Time now) const {
  if (state_ == State::over) return std::nullopt;
  LinkView view{facts_.ordinal,
                facts_.client,
                state_ == State::waiting    ? "waiting"
                : state_ == State::dialling ? "dialling"
                                            : "open",
                now - facts_.opened,
                now - facts_.last_moved,
                facts_.bytes,
                up_.undelivered() + down_.undelivered(),
                {}};
  if (faulted_)
    for (const auto& fault : faulted_->chosen.faults()) view.faults.push_back(fault->name);
  return view;
}

bool Link::adopt(const faults::Plan& plan) { return take(plan) && !std::exchange(is_to_go_on_, true); }

// True when something may move now.
bool Link::take(const faults::Plan& plan) {
  if (state_ == State::over) return false;
  const bool held_at_dial = state_ == State::dialling && !dialler_;
  if (plan.faults.empty() && !faulted_ && !held_at_dial) return false;
  const Time now = clock_now();
  if (!faulted_) faulted_ = std::make_unique<Faulted>();
  faulted_->chosen.choose(plan, facts_);
  up_.adopt(faulted_->chosen.streams(Direction::upstream), facts_, now);
  down_.adopt(faulted_->chosen.streams(Direction::downstream), facts_, now);
  const Verdict verdict = faulted_->watch.adopt(faulted_->chosen.links(), facts_, now);
  if (faulted_->chosen.empty()) faulted_.reset();
  if (up_.spoiled() || down_.spoiled()) {
    end(End::spoiled, Leave::reset, Leave::reset);
  } else {
    obey(verdict);
  }
  if (state_ == State::dialling && !dialler_) dial(now);
  settle();
  return state_ != State::over;
}

void Link::go_on() {
  is_to_go_on_ = false;
  if (state_ == State::over) return;
  if (state_ == State::open || state_ == State::waiting) pump(Direction::upstream);
  if (state_ == State::open) pump(Direction::downstream);
  settle();
}

// Asked again when a delay is over or the plan has changed.
void Link::dial(Time now) {
  if (state_ == State::waiting) {
    state_ = State::dialling;
    dialled_at_ = now;
    deadline_ = now + branch_.proxy().spec().connect_timeout;
  }
  const Time due = std::exchange(dial_at_, never);
  const faults::Dialling dialling = branch_.proxy().dial(facts_.ordinal);
  using Action = faults::Dialling::Action;
  if (dialling.action == Action::fail) return end(End::connect_refused, Leave::finish, Leave::close);
  if (dialling.action == Action::hang) return;
  if (dialling.action == Action::later && dialled_at_ + dialling.delay > now) {
    dial_at_ = dialled_at_ + dialling.delay;
    return;
  }
  // What was asked at another moment, as when the plan has changed, tells nothing of how late the delay was.
  if (dialling.effects && due == dialled_at_ + dialling.delay) {
    dialling.effects->delay.record(now - dialled_at_);
    dialling.effects->lateness.record(now - due);
  }
  dialler_ = std::make_unique<Dialler>(branch_.worker().context(), [this](Dialler::Outcome outcome, Socket socket) {
    --pending_;
    dialler_.reset();
    if (state_ != State::over) dialled(outcome, std::move(socket));
    settle();
  });
  ++pending_;
  dialler_->start(branch_.proxy().spec().upstream);
}

void Link::dialled(Dialler::Outcome outcome, Socket socket) {
  if (outcome == Dialler::Outcome::reset) return end(End::upstream_reset, Leave::reset, Leave::close);
  if (outcome != Dialler::Outcome::connected) {
    const End why = outcome == Dialler::Outcome::unresolved       ? End::unresolved
                    : outcome == Dialler::Outcome::no_descriptors ? End::no_descriptors
                                                                  : End::connect_refused;
    return end(why, Leave::finish, Leave::close);
  }
  branch_.cells.connect_time.record(clock_now() - dialled_at_);
  upstream_.socket = std::move(socket);
  if (!branch_.proxy().spec().upstream.is_unix()) set_no_delay(upstream_.socket);
  upstream_.usable = true;
  up_.sink_open();
  state_ = State::open;
  deadline_ = never;
  pump(Direction::upstream);
  if (state_ == State::open) pump(Direction::downstream);
}

// Moves one lane as far as it goes without waiting, then arms what it has to wait for.
void Link::pump(Direction d) {
  constexpr int most_rounds = 16;  // then others get their turn
  for (int round = 0; state_ != State::over; ++round) {
    const Lane::Step step = lane(d).next();
    if (step.end == Lane::Carry::abort) {
      while (!lane(d).next().write.empty() && write_some(d, lane(d).next())) {
      }
      if (state_ == State::over) return;
      if (!lane(d).source_aborted()) return end(End::fault_reset, Leave::reset, Leave::reset);
      // Whoever sent the RST is gone; the other side gets one.
      const bool by_client = d == Direction::upstream;
      if (state_ != State::open) return end(End::client_gone, Leave::reset, Leave::close);
      return end(by_client ? End::client_reset : End::upstream_reset, Leave::reset, Leave::reset);
    }
    bool moved = false;
    if (!step.write.empty()) {
      moved = write_some(d, step);
    } else if (step.end == Lane::Carry::finish && sink(d).usable) {
      return finished(d, clock_now());
    }
    if (!moved && step.read && source(d).usable && source(d).readable) moved = read_some(d);
    if (moved && round < most_rounds) continue;
    if (state_ == State::over) return;
    const Lane::Step wait = lane(d).next();
    if (!wait.write.empty()) {
      arm_write(d);
    } else if (moved && wait.end != Lane::Carry::nothing) {
      continue;  // no event would wake this lane for an end that is due already
    }
    if (wait.read) {
      arm_read(d);
    } else if (!lane(d).source_ended() || faulted_) {
      arm_error(d);
    }
    return;
  }
}

// True when bytes left.
bool Link::write_some(Direction d, const Lane::Step& step) {
  Peer& to = sink(d);
  if (!to.usable || to.write_armed) return false;
  const Moved moved = send(to.socket, step.write);
  if (moved.what == Moved::What::broken) broken(to);
  if (moved.what != Moved::What::bytes) return false;
  Cells::add(branch_.cells.bytes_out[static_cast<std::size_t>(d)], moved.bytes);
  if (d == Direction::downstream && !std::exchange(answered_, true))
    branch_.cells.first_byte.record(clock_now() - facts_.opened);
  lane(d).wrote(moved.bytes);
  return true;
}

// True when something came.
bool Link::read_some(Direction d) {
  Peer& from = source(d);
  char* const scratch = branch_.worker().scratch();
  const Moved got = receive(from.socket, scratch, Worker::scratch_size);
  if (got.what == Moved::What::later) {
    from.readable = false;
    return false;
  }
  if (got.what == Moved::What::broken) {
    broken(from);
    return true;
  }
  const Time now = clock_now();
  if (got.what == Moved::What::end) {
    from.readable = false;
    lane(d).arrived_finish(now);
    if (state_ == State::waiting) branch_.proxy().finished(facts_.ordinal);
    return true;
  }
  from.readable = got.bytes == Worker::scratch_size;  // less: the kernel has no more, and waiting will tell
  const auto index = static_cast<std::size_t>(d);
  Cells::add(branch_.cells.bytes_in[index], got.bytes);
  facts_.bytes[index] += got.bytes;
  facts_.last_moved = now;
  std::string_view bytes{scratch, got.bytes};
  Peer& to = sink(d);
  if (lane(d).clean() && to.usable && !to.write_armed) {
    const Moved sent = send(to.socket, bytes);
    if (sent.what == Moved::What::bytes) {
      Cells::add(branch_.cells.bytes_out[index], sent.bytes);
      if (d == Direction::downstream && !std::exchange(answered_, true))
        branch_.cells.first_byte.record(now - facts_.opened);
      lane(d).passed(sent.bytes);
      bytes.remove_prefix(sent.bytes);
    } else if (sent.what == Moved::What::broken) {
      lane(d).arrived(faults::Bytes::copy_of(bytes), now);
      broken(to);
      return true;
    }
  }
  if (!bytes.empty()) lane(d).arrived(faults::Bytes::copy_of(bytes), now);
  if (faulted_ && !faulted_->watch.empty()) obey(faulted_->watch.moved(d, got.bytes, now));
  return true;
}

// The lane's FIN is due: carry it; the other lane goes on alone.
void Link::finished(Direction d, Time now) {
  finish_sending(sink(d).socket);
  lane(d).carried();
  made_finish_ = made_finish_ || !lane(d).source_ended();
  if (lane(d).closes()) return end(End::fault_close, Leave::finish, Leave::finish);
  if (!lane(other(d)).finished()) {
    first_finished_ = d;
    deadline_ = now + branch_.proxy().spec().half_open_limit;
    if (faulted_) arm_error(d);
    return;
  }
  const bool client_first = first_finished_ == Direction::upstream;
  const End why = made_finish_ ? End::fault_close : client_first ? End::client_finished : End::upstream_finished;
  end(why, Leave::close, Leave::close);
}

// An RST or another error on one socket.
void Link::broken(Peer& peer) {
  const bool is_client = &peer == &client_;
  const Direction from = is_client ? Direction::upstream : Direction::downstream;
  peer.usable = false;
  asio::error_code ignored;
  peer.socket.close(ignored);
  lane(other(from)).sink_gone();
  if (state_ == State::waiting || state_ == State::dialling) return end(End::client_gone, Leave::close, Leave::close);
  if (lane(from).source_ended())  // its FIN has come before: it left for good, and the other side must hear of it
    return end(is_client ? End::client_reset : End::upstream_reset, Leave::reset, Leave::reset);
  lane(from).arrived_abort(clock_now());
  pump(from);
}

void Link::obey(const Verdict& verdict) {
  if (verdict.action == Verdict::Action::keep || state_ == State::over) return;
  const bool aborts = verdict.action == Verdict::Action::abort;
  if (verdict.effects) verdict.effects->ended.fetch_add(1, std::memory_order_relaxed);
  // A FIN for one side only: the way back stays open until its own end.
  if (!aborts && verdict.side != faults::Side::both && state_ == State::open) {
    const Direction towards = verdict.side == faults::Side::client ? Direction::downstream : Direction::upstream;
    if (!lane(towards).lost_bytes()) {
      lane(towards).close(clock_now());
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
  spdlog::debug("proxy \"{}\" link {}: {}, {} bytes up, {} down", branch_.proxy().spec().name, facts_.ordinal,
                name(why), facts_.bytes[0], facts_.bytes[1]);
  if (dialler_) dialler_->cancel();
  if (timer_) timer_->cancel();
  leave(client_, Direction::downstream, client);
  leave(upstream_, Direction::upstream, upstream);
  Cells::add(branch_.cells.undelivered, up_.undelivered() + down_.undelivered());
  Cells::add(branch_.cells.ended[static_cast<std::size_t>(why)], 1);
  branch_.proxy().depart(facts_.ordinal);
}

// `towards`: the lane that ends in this socket.
void Link::leave(Peer& peer, Direction towards, Leave how) {
  if (!peer.usable) return;
  peer.usable = false;
  Lane& due = lane(towards);
  // What comes behind a gap must not be delivered as if there were none.
  if (how == Leave::finish && due.lost_bytes() && !due.finished()) how = Leave::reset;
  if (how == Leave::reset) return reset(peer.socket);
  asio::error_code ignored;
  if (how == Leave::close) {
    peer.socket.close(ignored);
    return;
  }
  std::deque<faults::Bytes> rest = due.finished() ? std::deque<faults::Bytes>{} : due.take_rest(clock_now());
  peer.socket.cancel(ignored);
  branch_.say_farewell(std::move(peer.socket), std::move(rest), towards);
}

void Link::arm_read(Direction d) {
  Peer& from = source(d);
  if (!from.usable || from.read_armed) return;
  from.read_armed = true;
  from.socket.async_wait(Socket::wait_read, op([this, d, &from](asio::error_code) {
                           from.read_armed = false;
                           from.readable = true;
                           pump(d);
                         }));
}

void Link::arm_write(Direction d) {
  Peer& to = sink(d);
  if (!to.usable || to.write_armed) return;
  to.write_armed = true;
  to.socket.async_wait(Socket::wait_write, op([this, d, &to](asio::error_code) {
                         to.write_armed = false;
                         pump(d);
                       }));
}

// A lane that does not read would not notice that its source is gone. Nor does a link under faults notice it behind a
// FIN: nothing need be written to that side for as long as a fault holds the answer.
void Link::arm_error(Direction d) {
  Peer& from = source(d);
  if (!from.usable || from.error_armed) return;
  from.error_armed =
      true;  // and stays so: it is armed once, and speculative reads, which it would hinder, we have none
  from.socket.async_wait(Socket::wait_error, op([this, &from](asio::error_code) {
                           if (from.usable && pending_error(from.socket) != 0) broken(from);
                         }));
}

Time Link::wake() const {
  const Time lanes = std::min(up_.wake(), down_.wake());
  const Time watch = faulted_ ? faulted_->watch.wake() : never;
  return std::min({lanes, watch, deadline_, dial_at_});
}

void Link::arm_timer() {
  const Time next = wake();
  if (next >= armed_) return;  // it fires early at worst
  armed_ = next;
  if (!timer_) timer_.emplace(branch_.worker().context());
  timer_->expires_at(next);
  timer_->async_wait(op([this](asio::error_code error) {
    if (error) return;  // armed anew
    armed_ = never;
    on_timer(clock_now());
  }));
}

void Link::on_timer(Time now) {
  if (dial_at_ <= now) dial(now);
  if (deadline_ <= now) {
    if (state_ == State::dialling) return end(End::connect_timeout, Leave::finish, Leave::close);
    deadline_ = facts_.last_moved + branch_.proxy().spec().half_open_limit;
    if (deadline_ <= now) return end(End::half_open, Leave::close, Leave::close);
  }
  if (faulted_) obey(faulted_->watch.advance(now));
  if (state_ == State::over) return;
  up_.tick(now);
  down_.tick(now);
  if (state_ != State::dialling) pump(Direction::upstream);
  if (state_ == State::open) pump(Direction::downstream);
}

}  // namespace firedrill::proxy
