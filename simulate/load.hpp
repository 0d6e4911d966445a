// A load in virtual time: requests leave when they are due, over connections as libcurl would hold them.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drills/arrivals.hpp"
#include "drills/drill.hpp"
#include "drills/meter.hpp"
#include "simulate/caller.hpp"

namespace firedrill::simulate {

class Load {
 public:
  /// What is given outlives the load.
  Load(Agenda& agenda, const drills::LoadSpec& spec, Place& place, std::string request, drills::LoadMeter& meter,
       faults::Seed seed);
  ~Load();

  /// Requests due in [at, at + length) are sent.
  void start(Time at, Duration length);
  /// Requests due from now on are not sent.
  void stop();
  bool is_over() const;
  /// Sent or waiting for a connection, and not settled; one more while there are some to come.
  std::size_t left() const;
  /// Closes the connections.
  void hang_up();

 private:
  struct Request;
  using Active = std::list<std::unique_ptr<Request>>;

  bool room() const { return !spec_.keep_alive || active_.size() < spec_.connections; }
  Time next_due() const { return start_ + arrivals_.next(); }
  void turn();
  void send(Time due);
  void answered(Request& request);
  void settle(Request& request, std::string_view error);
  void arm();

  Agenda& agenda_;
  const drills::LoadSpec spec_;
  Place& place_;
  const std::string request_;
  drills::LoadMeter& meter_;
  drills::Arrivals arrivals_;
  std::uint64_t made_ = 0;  // connections so far
  Time start_ = faults::never, end_ = faults::never;
  Active active_;             // by due time
  Active idle_;               // connections without a request, the oldest first
  Active spent_;              // gone with the next turn
  std::deque<Time> waiting_;  // due, but without a connection to go by
  Alarm turn_;
};

}  // namespace firedrill::simulate
