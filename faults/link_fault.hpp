// The link contract: what can go wrong with a connection as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "faults/link_facts.hpp"
#include "faults/time.hpp"

namespace firedrill::faults {

class Effects;
struct Settings;

enum class Side : std::uint8_t { client, upstream, both };

/// What becomes of the link. `side` is who gets the FIN or RST. abort: the other side, if any, is sent what is on its
/// way and then a FIN. finish: the way back from a single side stays open until its own end.
struct Verdict {
  enum class Action : std::uint8_t { keep, finish, abort };
  Action action = Action::keep;
  Side side = Side::both;
  std::shared_ptr<Effects> effects{};  // of the fault that says so, which may be in no plan any more
  bool operator==(const Verdict& other) const { return action == other.action && side == other.side; }
};

/// One per link. The first verdict other than keep is carried out; nothing is told after it.
class LinkFault {
 public:
  virtual ~LinkFault() = default;

  /// At accept, or when the fault joins an open link: then `link` holds what happened before.
  virtual Verdict open(const LinkFacts& link, Time now) = 0;
  /// Bytes came in.
  virtual Verdict moved(Direction /*direction*/, std::size_t /*bytes*/, Time /*now*/) { return {}; }
  /// The next moment this fault wants tick(); may move with every call.
  virtual Time wake() const { return never; }
  /// `now` is the moment asked for.
  virtual Verdict tick(Time /*now*/) { return {}; }
  /// New settings of the same kind; state (age, counts) is kept.
  virtual Verdict update(const Settings& settings, const LinkFacts& link, Time now) = 0;
};

}  // namespace firedrill::faults
