// What a kernel does for two sockets.
#include "simulate/wire.hpp"

#include <algorithm>

namespace firedrill::simulate {

Plug& Plug::operator=(Plug&& other) noexcept {
  if (this == &other) return *this;
  close();
  wire_ = std::move(other.wire_);
  side_ = other.side_;
  return *this;
}

std::pair<Plug, Plug> Plug::pair() {
  std::pair<Plug, Plug> both;
  both.first.wire_ = both.second.wire_ = std::make_shared<Wire>();
  both.second.side_ = 1;
  return both;
}

void Plug::watch(Alarm& bell) {
  mine().bell = &bell;
  if (!mine().came.empty() || mine().finished || mine().broken) mine().ring();
}

Plug::Came Plug::receive(Bytes& bytes) {
  Side& here = mine();
  if (here.came.empty()) return here.broken ? Came::broken : here.finished ? Came::finish : Came::nothing;
  if (here.bytes >= window) other().ring();  // there is room again
  bytes = std::move(here.came.front());
  here.came.pop_front();
  here.bytes -= bytes.size();
  return Came::bytes;
}

bool Plug::is_broken() const { return mine().broken; }

std::size_t Plug::room() const {
  const Side& there = other();
  return there.closed ? window : window - std::min(window, there.bytes);
}

bool Plug::send(Bytes bytes) {
  if (mine().broken) return false;
  Side& there = other();
  if (there.closed) {
    mine().broken = true;
    mine().ring();
    return true;
  }
  there.bytes += bytes.size();
  there.came.push_back(std::move(bytes));
  there.ring();
  return true;
}

void Plug::finish() {
  Side& there = other();
  if (std::exchange(there.finished, true)) return;
  there.ring();
}

void Plug::reset() {
  if (!wire_) return;
  other().broken = true;
  other().ring();
  leave();
}

void Plug::close() {
  if (!wire_) return;
  if (!mine().came.empty()) return reset();
  finish();
  leave();
}

void Plug::leave() {
  mine().closed = true;
  mine().bell = nullptr;
  mine().came.clear();
  wire_.reset();
}

}  // namespace firedrill::simulate
