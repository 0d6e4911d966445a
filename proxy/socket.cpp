// setsockopt, recv, send, shutdown, close.
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

}  // namespace

Moved Moved::by(ssize_t n) {
  if (n >= 0) return {What::bytes, static_cast<std::size_t>(n)};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {What::later};
  return {What::broken, 0, errno};
}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    worker_ = other.worker_;
    fd_ = std::move(other.fd_);
  }
  return *this;
}

void Socket::close() {
  if (!is_open()) return;
  worker_->forget(fd());
  const Descriptor closed{std::move(fd_)};
}

void Socket::reset() {
  if (!is_open()) return;
  linger_zero(fd());
  close();
}

Moved receive(int socket, char* into, std::size_t most) {
  ssize_t n = 0;
  do {
    n = ::recv(socket, into, most, MSG_DONTWAIT);
  } while (n < 0 && errno == EINTR);
  return n == 0 ? Moved{Moved::What::end} : Moved::by(n);
}

Moved send(int socket, std::string_view bytes, bool is_before_end) {
  ssize_t n = 0;
  do {
    n = ::send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL | (is_before_end ? MSG_MORE : 0));
  } while (n < 0 && errno == EINTR);
  return Moved::by(n);
}

void set_no_delay(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void finish_sending(int socket) { ::shutdown(socket, SHUT_WR); }

void reset(Descriptor socket) { linger_zero(socket.get()); }

int pending_error(int socket) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
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
