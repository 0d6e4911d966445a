// Reading the pool's settings, and what contradicts itself.
#include "faults/pool_settings.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace firedrill::faults {
namespace {

constexpr std::uint64_t most_connections = 1'000'000;
constexpr std::uint64_t most_shards = 256;

void read_queue(Reader& keys, PoolSettings& pool) {
  using Sendoff = PoolSettings::Sendoff;
  const Reader::Choices<Sendoff> sendoffs = {
      {"reset", Ending::reset}, {"close", Ending::close}, {"hold", std::nullopt}};
  pool.queue = keys.maybe_count("queue");
  pool.queue_timeout = keys.maybe_duration("queue_timeout");
  if (pool.queue_timeout && *pool.queue_timeout < std::chrono::milliseconds{1})
    keys.problem("queue_timeout",
                 "must be at least 1ms; leave it out to let clients wait for ever, or give queue = 0 to let "
                 "none wait");
  pool.order = keys.choice<PoolSettings::Order>(
      "order", {{"fifo", PoolSettings::Order::fifo}, {"lifo", PoolSettings::Order::lifo}}, PoolSettings::Order::fifo);
  pool.on_full = keys.choice<Sendoff>("on_full", sendoffs, Ending::reset);
  pool.on_timeout = keys.choice<Sendoff>("on_timeout", sendoffs, Ending::reset);
  pool.drop_on_client_close = keys.flag("drop_on_client_close", false);

  pool.wait = keys.choice<PoolSettings::Wait>(
      "wait", {{"accepted", PoolSettings::Wait::accepted}, {"backlog", PoolSettings::Wait::backlog}},
      PoolSettings::Wait::accepted);
  if (pool.wait != PoolSettings::Wait::backlog) return;
  for (const std::string_view key :
       {"queue", "queue_timeout", "min_connections", "full_at", "reserve", "reserve_after"}) {
    if (keys.has(key))
      keys.problem(key,
                   "goes with wait = \"accepted\"; who waits in the kernel's backlog is neither counted nor timed");
  }
}

void read_dynamic_limit(Reader& keys, PoolSettings& pool) {
  pool.min_connections = keys.maybe_count("min_connections");
  pool.full_at = keys.count("full_at", 0);
  if (pool.min_connections && *pool.min_connections > pool.max_connections && keys.has("max_connections"))
    keys.problem("min_connections", fmt::format("must be at most max_connections ({})", pool.max_connections));
  if (pool.min_connections && !keys.has("full_at"))
    keys.problem("min_connections",
                 "needs full_at: the number of connections offered from which max_connections holds");
  if (!pool.min_connections && keys.has("full_at"))
    keys.problem("full_at", "needs min_connections: the limit that holds while few connections are offered");
  if (pool.min_connections && keys.has("full_at") && pool.full_at == 0) keys.problem("full_at", "must be at least 1");
}

void read_reserve(Reader& keys, PoolSettings& pool) {
  pool.reserve = keys.count("reserve", 0).at_most(most_connections);
  pool.reserve_after = keys.duration("reserve_after", std::chrono::seconds{5});  // PgBouncer's reserve_pool_timeout
  if (keys.has("reserve_after") && !keys.has("reserve"))
    keys.problem("reserve_after", "needs reserve: how many slots there are for those who have waited for so long");
  if (pool.reserve > 0 && pool.queue_timeout && *pool.queue_timeout < pool.reserve_after) {
    const std::string after = show(pool.reserve_after);
    keys.problem("reserve", fmt::format("is out of reach: queue_timeout ({}) ends the wait before reserve_after ({})",
                                        show(*pool.queue_timeout), after));
  }
  if (pool.reserve > 0 && pool.queue == 0)
    keys.problem("reserve", "is for those who wait, and queue = 0 lets nobody wait");
}

}  // namespace

PoolSettings read_pool(Reader& keys) {
  PoolSettings read;
  read.max_connections = keys.count("max_connections").at_most(most_connections);
  read_queue(keys, read);
  read.leak = keys.share("leak", 0);
  read.preoccupy = keys.count("preoccupy", 0).at_most(most_connections);
  read.evict = keys.flag("evict", false);
  read_dynamic_limit(keys, read);
  read_reserve(keys, read);
  read.shards = keys.count("shards", 1).at_least(1).at_most(most_shards);
  return read;
}

Outlook PoolSettings::outlook() const {
  Outlook outlook;
  const std::uint64_t each = max_connections - std::min(preoccupy, max_connections);
  const std::uint64_t slots = shards * (each + reserve);
  if (slots == 0) outlook.shuts = Shuts::upstream;
  if (queue != std::optional<std::uint64_t>{0}) outlook.longest_wait = queue_timeout;
  outlook.queue = wait == Wait::backlog ? Queue::unseen : Queue::counted;

  const auto sent_off = [](const Sendoff& how) -> std::string_view {
    return !how ? "kept hanging" : *how == Ending::reset ? "reset" : "closed";
  };
  std::string& text = outlook.worst;
  text = slots == 0 ? "none of any number of connections gets through"
                    : fmt::format("at most {} of any number of connections get through at once", slots);
  if (leak > 0) text += fmt::format(", and {} of the slots they take are lost for good", show_share(leak));
  if (queue == std::optional<std::uint64_t>{0}) {
    text += fmt::format("; the others are {}", sent_off(on_full));
    return outlook;
  }
  text += "; the others wait";
  if (queue_timeout) text += fmt::format(" for {} and are then {}", show(*queue_timeout), sent_off(on_timeout));
  if (queue) text += fmt::format(", {} of them at most: more are {}", *queue * shards, sent_off(on_full));
  return outlook;
}

}  // namespace firedrill::faults
