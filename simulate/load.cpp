// What all loads have in common.
#include "simulate/load.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "simulate/curl_load.hpp"
#include "simulate/pool_load.hpp"

namespace firedrill::simulate {

Load::Load(LoadParts parts)
    : agenda_{parts.agenda},
      spec_{parts.spec},
      place_{parts.place},
      requests_{std::move(parts.requests)},
      meter_{parts.meter},
      arrivals_{parts.spec, parts.seed},
      turn_{parts.agenda, [this] {
              turn();
              arm();
            }} {}

void Load::start(Time at, Duration length) {
  start_ = at;
  end_ = at + length;
  arm();
}

void Load::stop() {
  end_ = std::min(end_, agenda_.now());
  arm();
}

void Load::hang_up() {
  close_all();
  turn_.cancel();
}

void Load::arm() {
  Time next = wake();
  if (start_ != faults::never && next_due() < end_) next = std::min(next, next_due());
  next <= agenda_.now() ? turn_.soon() : turn_.set(next);
}

void Load::count_opened(std::size_t open_now) {
  ++connections_.opened;
  connections_.most_open = std::max<std::uint64_t>(connections_.most_open, open_now);
}

std::unique_ptr<Load> make_load(LoadParts parts) {
  if (parts.spec.keep) return std::make_unique<PoolLoad>(std::move(parts));
  return std::make_unique<CurlLoad>(std::move(parts));
}

std::string error_of(const Caller& caller) {
  using How = Caller::How;
  switch (caller.how()) {
    case How::answered:
      return caller.status() < 400 ? "" : fmt::format("http_{}", caller.status());
    case How::refused:
      return "refused";
    case How::reset:
      return "reset";
    case How::closed:
      return "closed";
    case How::garbled:
      break;
  }
  return "other";
}

}  // namespace firedrill::simulate
