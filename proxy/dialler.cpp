// Resolve, connect, next address.
#include "proxy/dialler.hpp"

#include <algorithm>
#include <utility>

#include <asio/post.hpp>

namespace firedrill::proxy {

Dialler::Dialler(asio::io_context& context, std::function<void(Outcome, Socket)> done)
    : context_{context}, done_{std::move(done)}, socket_{context} {}

void Dialler::start(const Endpoint& upstream) {
  if (const auto address = upstream.numeric()) {
    addresses_.push_back(*address);
    return try_next();
  }
  lookup_ = std::make_shared<Lookup>(Lookup{asio::ip::tcp::resolver{context_}, this});
  lookup_->resolver.async_resolve(
      upstream.host, std::to_string(upstream.port),
      [lookup = lookup_](asio::error_code error, const asio::ip::tcp::resolver::results_type& results) {
        Dialler* const dialler = lookup->dialler;
        if (dialler == nullptr) return;
        dialler->lookup_.reset();
        if (error || results.empty()) return dialler->over(Outcome::unresolved);
        dialler->resolved(results);
      });
}

void Dialler::resolved(const asio::ip::tcp::resolver::results_type& results) {
  for (const auto& result : results) addresses_.emplace_back(result.endpoint());
  std::reverse(addresses_.begin(), addresses_.end());
  try_next();
}

void Dialler::try_next() {
  if (addresses_.empty()) {
    const Outcome failed = starved_ ? Outcome::no_descriptors : Outcome::refused;
    asio::post(context_, [this, failed] { over(cancelled_ ? Outcome::cancelled : failed); });
    return;
  }
  const auto address = addresses_.back();
  addresses_.pop_back();
  asio::error_code error;
  socket_.close(error);
  socket_.open(address.protocol(), error);
  starved_ = starved_ || is_want_of_descriptors(error.value());
  if (error) return try_next();  // or no such address family here
  socket_.async_connect(address, [this](asio::error_code failed) {
    if (cancelled_) return over(Outcome::cancelled);
    if (failed == asio::error::connection_reset) return over(Outcome::reset);
    asio::error_code unconnected, ignored;
    const auto remote = socket_.remote_endpoint(unconnected);
    const bool is_unix = socket_.local_endpoint(ignored).protocol().family() == AF_UNIX;
    // Unix: a full backlog answers EAGAIN, which looks like a connect under way and then like one done. TCP: a connect
    // to a free ephemeral port of this host can meet itself (simultaneous open), and nobody listens there.
    const bool nobody = is_unix ? static_cast<bool>(unconnected) : socket_.local_endpoint(ignored) == remote;
    if (failed || nobody) return try_next();
    over(Outcome::connected);
  });
}

void Dialler::cancel() {
  cancelled_ = true;
  if (lookup_) {
    lookup_->dialler = nullptr;
    lookup_->resolver.cancel();
    lookup_.reset();
    asio::post(context_, [this] { over(Outcome::cancelled); });
    return;
  }
  // An upstream that has accepted meanwhile learns that nobody wants it any more.
  reset(socket_);
}

void Dialler::over(Outcome outcome) {
  // The callee may destroy this object: nothing of it is touched afterwards.
  const auto done = std::move(done_);
  done(outcome, std::move(socket_));
}

}  // namespace firedrill::proxy
