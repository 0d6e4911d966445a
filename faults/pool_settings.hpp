// The settings of the pool fault.
#pragma once

#include <optional>

#include "faults/kind.hpp"

namespace firedrill::faults {

struct PoolSettings final : Settings {
  enum class Order : std::uint8_t { fifo, lifo };
  enum class Wait : std::uint8_t { accepted, backlog };
  using Sendoff = std::optional<Ending>;  // none: kept hanging

  std::uint64_t max_connections = 0;
  std::optional<std::uint64_t> queue;     // none: unbounded
  std::optional<Duration> queue_timeout;  // none: for ever
  Order order = Order::fifo;
  Wait wait = Wait::accepted;
  Sendoff on_full = Ending::reset, on_timeout = Ending::reset;
  double leak = 0;
  std::uint64_t preoccupy = 0;
  bool evict = false;
  bool drop_on_client_close = false;
  // HAProxy's minconn and fullconn: below `full_at` connections offered, the limit is their share of max_connections.
  std::optional<std::uint64_t> min_connections;
  std::uint64_t full_at = 0;
  // PgBouncer's reserve pool: slots for those who have waited for so long.
  std::uint64_t reserve = 0;
  Duration reserve_after{};
  // nginx without `zone`: every worker has all of the above to itself.
  std::uint64_t shards = 1;

  Outlook outlook() const override;
};

PoolSettings read_pool(Reader& keys);

}  // namespace firedrill::faults
