// One load's requests, from due to recorded, as the loads' thread drives them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "drills/load_spec.hpp"
#include "drills/meter.hpp"
#include "faults/draws.hpp"

namespace firedrill::drills {

/// How many connections a load's requests went by.
struct LoadConnections {
  std::uint64_t opened = 0;
  std::uint64_t most_open = 0;  // at once
};

/// Told when sockets are ready and what the time is; never waits.
class Requester {
 public:
  Requester() = default;
  virtual ~Requester() = default;
  Requester(const Requester&) = delete;
  Requester& operator=(const Requester&) = delete;

  virtual void ready(int descriptor, std::uint32_t events) = 0;
  /// Sends what is due before `end`, settles what has been answered or has timed out.
  virtual void turn(Time start, Time end) = 0;
  /// The next moment to call turn().
  virtual Time wake(Time start, Time end) const = 0;
  /// Sent or waiting for a connection, and not yet settled.
  virtual std::size_t in_flight() const = 0;
  /// Nothing is due any more, and nothing in flight.
  virtual bool over(Time start, Time end) const = 0;

  /// Any thread.
  LoadConnections connections() const { return {opened_, most_open_}; }

 protected:
  void count_opened() {
    ++opened_;
    if (++open_ > most_open_) most_open_ = open_;
  }
  void count_closed() { --open_; }

 private:
  std::atomic<std::uint64_t> opened_{0}, most_open_{0};
  std::uint64_t open_ = 0;
};

/// What a requester is made of. Sockets to watch are added to the epoll instance with `mark` in the upper half of
/// data.u64, the descriptor in the lower.
struct RequesterParts {
  const LoadSpec& spec;
  std::string target;  // a URL, or an address for a talk
  LoadMeter& meter;    // outlives it, as the histogram does
  faults::Seed seed;
  int epoll;
  std::uint32_t mark;
  faults::SharedHistogram& lateness;
};

/// By libcurl, or by sockets where the drill says how connections are held, or what is said over them. Throws
/// std::runtime_error when the target's name cannot be resolved.
std::unique_ptr<Requester> make_requester(const RequesterParts& parts);

}  // namespace firedrill::drills
