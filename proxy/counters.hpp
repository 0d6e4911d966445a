// What a proxy counts.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faults/gate_fault.hpp"
#include "faults/histogram.hpp"

namespace firedrill::proxy {

/// Why a link ended. Every accepted link ends once, for one of these.
enum class End : std::uint8_t {
  client_finished,    // both sides done; the client's FIN came first
  upstream_finished,  // both sides done; the upstream's FIN came first
  client_reset,       // RST or a broken socket towards the client
  upstream_reset,
  connect_refused,  // the dial failed at once: refused, unreachable, no such socket
  connect_timeout,
  unresolved,      // the upstream's name has no address
  no_descriptors,  // nothing was dialled: this process, or its machine, had no descriptor left
  fault_reset,     // a fault ended it
  fault_close,
  refused,  // a gate turned it away
  queue_full,
  queue_timeout,
  evicted,
  client_gone,  // left while it waited at a gate or for the dial
  spoiled,      // healed after a fault had thrown bytes away
  half_open,    // one side done, the other silent for too long
  drained,      // the proxy was closed
  by_hand,      // somebody at the control port ended it
};
inline constexpr std::size_t end_count = static_cast<std::size_t>(End::by_hand) + 1;
std::string_view name(End end);  // "client_finished", …
/// Which end a gate's refusal counts as.
End end_of(faults::Cause why);

/// One moment's figures of one proxy. Sums since the proxy opened, except `open`.
struct Counters {
  std::uint64_t accepted = 0, open = 0;
  std::array<std::uint64_t, end_count> ended{};
  std::array<std::uint64_t, 2> bytes_in{}, bytes_out{};  // by faults::Direction
  std::uint64_t undelivered =
      0;  // bytes taken in that a reset or dead peer kept from leaving; apart from those that faults discarded
  std::uint64_t accept_pauses = 0;  // times accepting stopped for want of descriptors
  bool deaf = false;                // the listener was closed by a fault and cannot listen again
  faults::Histogram connect_time;   // dials that succeeded
  faults::Histogram first_byte;     // accept to the first byte towards the client
  std::vector<std::pair<std::string, faults::Occupancy>> pools;  // by fault name
  std::uint64_t faults_in_force = 0;                             // in the gates, or on the worker that has the most

  std::uint64_t of(End end) const { return ended[static_cast<std::size_t>(end)]; }
  /// Dials that failed: refused, timed out, unresolved. Never queue outcomes, nor want of descriptors here: mixing them
  /// misled the incident's responders.
  std::uint64_t connect_errors() const {
    return of(End::connect_refused) + of(End::connect_timeout) + of(End::unresolved);
  }
  /// RSTs that came from either peer or were sent by a fault.
  std::uint64_t resets() const { return of(End::client_reset) + of(End::upstream_reset) + of(End::fault_reset); }
};

/// The live cells of one proxy on one worker: written by that worker alone, read by anyone.
struct Cells {
  using Cell = std::atomic<std::uint64_t>;
  Cell opened{0};
  std::array<Cell, end_count> ended{};
  std::array<Cell, 2> bytes_in{}, bytes_out{};
  Cell undelivered{0};
  Cell faults_in_force{0};
  faults::SharedHistogram connect_time, first_byte;

  /// Cheaper than fetch_add: there is one writer.
  static void add(Cell& cell, std::uint64_t n) {
    cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void add_to(Counters& sum) const;
};

}  // namespace firedrill::proxy
