// Connects to an upstream: resolves the name if there is one, tries its addresses in order.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <asio/ip/tcp.hpp>

#include "proxy/endpoint.hpp"
#include "proxy/socket.hpp"

namespace firedrill::proxy {

/// One dial, on the worker's thread. Names are resolved anew each time.
class Dialler {
 public:
  /// reset: connected, and reset before anyone could look. no_descriptors: nothing could be tried for want of them.
  enum class Outcome : std::uint8_t { connected, reset, refused, unresolved, no_descriptors, cancelled };
  /// `done` is called once, never from within start() or cancel(); it may destroy the dialler.
  Dialler(asio::io_context& context, std::function<void(Outcome, Socket)> done);
  void start(const Endpoint& upstream);
  void cancel();

 private:
  /// A lookup cannot be stopped, and a name server may take half a minute: a dial that is cancelled leaves it behind.
  struct Lookup {
    asio::ip::tcp::resolver resolver;
    Dialler* dialler;  // null: nobody waits for it any more
  };

  void resolved(const asio::ip::tcp::resolver::results_type& results);
  void try_next();
  void over(Outcome outcome);

  asio::io_context& context_;
  std::function<void(Outcome, Socket)> done_;
  Socket socket_;
  std::shared_ptr<Lookup> lookup_;                                   // while one is under way
  std::vector<asio::generic::stream_protocol::endpoint> addresses_;  // still to be tried, last one first
  bool cancelled_ = false;
  bool starved_ = false;  // an address could not be tried for want of descriptors
};

}  // namespace firedrill::proxy
