// Write, FIN, drain, close.
#include "simulate/farewell.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace firedrill::simulate {
namespace {

constexpr Duration farewell_patience = std::chrono::seconds{2};  // as proxy::Farewell has

}  // namespace

Farewell::Farewell(Agenda& agenda, Plug plug, std::deque<Bytes> rest, proxy::Counters& counted,
                   faults::Direction direction, std::function<void()> over)
    : plug_{std::move(plug)},
      rest_{std::move(rest)},
      counted_{counted},
      direction_{static_cast<std::size_t>(direction)},
      over_{std::move(over)},
      turn_{agenda, [this] { turn(); }},
      patience_{agenda, [this] { cut_short(); }} {
  plug_.watch(turn_);
  turn_.soon();
  patience_.set(agenda.now() + farewell_patience);
}

void Farewell::turn() {
  while (!rest_.empty()) {
    const std::size_t some = std::min(plug_.room(), rest_.front().size());
    if (some == 0) return;
    if (!plug_.send(rest_.front().take_front(some))) return cut_short();
    counted_.bytes_out[direction_] += some;
    if (rest_.front().empty()) rest_.pop_front();
  }
  if (!std::exchange(finished_, true)) plug_.finish();
  Bytes dropped;
  while (true) {
    const Plug::Came came = plug_.receive(dropped);
    if (came == Plug::Came::nothing) return;
    if (came != Plug::Came::bytes) return cut_short();
  }
}

void Farewell::cut_short() {
  if (is_over()) return;
  for (const Bytes& bytes : rest_) counted_.undelivered += bytes.size();
  rest_.clear();
  turn_.cancel();
  patience_.cancel();
  plug_.close();
  over_();
}

}  // namespace firedrill::simulate
