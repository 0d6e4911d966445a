// socket, bind, listen, accept.
#include "proxy/listener.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <asio/ip/address.hpp>
#include <asio/local/stream_protocol.hpp>

#include "proxy/proxy.hpp"

namespace firedrill::proxy {
namespace {

constexpr int backlog = 4096;
constexpr int batch = 64;
constexpr auto retry_after = std::chrono::milliseconds{100};

using Address = asio::generic::stream_protocol::endpoint;

// Zero or errno. On success `fd` is a bound, listening socket.
int bind_and_listen(const Address& address, int& fd) {
  Descriptor socket{::socket(address.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (socket.get() < 0) return errno;
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.get(), address.data(), static_cast<socklen_t>(address.size())) != 0) return errno;
  if (address.protocol().family() != AF_UNIX) set_no_delay(socket.get());
  if (::listen(socket.get(), backlog) != 0) return errno;
  fd = socket.release();
  return 0;
}

Address local_address(int fd) {
  Address address;
  socklen_t size = static_cast<socklen_t>(address.capacity());
  if (::getsockname(fd, address.data(), &size) == 0) address.resize(size);
  return address;
}

std::uint16_t port_of(const Address& address) { return address_of(address).port; }

}  // namespace

void judge_listen(const Endpoint& endpoint) {
  const std::string what = "listen " + endpoint.text();
  const auto address = endpoint.numeric();
  if (!address) throw std::system_error{EINVAL, std::system_category(), what + ": give an address, not a name"};
  int fd = -1;
  if (const int error = bind_and_listen(*address, fd); error != 0)
    throw std::system_error{error, std::system_category(), what};
  ::close(fd);
}

Listener::Listener(Proxy& proxy, Worker& worker)
    : proxy_{proxy}, socket_{worker}, retry_{worker.timers(), [this](Time) { is_deaf() ? try_again() : accept(); }} {}

void Listener::open(const Endpoint& endpoint) {
  const std::string what = fmt::format("proxy \"{}\": listen {}", proxy_.spec().name, endpoint.text());
  auto address = endpoint.numeric();
  if (!address) throw std::system_error{EINVAL, std::system_category(), what + ": give an address, not a name"};
  if (endpoint.is_unix()) remove_stale_socket(endpoint.path);
  int fd = -1;
  int error = bind_and_listen(*address, fd);
  if (error == 0 && !endpoint.is_unix() && endpoint.port == 0) {
    // A port the kernel chose is lost when the socket refuses for a while; one that was asked for is kept. So ask for
    // it.
    for (int tries = 0; tries < 16; ++tries) {
      address = local_address(fd);
      ::close(fd);
      error = bind_and_listen(*address, fd);
      if (error != EADDRINUSE) break;
      error = bind_and_listen(*endpoint.numeric(), fd);
      if (error != 0) break;
    }
  }
  if (error != 0) throw std::system_error{error, std::system_category(), what};
  family_ = address->protocol().family();
  port_ = endpoint.is_unix() ? std::uint16_t{0} : port_of(*address);
  unix_path_ = endpoint.path;
  socket_.worker().post([this, held = Descriptor{fd}]() mutable {
    if (listen_on(std::move(held)) != 0) return listen_again();
    door_changed();
  });
}

// Zero or errno.
int Listener::listen_on(Descriptor fd) {
  socket_ = Socket{socket_.worker(), std::move(fd)};
  return socket_.watch(*this) ? 0 : ENOMEM;
}

void Listener::ready(std::uint32_t) { accept(); }

// Until there is nobody left, for the worker tells only of those that come.
void Listener::accept() {
  for (int i = 0; i < batch; ++i) {
    if (!socket_.is_open() || refusing_ || proxy_.door() != faults::Door::open) return;
    Address peer;
    socklen_t size = static_cast<socklen_t>(peer.capacity());
    Descriptor client{::accept4(socket_.fd(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (client.get() < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (is_want_of_descriptors(errno)) return pause(errno);
      if (errno != EAGAIN)
        spdlog::warn("proxy \"{}\": accept: {}", proxy_.spec().name, std::system_category().message(errno));
      return;
    }
    faults::Address address;
    if (family_ != AF_UNIX) {
      peer.resize(size);
      address = address_of(peer);
    }
    proxy_.accepted(std::move(client), address);
  }
  socket_.worker().post([this] { accept(); });
}

void Listener::pause(int error) {
  if (pauses_.fetch_add(1, std::memory_order_relaxed) % 100 == 0)
    spdlog::warn("proxy \"{}\": accepting pauses: {}; connections wait in the kernel's backlog", proxy_.spec().name,
                 std::system_category().message(error));
  retry_.set(std::chrono::steady_clock::now() + retry_after);
}

void Listener::door_changed() {
  if (!socket_.is_open()) return;
  const faults::Door door = proxy_.door();
  if (door == faults::Door::closed && !refusing_) {
    refusing_ = true;
    share_port(0);
    ::shutdown(socket_.fd(), SHUT_RD);  // the kernel refuses; the port stays ours
  } else if (door != faults::Door::closed && refusing_) {
    refusing_ = false;
    listen_again();
  }
  if (!is_deaf()) accept();
}

// Between two times of listening nobody else may have the port, which SO_REUSEADDR would allow.
void Listener::share_port(int share) {
  if (unix_path_.empty()) ::setsockopt(socket_.fd(), SOL_SOCKET, SO_REUSEADDR, &share, sizeof share);
}

// As often as it takes: a proxy that stays deaf when its fault is over is not healed.
void Listener::listen_again() {
  share_port(1);
  int error = unix_path_.empty() ? (::listen(socket_.fd(), backlog) == 0 ? 0 : errno) : listen_anew();
  if (error == 0 && !socket_.watch(*this)) error = ENOMEM;
  const bool was_deaf = deaf_.exchange(error != 0, std::memory_order_relaxed);
  if (error == 0) return;
  if (!was_deaf)
    spdlog::error("proxy \"{}\": cannot listen again on {}: {}; trying on", proxy_.spec().name,
                  proxy_.spec().listen.text(), std::system_category().message(error));
  retry_.set(std::chrono::steady_clock::now() + retry_after);
}

void Listener::try_again() {
  if (!socket_.is_open() || refusing_) return;
  listen_again();
  if (!is_deaf()) accept();
}

// A Unix socket that was shut stays shut; another one takes its path. Zero or errno.
int Listener::listen_anew() {
  ::unlink(unix_path_.c_str());
  int fd = -1;
  const int error = bind_and_listen(asio::local::stream_protocol::endpoint{unix_path_}, fd);
  if (error != 0) return error;
  return listen_on(Descriptor{fd});
}

void Listener::close() {
  if (!socket_.is_open()) return;
  socket_.close();
  retry_.cancel();
  if (!unix_path_.empty()) ::unlink(unix_path_.c_str());
}

}  // namespace firedrill::proxy
