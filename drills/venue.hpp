// Where a run takes place: on sockets and by the clock on the wall, or in virtual time. Its conductor knows no other
// clock, and no other way to do something to anybody.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "drills/event_log.hpp"
#include "drills/force.hpp"
#include "drills/host.hpp"
#include "drills/measures.hpp"
#include "drills/requester.hpp"

namespace firedrill::drills {

using faults::Time;

/// A probe's sample, for the journal. Called on the probes' thread.
using OnSample = std::function<void(const std::string& check, bool ok, Duration took, const std::string& said)>;

/// What a run has opened: proxies, embedded backends, loads and probes.
class Scene {
 public:
  virtual ~Scene() = default;

  /// Loads and probes begin at `start`; loads send for `length`.
  virtual void begin(Time start, Duration length) = 0;
  /// No more requests and probes.
  virtual void stop_asking() = 0;
  /// Until every request has its answer and every tool is done, or `deadline`; returns how many have none or are not.
  virtual std::size_t wait_for_answers(Time deadline) = 0;
  virtual std::size_t running_tools() const = 0;
  /// Before hang_up(). Nothing of a load that does not take place, or that a tool makes.
  virtual std::optional<LoadConnections> connections(const std::string& load) const = 0;
  /// Closes the loads' connections, idle or not, and ends tools.
  virtual void hang_up() = 0;

  virtual Host& host() = 0;
  /// "127.0.0.1:41233", in the order of the drill.
  virtual const std::vector<std::string>& proxy_addresses() const = 0;
  virtual const std::vector<std::string>& upstreams() const = 0;
  virtual const std::vector<std::string>& backend_addresses() const = 0;
};

class Venue {
 public:
  virtual ~Venue() = default;

  virtual Time now() const = 0;
  /// Until `moment`, or until `stirred` holds, of which `bell` tells. The lock is held but while it waits.
  virtual void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& bell, Time moment,
                    const std::function<bool()>& stirred) = 0;
  /// `directory`: where journal and reports are wanted; then where they are, or empty: they are written nowhere. Throws
  /// std::runtime_error.
  virtual std::unique_ptr<EventLog> open_log(const Drill& drill, std::string& directory) = 0;
  /// Throws std::runtime_error that says what could not be opened; all is closed again then. The arguments outlive the
  /// scene.
  virtual std::unique_ptr<Scene> open(const Drill& drill, std::uint64_t seed, const Force& force, Measures& measures,
                                      const OnSample& on_sample) = 0;
  /// How many connections there may be.
  virtual std::size_t room() const = 0;
  /// What happens here is not measured but foretold.
  virtual bool predicts() const = 0;
  /// How to have several proxies closed: each on a thread of its own, where there are threads.
  virtual std::launch closing() const = 0;
};

}  // namespace firedrill::drills
