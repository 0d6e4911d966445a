// One client's connection through a proxy: two sockets, two lanes, and the I/O between them.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include <asio/steady_timer.hpp>

#include "faults/chosen.hpp"
#include "faults/gate_fault.hpp"
#include "faults/watch.hpp"
#include "proxy/counters.hpp"
#include "proxy/dialler.hpp"
#include "proxy/lane.hpp"
#include "proxy/link_view.hpp"
#include "proxy/socket.hpp"

namespace firedrill::proxy {

class Branch;

/// Lives on its worker's thread; every call comes from there. Waits for readiness, then reads and writes without
/// blocking. Once over, it stays in memory until its last pending operation has come back, then asks its branch to bury
/// it.
class Link {
 public:
  Link(Branch& branch, Descriptor client, const faults::LinkFacts& facts);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// The first call. `admitted`: no gate keeps it.
  void start(const faults::Plan& plan, bool admitted);
  void admit();
  void turn_away(faults::Ending how, faults::Cause why);
  /// Every fault of the plan is in force when this returns; what the change lets go leaves with go_on(), which is to be
  /// called soon, once, if this says so: with thousands of links, all of them are told first.
  bool adopt(const faults::Plan& plan);
  void go_on();
  /// The proxy closes.
  void drain();
  /// Both sides get a FIN behind what is due to them, or an RST. False when it is over already.
  bool end_by_hand(faults::Ending how);
  /// Nothing when it is over.
  std::optional<LinkView> view(Time now) const;

 private:
  enum class State : std::uint8_t { waiting, dialling, open, over };
  /// How a socket is left: at once, in good order with what is still due to it, or with an RST.
  enum class Leave : std::uint8_t { close, finish, reset };
  struct Peer {
    explicit Peer(Socket s) : socket{std::move(s)} {}
    Socket socket;
    bool usable = false;    // connected and not broken
    bool readable = false;  // there may be bytes: no need to wait
    bool read_armed = false, write_armed = false, error_armed = false;
  };
  /// What only a link under faults needs.
  struct Faulted {
    faults::Chosen chosen;
    faults::Watch watch;
  };

  Lane& lane(Direction d) { return d == Direction::upstream ? up_ : down_; }
  Peer& source(Direction d) { return d == Direction::upstream ? client_ : upstream_; }
  Peer& sink(Direction d) { return d == Direction::upstream ? upstream_ : client_; }

  void dial(Time now);
  void dialled(Dialler::Outcome outcome, Socket socket);
  void pump(Direction d);
  bool write_some(Direction d, const Lane::Step& step);
  bool read_some(Direction d);
  void finished(Direction d, Time now);
  void broken(Peer& peer);
  void obey(const faults::Verdict& verdict);
  void end(End why, Leave client, Leave upstream);
  void leave(Peer& peer, Direction towards, Leave how);

  void arm_read(Direction d);
  void arm_write(Direction d);
  void arm_error(Direction d);
  void arm_timer();
  void on_timer(Time now);
  Time wake() const;
  template <typename Function>
  auto op(Function function);
  bool take(const faults::Plan& plan);
  void settle();

  Branch& branch_;
  faults::LinkFacts facts_;
  Peer client_, upstream_;
  Lane up_, down_;
  State state_ = State::waiting;
  bool buried_ = false, answered_ = false, is_to_go_on_ = false;
  int pending_ = 0;
  std::optional<Direction> first_finished_;
  bool made_finish_ = false;  // a fault sent a FIN that no peer had sent
  std::unique_ptr<Faulted> faulted_;
  std::unique_ptr<Dialler> dialler_;
  std::optional<asio::basic_waitable_timer<std::chrono::steady_clock>> timer_;
  Time armed_ = faults::never, deadline_ = faults::never, dial_at_ = faults::never, dialled_at_{};
};

}  // namespace firedrill::proxy
