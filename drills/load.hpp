// Open-loop load: requests leave when they are due, whatever has become of those before, and latency counts from
// when they were due. So a system that stalls cannot hide it by being asked less (coordinated omission).
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "drills/drill.hpp"
#include "drills/meter.hpp"
#include "drills/requester.hpp"
#include "faults/draws.hpp"

namespace firedrill::drills {

/// All loads of a run, on one thread. How many requests a load makes depends on rate, length and seed alone; each is
/// recorded once, as good or as one of these errors:
///
///   refused    nobody listens
///   reset      the connection was reset
///   closed     the connection was closed before the answer was complete
///   timeout    no complete answer by the due time + timeout, wherever the request was by then
///   http_NNN   answered with status 400 or above
///   not_sent   no descriptor, port or memory to send it with: the generator's limit, not the system's failure
///   unresolved the host's name has no address, or nobody could be asked for it
///   other      anything else: TLS, an answer that is not HTTP
///   pool_full, pool_timeout   with `connections = { … }`: none was free and nobody more might wait, or it waited too
///   long unexpected, too_long      of tcp: the answer was not what was expected, or had no end
///
/// Without keep_alive every request has a connection of its own. With it, requests beyond `connections` wait here for
/// one, and the wait is part of their latency. No request is ever sent twice: one that dies on a reused connection is
/// an error, although browsers and libcurl's default would quietly try again. A connection that was closed while
/// nothing was on it is replaced by a new one.
class Loads {
 public:
  /// Throws std::system_error when out of descriptors.
  Loads();
  /// Gives up on requests that are still in flight, unrecorded.
  ~Loads();
  Loads(const Loads&) = delete;
  Loads& operator=(const Loads&) = delete;

  /// Before start(). The meter outlives this. Throws std::runtime_error when a name cannot be resolved.
  void add(const LoadSpec& spec, const std::string& url, LoadMeter& meter, faults::Seed seed);
  /// Requests due in [at, at + length) are sent. Once.
  void start(Time at, Duration length);
  /// Requests due from now on are not sent. Any thread; returns at once.
  void stop();
  /// Until every request is sent and none is in flight, or the deadline. Returns how many still are.
  std::size_t wait(Time deadline);

  /// How much later than due requests left, apart from those that waited for a connection. Any thread.
  Histogram lateness() const;
  /// Of the load that was added as the how manieth, from 0. Any thread.
  LoadConnections connections(std::size_t load) const;

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace firedrill::drills
