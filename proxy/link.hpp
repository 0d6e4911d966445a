// One client's connection through a proxy: two sockets, two lanes, and the I/O between them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "faults/blocks.hpp"
#include "faults/bytes.hpp"
#include "faults/chosen.hpp"
#include "faults/gate_fault.hpp"
#include "faults/watch.hpp"
#include "proxy/counters.hpp"
#include "proxy/dialler.hpp"
#include "proxy/lane.hpp"
#include "proxy/link_view.hpp"
#include "proxy/pipes.hpp"
#include "proxy/socket.hpp"
#include "proxy/timer.hpp"

namespace firedrill::proxy {

class Branch;

/// Lives on its worker's thread; every call comes from there. Reads and writes without blocking whatever its worker
/// says is ready, as far as its lanes want it. Once over, it asks its branch to bury it.
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
  struct Peer final : Watched {
    Peer(Link& its_link, Socket s) : link{its_link}, socket{std::move(s)} {}
    void ready(std::uint32_t events) override { link.ready(*this, events); }
    Link& link;
    Socket socket;
    bool usable = false;    // connected and not broken
    bool readable = false;  // there may be bytes, or an end
    bool writable = false;  // it may take bytes
    bool ending = false;    // an end is there, perhaps behind bytes: reading will tell
  };
  /// One direction: its lane, and how bulk gets past it.
  struct Way {
    Way(Direction d, std::size_t memory_cap) : lane{d, memory_cap} {}
    Lane lane;
    faults::Space space;         // where bytes are read to that will stay: of a lane that holds much
    std::unique_ptr<Pipe> pipe;  // only while there is bulk to move, and bytes perhaps in it
    bool is_bulk = false;        // a large read came, and no row of small ones since
    std::uint8_t small_reads = 0;
    bool can_splice = true;    // the kernel has not refused yet
    bool is_to_go_on = false;  // others have their turn
  };
  /// What only a link under faults needs.
  struct Faulted {
    faults::Chosen chosen;
    faults::Watch watch;
  };

  Way& way(Direction d) { return d == Direction::upstream ? up_ : down_; }
  Lane& lane(Direction d) { return way(d).lane; }
  Peer& source(Direction d) { return d == Direction::upstream ? client_ : upstream_; }
  Peer& sink(Direction d) { return d == Direction::upstream ? upstream_ : client_; }

  void ready(Peer& peer, std::uint32_t events);
  void dial(Time now);
  void dialled(Dialler::Outcome outcome, Socket socket);
  void pump(Direction d);
  void pump_later(Direction d);
  void look_for_an_end(Direction d);
  bool write_some(Direction d, std::string_view bytes);
  bool read_some(Direction d);
  faults::Space* place(Direction d);
  bool splice_some(Direction d);
  bool empty_pipe(Direction d);
  void put_back_piped(Direction d);
  void came(Direction d, std::size_t bytes, Time now);
  void left(Direction d, std::size_t bytes);
  bool came_to_an_end(Direction d);
  void aborted(Direction d);
  void finished(Direction d, Time now);
  void broken(Peer& peer);
  void obey(const faults::Verdict& verdict);
  void end(End why, Leave client, Leave upstream);
  void leave(Peer& peer, Direction towards, Leave how);

  void on_timer(Time now);
  void act(Time now);
  Time wake() const;
  bool take(const faults::Plan& plan);
  void settle();

  Branch& branch_;
  faults::LinkFacts facts_;
  Peer client_, upstream_;
  Way up_, down_;
  State state_ = State::waiting;
  bool answered_ = false, is_to_go_on_ = false;
  std::optional<Direction> first_finished_;
  bool made_finish_ = false;  // a fault sent a FIN that no peer had sent
  std::unique_ptr<Faulted> faulted_;
  std::unique_ptr<Dialler> dialler_;
  Timer timer_;
  Time deadline_ = faults::never, dial_at_ = faults::never, dialled_at_{};
};

}  // namespace firedrill::proxy
