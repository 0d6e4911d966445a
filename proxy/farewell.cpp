// Write, FIN, drain, close.
#include "proxy/farewell.hpp"

#include <chrono>
#include <utility>

namespace firedrill::proxy {

namespace {
constexpr int most_rounds =
    64;  // then others get their turn: a peer that sends without pause must not hold up the worker
}

Farewell::Farewell(Socket socket, std::deque<faults::Bytes> rest, Cells& cells, faults::Direction direction)
    : socket_{std::move(socket)},
      timer_{socket_.worker().timers(), [this](Time) { close(); }},
      rest_{std::move(rest)},
      cells_{cells},
      direction_{static_cast<std::size_t>(direction)} {}

void Farewell::start(std::function<void()> gone) {
  gone_ = std::move(gone);
  timer_.set(std::chrono::steady_clock::now() + patience);
  if (!socket_.watch(*this)) return close();
  go_on();
}

void Farewell::cut_short() { close(); }

void Farewell::ready(std::uint32_t) { go_on(); }

void Farewell::go_on() {
  if (!closed_ && write()) drain();
}

void Farewell::go_on_later() {
  socket_.worker().post([this] { go_on(); });
}

// True when everything is written, and the FIN sent.
bool Farewell::write() {
  if (finished_) return true;
  for (int round = 0; !rest_.empty(); ++round) {
    if (round == most_rounds) return go_on_later(), false;
    const Moved moved = send(socket_.fd(), rest_.front().view());
    if (moved.what == Moved::What::broken) close();
    if (moved.what != Moved::What::bytes) return false;
    Cells::add(cells_.bytes_out[direction_], moved.bytes);
    rest_.front().drop_front(moved.bytes);
    if (rest_.front().empty()) rest_.pop_front();
  }
  finish_sending(socket_.fd());
  return finished_ = true;
}

void Farewell::drain() {
  char dropped[16 * 1024];
  for (int round = 0; round < most_rounds; ++round) {
    const Moved moved = receive(socket_.fd(), dropped, sizeof dropped);
    if (moved.what == Moved::What::end || moved.what == Moved::What::broken) return close();
    if (moved.what == Moved::What::later) return;
  }
  go_on_later();
}

void Farewell::close() {
  if (std::exchange(closed_, true)) return;
  for (const faults::Bytes& bytes : rest_) Cells::add(cells_.undelivered, bytes.size());
  rest_.clear();
  timer_.cancel();
  Worker& worker = socket_.worker();
  socket_.close();
  worker.post(std::move(gone_));  // behind whatever was posted for this object
}

}  // namespace firedrill::proxy
