// Ends one socket in good order after its link is gone: sends what is left, then FIN, then reads until the peer is
// done.
#pragma once

#include <deque>
#include <functional>

#include <asio/steady_timer.hpp>

#include "faults/bytes.hpp"
#include "proxy/counters.hpp"
#include "proxy/socket.hpp"

namespace firedrill::proxy {

/// Closing with unread bytes in the receive buffer makes Linux send RST, and a peer that still sends would be answered
/// with one: hence the reading, for at most `patience`.
class Farewell {
 public:
  static constexpr auto patience = std::chrono::seconds{2};
  Farewell(Socket socket, std::deque<faults::Bytes> rest, Cells& cells, faults::Direction direction);
  /// `gone` is called once, on the worker's thread, never from within start() or cut_short(); it may destroy this
  /// object.
  void start(std::function<void()> gone);
  void cut_short();

 private:
  void write();
  void drain();
  void close();
  void done();

  Socket socket_;
  asio::steady_timer timer_;
  std::deque<faults::Bytes> rest_;
  Cells& cells_;
  std::size_t direction_;
  std::function<void()> gone_;
  int pending_ = 0;
  bool closed_ = false;
};

}  // namespace firedrill::proxy
