// Sockets and what is done to them: system calls that retry EINTR and never raise SIGPIPE.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/descriptor.hpp"
#include "proxy/moved.hpp"
#include "proxy/worker.hpp"

namespace firedrill::proxy {

/// A descriptor that lives on a worker. Its thread only.
class Socket {
 public:
  explicit Socket(Worker& worker) : worker_{&worker} {}
  Socket(Worker& worker, Descriptor fd) : worker_{&worker}, fd_{std::move(fd)} {}
  Socket(Socket&&) = default;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  /// `who` is told what happens to it from now on, instead of whoever was before. False for want of kernel memory.
  bool watch(Watched& who) { return worker_->watch(fd(), who); }
  /// With unread bytes in the receive buffer Linux makes this an RST.
  void close();
  /// RST: linger 0. On a Unix socket the peer sees a close.
  void reset();
  bool is_open() const { return fd() >= 0; }
  int fd() const { return fd_.get(); }
  Worker& worker() const { return *worker_; }

 private:
  Worker* worker_;
  Descriptor fd_;
};

// Without waiting, whatever the socket's mode.
Moved receive(int socket, char* into, std::size_t most);
/// `is_before_end`: what does not fill a segment waits for finish_sending() or a close, which follows at once.
Moved send(int socket, std::string_view bytes, bool is_before_end = false);

/// Nagle and delayed acknowledgements would blur latency and slicing. Does nothing for Unix sockets. What a listening
/// socket has been told, holds for those that it accepts.
void set_no_delay(int socket);
/// FIN.
void finish_sending(int socket);
void reset(Descriptor socket);
/// True when an errno says that a socket could not be made for want of descriptors or memory.
bool is_want_of_descriptors(int error);
/// Takes a Unix socket's file away that nobody listens on: left over from a process that died. False when there is
/// none, somebody listens, or the file is no socket: that is somebody's, and stays.
bool remove_stale_socket(const std::string& path);
/// Reads and clears the socket's pending error.
int pending_error(int socket);

}  // namespace firedrill::proxy
