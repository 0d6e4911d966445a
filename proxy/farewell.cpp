// Write, FIN, drain, close.
#include "proxy/farewell.hpp"

#include <utility>

namespace firedrill::proxy {

namespace {
constexpr int most_rounds =
    64;  // then others get their turn: a peer that sends without pause must not hold up the worker
}

Farewell::Farewell(Socket socket, std::deque<faults::Bytes> rest, Cells& cells, faults::Direction direction)
    : socket_{std::move(socket)},
      timer_{socket_.get_executor()},
      rest_{std::move(rest)},
      cells_{cells},
      direction_{static_cast<std::size_t>(direction)} {}

void Farewell::start(std::function<void()> gone) {
  gone_ = std::move(gone);
  timer_.expires_after(patience);
  ++pending_;
  timer_.async_wait([this](asio::error_code) {
    close();
    done();
  });
  write();
}

void Farewell::cut_short() { close(); }

void Farewell::write() {
  for (int round = 0; !rest_.empty(); ++round) {
    const Moved moved = round < most_rounds ? send(socket_, rest_.front().view()) : Moved{Moved::What::later};
    if (moved.what == Moved::What::broken) return close();
    if (moved.what == Moved::What::later) {
      ++pending_;
      socket_.async_wait(Socket::wait_write, [this](asio::error_code) {
        if (!closed_) write();
        done();
      });
      return;
    }
    Cells::add(cells_.bytes_out[direction_], moved.bytes);
    rest_.front().drop_front(moved.bytes);
    if (rest_.front().empty()) rest_.pop_front();
  }
  finish_sending(socket_);
  drain();
}

void Farewell::drain() {
  char dropped[16 * 1024];
  for (int round = 0;; ++round) {
    const Moved moved = round < most_rounds ? receive(socket_, dropped, sizeof dropped) : Moved{Moved::What::later};
    if (moved.what == Moved::What::end || moved.what == Moved::What::broken) return close();
    if (moved.what == Moved::What::bytes) continue;
    ++pending_;
    socket_.async_wait(Socket::wait_read, [this](asio::error_code) {
      if (!closed_) drain();
      done();
    });
    return;
  }
}

void Farewell::close() {
  if (std::exchange(closed_, true)) return;
  for (const faults::Bytes& bytes : rest_) Cells::add(cells_.undelivered, bytes.size());
  rest_.clear();
  asio::error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
}

void Farewell::done() {
  --pending_;
  if (!closed_ || pending_ > 0) return;
  const auto gone = std::move(gone_);
  gone();
}

}  // namespace firedrill::proxy
