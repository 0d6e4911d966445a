// What is to be expected of a fault before it has met anybody: for people who think a drill over, and for warnings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "faults/time.hpp"

namespace firedrill::faults {

/// What nothing else can be seen behind, while the fault is in force on all links of a proxy. The stronger come later.
enum class Shuts : std::uint8_t {
  nothing,
  bytes,     // nothing passes in the directions of its scope
  upstream,  // new links never reach the upstream; until that is known they wait, and hold slots
  links,     // new links are over as soon as they have come
  listener,  // no new link comes at all
};

/// Whether a fault has slots and a queue in front of them, of which figures can be had.
enum class Queue : std::uint8_t {
  none,
  counted,
  unseen,  // slots are counted, but who waits does so where nobody here sees it
};

struct Outlook {
  Shuts shuts = Shuts::nothing;
  std::optional<Duration> longest_wait;  // for being let in; none: it keeps nobody waiting, or for ever
  std::string worst{};                   // what a link may meet, with its figures, to follow "for 30s"
  Duration dial_delay{};                 // by which half of the dials of the upstream are late, or more
  Queue queue = Queue::none;
  bool ends = true;  // of a kind that may end streams by itself: with these settings it does
};

}  // namespace firedrill::faults
