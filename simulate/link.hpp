// One client's connection through a simulated proxy: what proxy::Link does on sockets, here on plugs, with the same
// lanes and the same faults.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "faults/chosen.hpp"
#include "faults/gate_fault.hpp"
#include "faults/watch.hpp"
#include "proxy/counters.hpp"
#include "proxy/lane.hpp"
#include "simulate/wire.hpp"

namespace firedrill::simulate {

class Proxy;

class Link {
 public:
  Link(Proxy& proxy, Plug client, const faults::LinkFacts& facts);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// The first call. `admitted`: no gate keeps it.
  void start(const faults::Plan& plan, bool admitted);
  void admit();
  void turn_away(faults::Ending how, faults::Cause why);
  void adopt(const faults::Plan& plan);
  void drain();

 private:
  using Direction = faults::Direction;
  enum class State : std::uint8_t { waiting, dialling, open, over };
  enum class Leave : std::uint8_t { close, finish, reset };
  struct Peer {
    Plug plug;
    bool usable = false;  // connected and not broken
  };
  struct Faulted {
    faults::Chosen chosen;
    faults::Watch watch;
  };

  proxy::Lane& lane(Direction d) { return d == Direction::upstream ? up_ : down_; }
  Peer& source(Direction d) { return d == Direction::upstream ? client_ : upstream_; }
  Peer& sink(Direction d) { return d == Direction::upstream ? upstream_ : client_; }
  Time now() const;

  void turn();
  void on_timer();
  void dial();
  void connect();
  void pump(Direction d);
  bool write_some(Direction d, std::string_view bytes);
  bool read_some(Direction d);
  void came(Direction d, std::size_t bytes);
  void left(Direction d, std::size_t bytes);
  void aborted(Direction d);
  void finished(Direction d);
  void broken(Peer& peer);
  void obey(const faults::Verdict& verdict);
  void end(proxy::End why, Leave client, Leave upstream);
  void leave(Peer& peer, Direction towards, Leave how);
  void settle();

  Proxy& proxy_;
  faults::LinkFacts facts_;
  Peer client_, upstream_;
  proxy::Lane up_, down_;
  State state_ = State::waiting;
  bool answered_ = false;
  std::optional<Direction> first_finished_;
  bool made_finish_ = false;  // a fault sent a FIN that no peer had sent
  std::unique_ptr<Faulted> faulted_;
  Time deadline_ = faults::never, dial_at_ = faults::never, dialled_at_{};
  bool dial_hangs_ = false;
  Alarm turn_, timer_;
};

}  // namespace firedrill::simulate
