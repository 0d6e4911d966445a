// The sockets of a link and what Asio does not say about them.
#pragma once

#include <sys/types.h>

#include <string_view>
#include <utility>

#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>

namespace firedrill::proxy {

using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

/// A descriptor on its way from one thread to another.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  int release() { return std::exchange(fd_, -1); }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// The outcome of one non-blocking read or write.
struct Moved {
  enum class What : std::uint8_t { bytes, later, end, broken };
  What what;
  std::size_t bytes = 0;
};
Moved receive(Socket& socket, char* into, std::size_t most);
Moved send(Socket& socket, std::string_view bytes);

/// Nagle and delayed acknowledgements would blur latency and slicing. Does nothing for Unix sockets.
void set_no_delay(Socket& socket);
/// FIN.
void finish_sending(Socket& socket);
/// RST: linger 0 and an explicit close; Asio's destructor would switch the linger off again. On a Unix socket the peer
/// sees a close.
void reset(Socket& socket);
void reset(Descriptor socket);
/// True when an errno says that a socket could not be made for want of descriptors or memory.
bool is_want_of_descriptors(int error);
/// Takes a Unix socket's file away that nobody listens on: left over from a process that died. False when there is
/// none, somebody listens, or the file is no socket: that is somebody's, and stays.
bool remove_stale_socket(const std::string& path);
/// Reads and clears the socket's pending error.
int pending_error(Socket& socket);

}  // namespace firedrill::proxy
