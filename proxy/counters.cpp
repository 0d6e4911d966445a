// Names of ends; merging of cells.
#include "proxy/counters.hpp"

#include <algorithm>

namespace firedrill::proxy {

std::string_view name(End end) {
  constexpr std::array<std::string_view, end_count> names{
      "client_finished", "upstream_finished", "client_reset",   "upstream_reset", "connect_refused",
      "connect_timeout", "unresolved",        "no_descriptors", "fault_reset",    "fault_close",
      "refused",         "queue_full",        "queue_timeout",  "evicted",        "client_gone",
      "spoiled",         "half_open",         "drained",        "by_hand"};
  return names[static_cast<std::size_t>(end)];
}

End end_of(faults::Cause why) {
  switch (why) {
    case faults::Cause::refused:
      return End::refused;
    case faults::Cause::queue_full:
      return End::queue_full;
    case faults::Cause::queue_timeout:
      return End::queue_timeout;
    case faults::Cause::evicted:
      return End::evicted;
    case faults::Cause::client_gone:
      return End::client_gone;
  }
  return End::refused;
}

void Cells::add_to(Counters& sum) const {
  const auto value = [](const Cell& cell) { return cell.load(std::memory_order_relaxed); };
  // Ends before openings, so that a link that ends meanwhile does not count as ended but never opened.
  std::uint64_t over = 0;
  for (std::size_t i = 0; i < end_count; ++i) {
    const std::uint64_t n = value(ended[i]);
    sum.ended[i] += n;
    over += n;
  }
  sum.faults_in_force = std::max(sum.faults_in_force, value(faults_in_force));
  std::atomic_thread_fence(std::memory_order_acquire);
  const std::uint64_t began = value(opened);
  sum.accepted += began;
  sum.open += began - over;
  for (std::size_t i = 0; i < 2; ++i) {
    sum.bytes_in[i] += value(bytes_in[i]);
    sum.bytes_out[i] += value(bytes_out[i]);
  }
  sum.undelivered += value(undelivered);
  sum.connect_time.add(connect_time.snapshot());
  sum.first_byte.add(first_byte.snapshot());
}

}  // namespace firedrill::proxy
