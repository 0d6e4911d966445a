// The life of a link: waiting, dialling, open, over.
#include "proxy/link.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>

#include "proxy/proxy.hpp"

namespace firedrill::proxy {

using faults::never;
using faults::Verdict;
using std::chrono::steady_clock;

namespace {

Time clock_now() { return steady_clock::now(); }

/// A read of so many bytes makes a lane one of bulk, which goes through pipes; some in a row of less than the other end
/// that. (One alone is only a moment at which the sender was slower.)
constexpr std::size_t bulk_from = 64 * 1024, bulk_until = 16 * 1024;
constexpr std::uint8_t small_reads_until = 8;

constexpr Direction other(Direction d) {
  return d == Direction::upstream ? Direction::downstream : Direction::upstream;
}

}  // namespace

Link::Link(Branch& branch, Descriptor client, const faults::LinkFacts& facts)
    : branch_{branch},
      facts_{facts},
      client_{*this, Socket{branch.worker(), std::move(client)}},
      upstream_{*this, Socket{branch.worker()}},
      up_{Direction::upstream, branch.proxy().memory_cap()},
      down_{Direction::downstream, branch.proxy().memory_cap()},
      timer_{branch.worker().timers(), [this](Time now) { on_timer(now); }} {
  client_.usable = client_.writable = true;
  up_.lane.sink_pending();
}

// The last thing of every turn: the timer follows what the lanes want. A lane that holds little gives its space back,
// and begins another only when it holds twice as much: one that hovers there would else leave a block behind each time.
void Link::settle() {
  if (state_ == State::over) return;
  timer_.set(wake());
  for (Way* const way : {&up_, &down_})
    if (way->space.size() > 0 && way->lane.held() < faults::large_block / 2) way->space = {};
}

void Link::start(const faults::Plan& plan, bool admitted) {
  // Reading begins when the worker says so: a client that leaves the queue is noticed by that.
  if (!client_.socket.watch(client_)) return end(End::no_descriptors, Leave::close, Leave::close);
  if (!plan.faults.empty()) take(plan);
  if (state_ != State::over && admitted) dial(clock_now());
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
                up_.lane.undelivered() + down_.lane.undelivered(),
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
  for (const Direction d : {Direction::upstream, Direction::downstream}) {
    put_back_piped(d);  // leaves before the first byte that a new fault sees
    lane(d).adopt(faulted_->chosen.streams(d), facts_, now);
  }
  const Verdict verdict = faulted_->watch.adopt(faulted_->chosen.links(), facts_, now);
  if (faulted_->chosen.empty()) faulted_.reset();
  if (up_.lane.spoiled() || down_.lane.spoiled()) {
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
  dialler_ = std::make_unique<Dialler>(branch_.worker(), upstream_, [this](Dialler::Outcome outcome, Socket socket) {
    dialler_.reset();
    dialled(outcome, std::move(socket));
    settle();
  });
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
  if (!branch_.proxy().spec().upstream.is_unix()) set_no_delay(upstream_.socket.fd());
  upstream_.usable = upstream_.writable = true;
  up_.lane.sink_open();
  state_ = State::open;
  deadline_ = never;
  pump(Direction::upstream);
  if (state_ == State::open) pump(Direction::downstream);
}

void Link::ready(Peer& peer, std::uint32_t events) {
  if (state_ == State::over) return;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) peer.readable = peer.ending = true;
  if ((events & EPOLLIN) != 0) peer.readable = true;
  if ((events & EPOLLOUT) != 0) peer.writable = true;
  if (&peer == &upstream_ && dialler_) return dialler_->ready(events);
  if (!peer.usable) return;
  const Direction from = &peer == &client_ ? Direction::upstream : Direction::downstream;
  if (peer.readable) pump(from);
  if ((events & EPOLLOUT) != 0 && state_ == State::open) pump(other(from));
  settle();
}

// Moves one lane as far as it goes without waiting. What it waits for then, its worker will tell.
void Link::pump(Direction d) {
  constexpr int most_rounds = 16;
  for (int round = 0; state_ != State::over; ++round) {
    if (round == most_rounds) return pump_later(d);
    if (way(d).pipe && way(d).pipe->held() > 0) {
      if (empty_pipe(d)) continue;
      return look_for_an_end(d);
    }
    const Lane::Step step = lane(d).next();
    if (step.end == Lane::Carry::abort) return aborted(d);
    bool moved = false;
    if (!step.write.empty()) {
      moved = write_some(d, step.write);
    } else if (step.end == Lane::Carry::finish && sink(d).usable) {
      return finished(d, clock_now());
    }
    if (!moved && step.read && source(d).usable && source(d).readable) moved = read_some(d);
    if (!moved) return look_for_an_end(d);
  }
}

// Others get their turn, though this lane could go on.
void Link::pump_later(Direction d) {
  if (std::exchange(way(d).is_to_go_on, true)) return;
  branch_.worker().post([this, d] {
    way(d).is_to_go_on = false;
    if (state_ == State::over) return;
    pump(d);
    settle();
  });
}

// A lane that does not read would not notice that its source has been reset. (Of a FIN it need not know yet.)
void Link::look_for_an_end(Direction d) {
  Peer& from = source(d);
  if (state_ == State::over || !from.usable || !from.readable || !from.ending) return;
  if (pending_error(from.socket.fd()) != 0) broken(from);
}

// True when bytes left.
bool Link::write_some(Direction d, std::string_view bytes) {
  Peer& to = sink(d);
  if (!to.usable || !to.writable) return false;
  const Moved moved = send(to.socket.fd(), bytes);
  if (moved.what == Moved::What::broken) broken(to);
  to.writable = moved.bytes == bytes.size();  // less: there is no room, and the worker will tell when there is
  if (moved.what != Moved::What::bytes) return false;
  left(d, moved.bytes);
  lane(d).wrote(moved.bytes);
  return true;
}

// True when something came.
bool Link::read_some(Direction d) {
  Peer& from = source(d);
  Peer& to = sink(d);
  const bool passes = lane(d).clean() && to.usable;
  if (passes && way(d).is_bulk) return to.writable && splice_some(d);
  faults::Space* const stays = passes ? nullptr : place(d);
  char* const into = stays != nullptr ? stays->data() : branch_.worker().scratch();
  const std::size_t room = std::min(stays != nullptr ? stays->size() : Worker::scratch_size, Worker::scratch_size);
  Moved got = receive(from.socket.fd(), into, room);
  if (got.what == Moved::What::later) return from.readable = from.ending = false;
  if (got.what == Moved::What::end) return came_to_an_end(d);
  if (got.what == Moved::What::broken) {
    broken(from);
    return true;
  }
  // An end that is known to be there is looked for at once: a FIN leaves in one segment with the bytes before it.
  Moved next{Moved::What::later};
  if (passes && to.writable && from.ending && got.bytes < room && !faulted_) {
    next = receive(from.socket.fd(), into + got.bytes, room - got.bytes);
    got.bytes += next.bytes;
  }
  const Time now = clock_now();
  came(d, got.bytes, now);
  from.readable = from.ending || got.bytes == room;  // less: there is no more, and the worker will tell
  way(d).is_bulk = got.bytes >= bulk_from && way(d).can_splice;
  way(d).small_reads = 0;
  std::string_view bytes{into, got.bytes};
  if (passes && to.writable) {
    const Moved sent = send(to.socket.fd(), bytes, next.what == Moved::What::end);
    to.writable = sent.bytes == bytes.size();
    if (sent.what == Moved::What::bytes) {
      left(d, sent.bytes);
      lane(d).passed(sent.bytes, sent.bytes);
      bytes.remove_prefix(sent.bytes);
    } else if (sent.what == Moved::What::broken) {
      lane(d).arrived(faults::Bytes::copy_of(bytes), now);
      broken(to);
      return true;
    }
  }
  if (!bytes.empty())
    lane(d).arrived(stays != nullptr ? stays->take(bytes.size()) : faults::Bytes::copy_of(bytes), now);
  if (faulted_ && !faulted_->watch.empty()) obey(faulted_->watch.moved(d, got.bytes, now));
  if (next.what == Moved::What::end) return came_to_an_end(d);
  if (next.what == Moved::What::broken) broken(from);
  return true;
}

// Where to read what will wait behind much else. Null: it may as well leave at once, or is not worth a block.
faults::Space* Link::place(Direction d) {
  faults::Space& space = way(d).space;
  if (space.size() == 0 && lane(d).held() < faults::large_block) return nullptr;
  if (space.size() < bulk_from) space = faults::Space::make();
  return &space;
}

// As read_some(), for bulk on a clean lane: through a pipe, without entering this process.
bool Link::splice_some(Direction d) {
  Way& here = way(d);
  Peer& from = source(d);
  if (!here.pipe) here.pipe = branch_.worker().pipes().borrow();
  const Moved got = here.pipe ? here.pipe->fill(from.socket.fd()) : Moved{Moved::What::broken, 0, EINVAL};
  if (got.what != Moved::What::bytes) branch_.worker().pipes().give_back(std::move(here.pipe));
  if (got.what == Moved::What::later) return from.readable = from.ending = false;
  if (got.what == Moved::What::end) return came_to_an_end(d);
  if (got.what == Moved::What::broken) {
    // No descriptors for a pipe, or a kind of socket that the kernel does not splice: then by hand.
    if (got.error == EINVAL) return here.is_bulk = here.can_splice = false, read_some(d);
    broken(from);
    return true;
  }
  const Time now = clock_now();
  came(d, got.bytes, now);
  lane(d).passed(got.bytes, 0);
  here.small_reads = got.bytes >= bulk_until ? std::uint8_t{0} : static_cast<std::uint8_t>(here.small_reads + 1);
  here.is_bulk = here.small_reads < small_reads_until;
  empty_pipe(d);
  if (faulted_ && !faulted_->watch.empty() && state_ != State::over) obey(faulted_->watch.moved(d, got.bytes, now));
  return true;
}

// True when bytes left, or could not any more.
bool Link::empty_pipe(Direction d) {
  Way& here = way(d);
  Peer& to = sink(d);
  if (!to.usable) {
    here.pipe.reset();
    return true;
  }
  if (!to.writable) return false;
  const Moved sent = here.pipe->empty_into(to.socket.fd());
  if (sent.what == Moved::What::later) return to.writable = false;
  if (sent.what == Moved::What::broken) {
    here.pipe.reset();
    broken(to);
    return true;
  }
  left(d, sent.bytes);
  lane(d).passed(0, sent.bytes);
  if (here.pipe->held() == 0 && !here.is_bulk) branch_.worker().pipes().give_back(std::move(here.pipe));
  return true;
}

// What is in the pipe goes into the lane, before anything else that it holds.
void Link::put_back_piped(Direction d) {
  const std::unique_ptr<Pipe> pipe = std::move(way(d).pipe);
  if (!pipe || pipe->held() == 0) return;
  std::string bytes(pipe->held(), '\0');
  pipe->read(bytes.data());
  lane(d).put_back(faults::Bytes::copy_of(bytes));
}

void Link::came(Direction d, std::size_t bytes, Time now) {
  const auto index = static_cast<std::size_t>(d);
  Cells::add(branch_.cells.bytes_in[index], bytes);
  facts_.bytes[index] += bytes;
  facts_.last_moved = now;
}

bool Link::came_to_an_end(Direction d) {
  source(d).readable = false;
  lane(d).arrived_finish(clock_now());
  if (state_ == State::waiting) branch_.proxy().finished(facts_.ordinal);
  return true;
}

void Link::left(Direction d, std::size_t bytes) {
  Cells::add(branch_.cells.bytes_out[static_cast<std::size_t>(d)], bytes);
  if (d == Direction::downstream && !std::exchange(answered_, true))
    branch_.cells.first_byte.record(clock_now() - facts_.opened);
}

// The lane's RST is due, behind as much of the rest as the socket takes without waiting.
void Link::aborted(Direction d) {
  while (!lane(d).next().write.empty() && write_some(d, lane(d).next().write)) {
  }
  if (state_ == State::over) return;
  if (!lane(d).source_aborted()) return end(End::fault_reset, Leave::reset, Leave::reset);
  // Whoever sent the RST is gone; the other side gets one.
  if (state_ != State::open) return end(End::client_gone, Leave::reset, Leave::close);
  end(d == Direction::upstream ? End::client_reset : End::upstream_reset, Leave::reset, Leave::reset);
}

// The lane's FIN is due: carry it; the other lane goes on alone.
void Link::finished(Direction d, Time now) {
  // A close alone sends the FIN, when both sides have sent theirs. (While a child is between fork and exec it waits for
  // that.)
  const bool is_last = lane(other(d)).finished() && lane(other(d)).source_ended();
  if (!is_last) finish_sending(sink(d).socket.fd());
  lane(d).carried();
  made_finish_ = made_finish_ || !lane(d).source_ended();
  if (lane(d).closes()) return end(End::fault_close, Leave::finish, Leave::finish);
  if (!lane(other(d)).finished()) {
    first_finished_ = d;
    deadline_ = now + branch_.proxy().spec().half_open_limit;
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
  peer.socket.close();
  way(other(from)).pipe.reset();
  lane(other(from)).sink_gone();
  if (state_ == State::waiting || state_ == State::dialling) return end(End::client_gone, Leave::close, Leave::close);
  if (lane(from).source_ended())  // its FIN has come before: it left for good, and the other side must hear of it
    return end(is_client ? End::client_reset : End::upstream_reset, Leave::reset, Leave::reset);
  put_back_piped(from);
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
      put_back_piped(towards);
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
  dialler_.reset();
  timer_.cancel();
  leave(client_, Direction::downstream, client);
  leave(upstream_, Direction::upstream, upstream);
  up_.pipe.reset();
  down_.pipe.reset();
  Cells::add(branch_.cells.undelivered, up_.lane.undelivered() + down_.lane.undelivered());
  Cells::add(branch_.cells.ended[static_cast<std::size_t>(why)], 1);
  branch_.proxy().depart(facts_.ordinal);
  branch_.bury(facts_.ordinal);
}

// `towards`: the lane that ends in this socket.
void Link::leave(Peer& peer, Direction towards, Leave how) {
  if (!peer.usable) return;
  peer.usable = false;
  Lane& due = lane(towards);
  // What comes behind a gap must not be delivered as if there were none.
  if (how == Leave::finish && due.lost_bytes() && !due.finished()) how = Leave::reset;
  if (how == Leave::reset) return peer.socket.reset();
  if (how == Leave::close) return peer.socket.close();
  put_back_piped(towards);
  std::deque<faults::Bytes> rest = due.finished() ? std::deque<faults::Bytes>{} : due.take_rest(clock_now());
  branch_.say_farewell(std::move(peer.socket), std::move(rest), towards);
}

Time Link::wake() const {
  const Time lanes = std::min(up_.lane.wake(), down_.lane.wake());
  const Time watch = faulted_ ? faulted_->watch.wake() : never;
  return std::min({lanes, watch, deadline_, dial_at_});
}

void Link::on_timer(Time now) {
  act(now);
  settle();
}

void Link::act(Time now) {
  if (dial_at_ <= now) dial(now);
  if (deadline_ <= now) {
    if (state_ == State::dialling) return end(End::connect_timeout, Leave::finish, Leave::close);
    deadline_ = facts_.last_moved + branch_.proxy().spec().half_open_limit;
    if (deadline_ <= now) return end(End::half_open, Leave::close, Leave::close);
  }
  if (faulted_) obey(faulted_->watch.advance(now));
  if (state_ == State::over) return;
  up_.lane.tick(now);
  down_.lane.tick(now);
  if (state_ != State::dialling) pump(Direction::upstream);
  if (state_ == State::open) pump(Direction::downstream);
}

}  // namespace firedrill::proxy
