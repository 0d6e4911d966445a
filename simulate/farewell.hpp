// Ends one plug in good order after its link is gone: sends what is left, then FIN, then reads until the peer is done.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>

#include "faults/draws.hpp"
#include "proxy/counters.hpp"
#include "simulate/wire.hpp"

namespace firedrill::simulate {

class Farewell {
 public:
  /// `over` is called once, never from within the constructor.
  Farewell(Agenda& agenda, Plug plug, std::deque<Bytes> rest, proxy::Counters& counted, faults::Direction direction,
           std::function<void()> over);

  bool is_over() const { return !plug_.is_open(); }
  void cut_short();

 private:
  void turn();

  Plug plug_;
  std::deque<Bytes> rest_;
  proxy::Counters& counted_;
  std::size_t direction_;
  std::function<void()> over_;
  bool finished_ = false;
  Alarm turn_, patience_;
};

}  // namespace firedrill::simulate
