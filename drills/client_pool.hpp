// The connections that one worker of a load balancer holds to its servers: which request goes by which, and when one is
// opened or closed. Pure: told what happens and when; a run and a simulation hold the same ones.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "drills/load_spec.hpp"
#include "faults/time.hpp"

namespace firedrill::drills {

using faults::Time;

class ClientPool {
 public:
  using Connection = std::uint32_t;  // small numbers, taken again once one is closed
  using Request = std::uint64_t;

  /// Carries out what the pool decides. Must not call the pool from within.
  class Hands {
   public:
    virtual ~Hands() = default;
    /// Dial, and send the request by it.
    virtual void open(Connection, Request) = 0;
    /// Send it by one that is open.
    virtual void reuse(Connection, Request) = 0;
    /// An idle one that is not wanted any more.
    virtual void close(Connection) = 0;
    /// "pool_full": no connection is free, and nobody more may wait. "pool_timeout": it waited for queue_timeout.
    virtual void refuse(Request, std::string_view why) = 0;
  };

  explicit ClientPool(const KeepSpec& spec) : spec_{spec} {}

  void arrive(Request request, Time now, Hands& hands);
  /// The request that went by it is over. `reusable`: the connection is open and in order; else it is gone by now.
  void over(Connection connection, bool reusable, Time now, Hands& hands);
  /// An idle one was closed by the other side.
  void lost(Connection connection);
  /// A request that waits waits no more, for a reason of its own. False when it does not wait here.
  bool withdraw(Request request);
  void tick(Time now, Hands& hands);
  /// When to tick next.
  Time wake() const;

  std::uint64_t open() const { return open_; }
  std::uint64_t idle() const { return idle_.size(); }
  std::uint64_t waiting() const { return waiting_.size(); }

 private:
  struct Idle {
    Connection connection;
    Time since;
  };
  struct Waiting {
    Request request;
    Time since;
  };
  void dial(Request request, Hands& hands);
  void lend(Connection connection, Request request, Hands& hands);
  void gone(Connection connection);

  KeepSpec spec_;
  std::vector<std::uint64_t> carried_;  // requests, by connection
  std::vector<Connection> free_;        // numbers that are not taken
  std::deque<Idle> idle_;               // the one that was used last at the end
  std::deque<Waiting> waiting_;
  std::uint64_t open_ = 0;
};

}  // namespace firedrill::drills
