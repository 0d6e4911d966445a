// The stream contract: what can go wrong with one lane's bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "faults/bytes.hpp"
#include "faults/time.hpp"

namespace firedrill::faults {

struct Settings;

/// Where a fault hands on what it lets through: the next fault of the chain, or the socket's queue.
class Outlet {
 public:
  virtual void data(Bytes bytes, Time now) = 0;
  virtual void finish(Time now) = 0;  // FIN
  virtual void abort(Time now) = 0;   // RST
 protected:
  ~Outlet() = default;
};

/// One per lane. No call blocks, throws (but std::bad_alloc) or reads a clock; `now` never goes back. What comes in:
/// any number of data(), then at most one of finish() and abort(). What goes out obeys the same order; after an end
/// nothing follows. A fault that made an end itself takes what still comes and throws it away.
class StreamFault {
 public:
  virtual ~StreamFault() = default;

  /// In force from now on. The first call.
  virtual void begin(Time /*now*/, Outlet& /*next*/) {}
  virtual void data(Bytes bytes, Time now, Outlet& next) = 0;
  virtual void finish(Time now, Outlet& next) { next.finish(now); }
  virtual void abort(Time now, Outlet& next) { next.abort(now); }

  /// The next moment this fault wants tick(); after tick(t) it lies later than t.
  virtual Time wake() const { return never; }
  /// `now` is the moment that wake() asked for, not the moment the timer fired: lateness never adds up.
  virtual void tick(Time /*now*/, Outlet& /*next*/) {}

  /// Bytes kept back at present.
  virtual std::size_t held() const { return 0; }
  /// True when no more should be read for this lane at present: back-pressure.
  virtual bool full() const { return held() >= backlog_limit; }
  /// Bytes thrown away so far. A link that lost bytes never flows again: on release it is reset.
  virtual std::uint64_t discarded() const { return 0; }

  /// True once the FIN that it handed on is to be the end of the whole link: then the other side gets one too.
  virtual bool closes() const { return false; }

  /// New settings of the same kind; state is kept.
  virtual void update(const Settings& settings, Time now, Outlet& next) = 0;
  /// Healed: hands on everything held, in order, ends included. The last call.
  virtual void release(Time now, Outlet& next) = 0;

  /// What a fault that must be felt by the sender soon keeps before full().
  static constexpr std::size_t backlog_limit = 64 * 1024;
  /// What a fault that only delays may keep per lane: 10 Gbit/s for 200 ms. Twice as much is
  /// allowed nowhere; the process-wide cap comes on top.
  static constexpr std::size_t flight_limit = 256 * 1024 * 1024;
};

}  // namespace firedrill::faults
