// Plain sockets, poll, deadlines.
#include "tests/support/peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.hpp"
#include "tests/support/pattern.hpp"

namespace firedrill::tests {
namespace {

bool wait_for(int fd, short what, std::chrono::milliseconds within = deadline) {
  pollfd one{fd, what, 0};
  const int milliseconds = static_cast<int>(within.count());
  int n = 0;
  do {
    n = ::poll(&one, 1, milliseconds);
  } while (n < 0 && errno == EINTR);
  return n == 1;
}

std::string shortened(std::string_view bytes) {
  return bytes.size() <= 80 ? std::string{bytes} : fmt::format("{}… ({} bytes)", bytes.substr(0, 80), bytes.size());
}

int open_socket(const asio::generic::stream_protocol::endpoint& address) {
  return ::socket(address.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
}

}  // namespace

proxy::Endpoint local(std::uint16_t port) { return {"127.0.0.1", port, {}}; }

Peer::Peer(Peer&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

Peer& Peer::operator=(Peer&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Peer Peer::connect(const proxy::Endpoint& to) {
  Peer peer;
  const int error = try_connect(to, peer);
  if (error != 0) ADD_FAILURE() << "connect " << to.text() << ": " << std::strerror(error);
  return peer;
}

int Peer::try_connect(const proxy::Endpoint& to, Peer& peer, const std::string& from) {
  const auto address = to.numeric().value();
  Peer made{open_socket(address)};
  if (made.fd_ < 0) return errno;
  if (!from.empty()) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    ::inet_pton(AF_INET, from.c_str(), &own.sin_addr);
    if (::bind(made.fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) return errno;
  }
  int done = 0;
  do {
    done = ::connect(made.fd_, address.data(), static_cast<socklen_t>(address.size()));
  } while (done != 0 && errno == EINTR);
  // An RST right behind the handshake may be there before this thread is: the connection was made all the same, and
  // whoever reads from it finds it reset.
  if (done != 0 && errno != ECONNRESET) return errno;
  const int on = 1;
  if (!to.is_unix()) ::setsockopt(made.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  peer = std::move(made);
  return 0;
}

Peer& Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t n = send_some(bytes);
    bytes.remove_prefix(n);
    if (n > 0) continue;
    if (!wait_writable() || (errno != EAGAIN && errno != EWOULDBLOCK)) {
      ADD_FAILURE() << "sending: " << std::strerror(errno) << ", " << bytes.size() << " bytes left";
      break;
    }
  }
  return *this;
}

Peer& Peer::finish_sending() {
  ::shutdown(fd_, SHUT_WR);
  return *this;
}

void Peer::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void Peer::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Peer& Peer::expect(std::string_view bytes) {
  const std::string got = read(bytes.size());
  EXPECT_TRUE(got == bytes) << "expected: " << shortened(bytes) << "\n     got: " << shortened(got);
  return *this;
}

Peer& Peer::expect_end() {
  char byte = 0;
  if (!wait_readable()) {
    ADD_FAILURE() << "no FIN came";
    return *this;
  }
  const ssize_t n = ::recv(fd_, &byte, 1, MSG_DONTWAIT);
  EXPECT_EQ(n, 0) << (n > 0 ? "bytes came instead of a FIN" : std::strerror(errno));
  return *this;
}

Peer& Peer::expect_reset() {
  const Left left = how_it_ends();
  EXPECT_EQ(left, Left::reset) << (left == Left::end ? "a FIN came instead of an RST" : "no RST came");
  return *this;
}

Peer& Peer::expect_reset_behind_end() {
  EXPECT_TRUE(wait_for(fd_, 0)) << "no RST came";  // poll reports errors unasked
  return *this;
}

Peer& Peer::expect_silence() {
  char byte = 0;
  const ssize_t n = ::recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
  EXPECT_TRUE(n < 0 && errno == EAGAIN) << (n > 0 ? "bytes came" : n == 0 ? "a FIN came" : std::strerror(errno));
  return *this;
}

std::string Peer::read(std::size_t n) {
  std::string bytes(n, '\0');
  std::size_t have = 0;
  while (have < n && wait_readable()) {
    const ssize_t got = ::recv(fd_, bytes.data() + have, n - have, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) break;
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

std::string Peer::read_to_end() {
  std::string bytes;
  while (true) {
    const std::string more = read(64 * 1024);
    bytes += more;
    if (more.size() < 64 * 1024) break;
  }
  expect_end();
  return bytes;
}

Peer::Left Peer::how_it_ends() {
  char dropped[4096];
  while (wait_readable()) {
    const ssize_t n = ::recv(fd_, dropped, sizeof dropped, MSG_DONTWAIT);
    if (n == 0) return Left::end;
    if (n < 0 && errno != EAGAIN && errno != EINTR) return Left::reset;
  }
  return Left::not_yet;
}

std::size_t Peer::send_some(std::string_view bytes) {
  const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

std::uint64_t Peer::send_until_stuck(std::uint64_t stream, std::uint64_t most) {
  constexpr std::chrono::milliseconds stuck{500};
  std::uint64_t sent = 0;
  while (sent < most && wait_for(fd_, POLLOUT, stuck))
    sent += send_some(pattern(stream, sent, std::min<std::uint64_t>(most - sent, 128 * 1024)));
  return sent;
}

std::size_t Peer::read_some(char* into, std::size_t most) {
  const ssize_t n = ::recv(fd_, into, most, MSG_DONTWAIT);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

bool Peer::is_readable() const {
  pollfd one{fd_, POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

bool Peer::wait_readable() { return wait_for(fd_, POLLIN); }
bool Peer::wait_writable() {
  const int sent = errno;
  const bool can = wait_for(fd_, POLLOUT);
  errno = sent;
  return can;
}

void Peer::shrink_buffers() {
  const int size = 16 * 1024;
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

Backend::Backend(int backlog) : Backend{local(0), backlog} {}

Backend::Backend(const proxy::Endpoint& at, int backlog) : at_{at} {
  auto address = at.numeric().value();
  fd_ = open_socket(address);
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd_, address.data(), static_cast<socklen_t>(address.size())) != 0 || ::listen(fd_, backlog) != 0)
    ADD_FAILURE() << "listen " << at.text() << ": " << std::strerror(errno);
  if (at.is_unix()) return;
  socklen_t size = static_cast<socklen_t>(address.capacity());
  ::getsockname(fd_, address.data(), &size);
  address.resize(size);
  at_.port = proxy::address_of(address).port;
}

Peer Backend::accept() {
  if (!wait_for(fd_, POLLIN)) {
    ADD_FAILURE() << "nobody connected to " << at_.text();
    return Peer{};
  }
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  const int on = 1;
  if (!at_.is_unix()) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return Peer{fd};
}

bool Backend::has_caller() const {
  pollfd one{fd_, POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

void Backend::stop() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  if (at_.is_unix()) ::unlink(at_.path.c_str());
}

proxy::Endpoint Backend::endpoint() const { return at_; }

std::uint16_t free_port() {
  // Below the usual range of ephemeral ports; programs that run at the same time begin at different places.
  static std::uint32_t next = static_cast<std::uint32_t>(::getpid()) * 37;
  for (int tries = 0; tries < 1000; ++tries) {
    const proxy::Endpoint at = local(static_cast<std::uint16_t>(15'000 + next++ % 15'000));
    const auto address = at.numeric().value();
    const Peer probe{open_socket(address)};
    if (::bind(probe.fd(), address.data(), static_cast<socklen_t>(address.size())) == 0) return at.port;
  }
  ADD_FAILURE() << "no free port";
  return 0;
}

}  // namespace firedrill::tests
