// Resolve, connect, next address.
#include "proxy/dialler.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include <asio/ip/basic_resolver.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>

namespace firedrill::proxy {

Dialler::Dialler(Worker& worker, Watched& owner, std::function<void(Outcome, Socket)> done)
    : worker_{worker}, owner_{owner}, done_{std::move(done)}, socket_{worker} {}

Dialler::~Dialler() {
  if (lookup_) lookup_->dialler = nullptr;
  socket_.reset();  // an upstream that has accepted meanwhile learns that nobody wants it any more
}

void Dialler::start(const Endpoint& upstream) {
  const auto address = upstream.numeric();
  if (!address) return look_up(upstream);
  addresses_.push_back(*address);
  try_next();
}

void Dialler::look_up(const Endpoint& upstream) {
  lookup_ = std::make_shared<Lookup>(Lookup{this});
  const auto where = worker_.lookups().get_executor();
  asio::post(where, [where, lookup = lookup_, &worker = worker_, host = upstream.host, port = upstream.port] {
    asio::ip::basic_resolver<asio::ip::tcp, asio::thread_pool::executor_type> resolver{where};
    asio::error_code error;
    std::vector<Address> found;
    for (const auto& result : resolver.resolve(host, std::to_string(port), error))
      found.emplace_back(result.endpoint());
    std::reverse(found.begin(), found.end());
    worker.post([lookup, found = std::move(found)]() mutable {
      Dialler* const dialler = lookup->dialler;
      if (dialler == nullptr) return;
      dialler->lookup_.reset();
      if (found.empty()) return dialler->over(Outcome::unresolved);
      dialler->addresses_ = std::move(found);
      dialler->try_next();
    });
  });
}

// Whatever calls over() touches nothing afterwards.
void Dialler::try_next() {
  while (!addresses_.empty()) {
    address_ = addresses_.back();
    addresses_.pop_back();
    socket_ = Socket{worker_,
                     Descriptor{::socket(address_.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)}};
    if (!socket_.is_open()) {
      starved_ = starved_ || is_want_of_descriptors(errno);
      continue;  // or no such address family here
    }
    const bool connected = ::connect(socket_.fd(), address_.data(), static_cast<socklen_t>(address_.size())) == 0;
    // A Unix socket is connected at once or not at all: a full backlog answers EAGAIN.
    if (!connected && errno != EINPROGRESS && errno != EINTR) continue;
    if (!socket_.watch(owner_)) {
      starved_ = true;
      continue;
    }
    if (connected && !has_met_itself()) return over(Outcome::connected);
    if (!connected) return;
  }
  over(starved_ ? Outcome::no_descriptors : Outcome::refused);
}

void Dialler::ready(std::uint32_t events) {
  if (!socket_.is_open() || (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) return;
  const bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (failed && pending_error(socket_.fd()) == ECONNRESET) return over(Outcome::reset);
  if (failed || has_met_itself()) return try_next();
  over(Outcome::connected);
}

// A connect to a free ephemeral port of this host can meet itself (simultaneous open), and nobody listens there.
bool Dialler::has_met_itself() const {
  if (address_.protocol().family() == AF_UNIX) return false;
  Address local;
  auto size = static_cast<socklen_t>(local.capacity());
  if (::getsockname(socket_.fd(), local.data(), &size) != 0) return false;
  local.resize(size);
  return local == address_;
}

void Dialler::over(Outcome outcome) {
  const auto done = std::move(done_);
  done(outcome, std::move(socket_));
}

}  // namespace firedrill::proxy
