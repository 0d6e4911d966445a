// A load in virtual time: requests leave when they are due, over connections that are held as the run's own would be.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "drills/arrivals.hpp"
#include "drills/drill.hpp"
#include "drills/meter.hpp"
#include "drills/requester.hpp"
#include "simulate/caller.hpp"

namespace firedrill::simulate {

/// What a load is made of. All of it outlives the load.
struct LoadParts {
  Agenda& agenda;
  const drills::LoadSpec& spec;
  Place& place;
  std::vector<std::string> requests;  // they take turns
  drills::LoadMeter& meter;
  faults::Seed seed;
};

class Load {
 public:
  explicit Load(LoadParts parts);
  virtual ~Load() = default;
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Requests due in [at, at + length) are sent.
  void start(Time at, Duration length);
  /// Requests due from now on are not sent.
  void stop();
  bool is_over() const { return in_flight() == 0 && (start_ == faults::never || next_due() >= end_); }
  /// Sent or waiting for a connection, and not settled; one more while there are some to come.
  std::size_t left() const { return is_over() ? 0 : std::max<std::size_t>(in_flight(), 1); }
  drills::LoadConnections connections() const { return connections_; }
  /// Closes the connections. The last that is asked of it.
  void hang_up();

 protected:
  virtual void turn() = 0;
  virtual std::size_t in_flight() const = 0;
  /// The next moment to have a turn, but for new requests.
  virtual Time wake() const = 0;
  virtual void close_all() = 0;

  Time next_due() const { return start_ + arrivals_.next(); }
  bool is_due() const { return next_due() < end_ && next_due() <= agenda_.now(); }
  void arm();
  void count_opened(std::size_t open_now);

  Agenda& agenda_;
  const drills::LoadSpec& spec_;
  Place& place_;
  const std::vector<std::string> requests_;
  drills::LoadMeter& meter_;
  drills::Arrivals arrivals_;

 private:
  Time start_ = faults::never, end_ = faults::never;
  drills::LoadConnections connections_;
  Alarm turn_;
};

/// As libcurl holds connections, or as the drill says.
std::unique_ptr<Load> make_load(LoadParts parts);

/// "" of a request that was answered in order; else what its error is called.
std::string error_of(const Caller& caller);

}  // namespace firedrill::simulate
