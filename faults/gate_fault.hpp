// The gate contract: what can go wrong before bytes flow. One gate a proxy, shared by all its links.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "faults/link_facts.hpp"
#include "faults/occupancy.hpp"
#include "faults/time.hpp"

namespace firedrill::faults {

class Effects;
struct Settings;

/// The listener: taking connections, leaving them in the kernel's backlog, or refusing them.
enum class Door : std::uint8_t { open, paused, closed };

/// How a link is sent away.
enum class Ending : std::uint8_t { reset, close };

/// Why, for counters and logs.
enum class Cause : std::uint8_t { refused, queue_full, queue_timeout, evicted, client_gone };

/// Where a gate's answers go; each may come at once or any time later. Called under the proxy's lock: no call back into
/// the gate.
class GateOutlet {
 public:
  virtual void admit(std::uint64_t link, Time now) = 0;
  virtual void turn_away(std::uint64_t link, Ending how, Cause why, Time now) = 0;  // also ends an admitted link

 protected:
  ~GateOutlet() = default;
};

/// What becomes of a dial to the upstream.
struct Dialling {
  enum class Action : std::uint8_t { now, later, fail, hang };
  Action action = Action::now;
  Duration delay{};                    // for later
  std::shared_ptr<Effects> effects{};  // of the only fault that delays it; null: there are more, or none
};

/// Told of every link in its scope. Links are named by ordinal. `now` never goes back.
class GateFault {
 public:
  virtual ~GateFault() = default;

  /// In force from now on. The first call.
  virtual void begin(Time /*now*/) {}
  /// A client has come. Answered through `out`, now or later, unless the gate keeps the link for ever.
  virtual void arrive(const LinkFacts& link, Time now, GateOutlet& out) = 0;
  /// A link that was open before the gate came: counted, never questioned. True if it is of any concern to this gate.
  virtual bool present(const LinkFacts& /*link*/, Time /*now*/) { return false; }
  /// A link that arrived or was present is over, whatever its state.
  virtual void depart(std::uint64_t /*link*/, Time /*now*/, GateOutlet& /*out*/) {}
  /// The client of a waiting link has sent its FIN.
  virtual void finished(std::uint64_t /*link*/, Time /*now*/, GateOutlet& /*out*/) {}
  virtual Door door() const { return Door::open; }
  /// An admitted link is about to dial.
  virtual Dialling dial(std::uint64_t /*link*/, Time /*now*/) { return {}; }
  /// The next moment this gate wants tick(); after tick(t) it lies later than t. `now` is the moment asked for.
  virtual Time wake() const { return never; }
  virtual void tick(Time /*now*/, GateOutlet& /*out*/) {}
  virtual void update(const Settings& settings, Time now, GateOutlet& out) = 0;
  /// Healed: admits everyone who waits, in order. The last call.
  virtual void release(Time now, GateOutlet& out) = 0;
  /// Slots and queue, if it has any. Resets the maxima: one reader.
  virtual std::optional<Occupancy> occupancy(Time /*now*/) { return std::nullopt; }
};

}  // namespace firedrill::faults
