// Accepts a proxy's connections, in batches, as far as the door and the descriptor limit allow.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "faults/gate_fault.hpp"
#include "proxy/endpoint.hpp"
#include "proxy/socket.hpp"
#include "proxy/timer.hpp"

namespace firedrill::proxy {

class Proxy;

/// Throws std::system_error that names the address when a listener cannot have it.
void judge_listen(const Endpoint& endpoint);

/// On the first worker's thread, but for open() and the readers.
class Listener final : private Watched {
 public:
  Listener(Proxy& proxy, Worker& worker);
  /// Binds, listens and starts accepting. Any thread, once. Throws std::system_error with nothing left behind.
  void open(const Endpoint& endpoint);
  /// Looks at the proxy's door: open accepts, paused leaves connections in the backlog, closed has the kernel refuse
  /// them.
  void door_changed();
  void close();

  std::uint16_t port() const { return port_; }
  int family() const { return family_; }
  /// Closed by a fault, and then could not listen again: it keeps trying.
  bool is_deaf() const { return deaf_.load(std::memory_order_relaxed); }
  std::uint64_t pauses() const { return pauses_.load(std::memory_order_relaxed); }

 private:
  void ready(std::uint32_t events) override;
  void accept();
  void pause(int error);
  void share_port(int share);
  void listen_again();
  void try_again();
  int listen_on(Descriptor fd);
  int listen_anew();

  Proxy& proxy_;
  Socket socket_;
  Timer retry_;
  std::string unix_path_;
  std::uint16_t port_ = 0;
  int family_ = 0;
  bool refusing_ = false;
  std::atomic<bool> deaf_{false};
  std::atomic<std::uint64_t> pauses_{0};
};

}  // namespace firedrill::proxy
