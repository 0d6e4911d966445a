// System calls on sockets: each retries EINTR and never raises SIGPIPE.
#include "proxy/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include <asio/local/stream_protocol.hpp>

namespace firedrill::proxy {
namespace {

void linger_zero(int fd) {
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

Moved outcome(ssize_t n) {
  if (n >= 0) return {Moved::What::bytes, static_cast<std::size_t>(n)};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {Moved::What::later};
  return {Moved::What::broken};
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Moved receive(Socket& socket, char* into, std::size_t most) {
  ssize_t n = 0;
  do {
    n = ::recv(socket.native_handle(), into, most, MSG_DONTWAIT);
  } while (n < 0 && errno == EINTR);
  return n == 0 ? Moved{Moved::What::end} : outcome(n);
}

Moved send(Socket& socket, std::string_view bytes) {
  ssize_t n = 0;
  do {
    n = ::send(socket.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (n < 0 && errno == EINTR);
  return outcome(n);
}

void set_no_delay(Socket& socket) {
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void finish_sending(Socket& socket) { ::shutdown(socket.native_handle(), SHUT_WR); }

void reset(Socket& socket) {
  if (!socket.is_open()) return;
  linger_zero(socket.native_handle());
  asio::error_code ignored;
  socket.close(ignored);
}

void reset(Descriptor socket) { linger_zero(socket.get()); }

int pending_error(Socket& socket) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

bool remove_stale_socket(const std::string& path) {
  struct stat file {};
  if (::lstat(path.c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) return false;
  const asio::local::stream_protocol::endpoint address{path};
  const Descriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const bool refused =
      ::connect(probe.get(), address.data(), static_cast<socklen_t>(address.size())) != 0 && errno == ECONNREFUSED;
  return refused && ::unlink(path.c_str()) == 0;
}

bool is_want_of_descriptors(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace firedrill::proxy
