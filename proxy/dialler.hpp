// Connects to an upstream: resolves the name if there is one, tries its addresses in order.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "proxy/endpoint.hpp"
#include "proxy/socket.hpp"

namespace firedrill::proxy {

/// One dial, on the worker's thread; destroying it calls it off. Names are resolved anew each time.
class Dialler {
 public:
  /// reset: connected, and reset before anyone could look. no_descriptors: nothing could be tried for want of them.
  enum class Outcome : std::uint8_t { connected, reset, refused, unresolved, no_descriptors };
  /// `owner` will have the socket, watches it from the beginning, and passes on what it is told until `done` is called:
  /// once, perhaps from within start() or ready(). It may destroy the dialler.
  Dialler(Worker& worker, Watched& owner, std::function<void(Outcome, Socket)> done);
  ~Dialler();
  Dialler(const Dialler&) = delete;
  Dialler& operator=(const Dialler&) = delete;

  void start(const Endpoint& upstream);
  void ready(std::uint32_t events);

 private:
  using Address = asio::generic::stream_protocol::endpoint;
  /// A lookup cannot be stopped, and a name server may take half a minute: a dial that is called off leaves it behind.
  struct Lookup {
    Dialler* dialler;  // null: nobody waits for it any more
  };

  void look_up(const Endpoint& upstream);
  void try_next();
  bool has_met_itself() const;
  void over(Outcome outcome);

  Worker& worker_;
  Watched& owner_;
  std::function<void(Outcome, Socket)> done_;
  Socket socket_;
  std::shared_ptr<Lookup> lookup_;  // while one is under way
  std::vector<Address> addresses_;  // still to be tried, last one first
  Address address_;                 // being tried
  bool starved_ = false;            // an address could not be tried for want of descriptors
};

}  // namespace firedrill::proxy
