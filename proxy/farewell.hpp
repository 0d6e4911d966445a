// Ends one socket in good order after its link is gone: sends what is left, then FIN, then reads until the peer is
// done.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "faults/bytes.hpp"
#include "proxy/counters.hpp"
#include "proxy/socket.hpp"
#include "proxy/timer.hpp"

namespace firedrill::proxy {

/// Closing with unread bytes in the receive buffer makes Linux send RST, and a peer that still sends would be answered
/// with one: hence the reading, for at most `patience`.
class Farewell final : private Watched {
 public:
  static constexpr auto patience = std::chrono::seconds{2};
  Farewell(Socket socket, std::deque<faults::Bytes> rest, Cells& cells, faults::Direction direction);
  /// `gone` is called once, on the worker's thread, never from within start() or cut_short(); it may destroy this
  /// object.
  void start(std::function<void()> gone);
  void cut_short();

 private:
  void ready(std::uint32_t events) override;
  void go_on();
  void go_on_later();
  bool write();
  void drain();
  void close();

  Socket socket_;
  Timer timer_;
  std::deque<faults::Bytes> rest_;
  Cells& cells_;
  std::size_t direction_;
  std::function<void()> gone_;
  bool finished_ = false;  // our FIN is out
  bool closed_ = false;
};

}  // namespace firedrill::proxy
