// How a load holds its connections.
#include <fmt/format.h>

#include "drills/load_reading.hpp"

namespace firedrill::drills {
namespace {

constexpr std::uint64_t most_connections = 10'000;

KeepSpec read_table(const Value& value, Reader& load) {
  Reader keys{value, load.subject() + ": connections", load.problems()};
  KeepSpec keep;
  keep.max = keys.count("max", 64).at_least(1).at_most(most_connections);
  keep.workers = keys.count("workers", 1).at_least(1).at_most(256);
  if (keep.max * keep.workers > most_connections)
    keys.problem("workers", fmt::format("times max ({}) makes {} connections; at most {}", keep.max,
                                        keep.max * keep.workers, most_connections));
  keep.reuse = keys.choice<KeepSpec::Reuse>("reuse", {{"lifo", KeepSpec::Reuse::lifo}, {"fifo", KeepSpec::Reuse::fifo}},
                                            KeepSpec::Reuse::lifo);
  keep.keep = keys.maybe_count("keep");
  if (keep.keep && *keep.keep > keep.max) keys.problem("keep", fmt::format("must be at most max ({})", keep.max));
  if (keys.raw("idle") != nullptr) keep.idle = keys.duration("idle").at_least(shortest);
  if (keys.raw("max_requests") != nullptr) keep.max_requests = keys.count("max_requests").at_least(1);
  keep.queue = keys.maybe_count("queue");
  if (keys.raw("queue_timeout") != nullptr) keep.queue_timeout = keys.duration("queue_timeout").at_least(shortest);
  if (keep.queue == std::optional<std::uint64_t>{0} && keep.queue_timeout)
    keys.problem("queue_timeout", "nobody waits with queue = 0");
  keys.finish();
  return keep;
}

}  // namespace

void read_keep(Reader& keys, LoadSpec& load) {
  const Value* value = keys.raw("connections");
  const bool table = value != nullptr && value->table() != nullptr;
  load.keep_alive = keys.flag("keep_alive", table);
  if (!table) {
    load.connections = keys.count("connections", 64).at_least(1).at_most(most_connections);
  } else {
    load.keep = read_table(*value, keys);
    load.connections = load.keep->max;
  }
  if (value != nullptr && !load.keep_alive)
    keys.problem("connections", "goes with keep_alive = true; without it every request has a connection of its own");
}

}  // namespace firedrill::drills
