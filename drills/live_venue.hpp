// The real thing: sockets, threads, files, and the clock on the wall.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>

#include "drills/venue.hpp"

namespace firedrill::drills {

class LiveVenue final : public Venue {
 public:
  /// `workers`: 0 is one per core. `host` carries the proxies and outlives this; none: an engine of the run's own.
  LiveVenue(unsigned workers, Host* host) : workers_{workers}, host_{host} {}

  Time now() const override;
  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& bell, Time moment,
            const std::function<bool()>& stirred) override;
  std::unique_ptr<EventLog> open_log(const Drill& drill, std::string& directory) override;
  std::unique_ptr<Scene> open(const Drill& drill, std::uint64_t seed, const Force& force, Measures& measures,
                              const OnSample& on_sample) override;
  std::size_t room() const override;
  bool predicts() const override { return false; }
  std::launch closing() const override { return std::launch::async; }

 private:
  unsigned workers_;
  Host* host_;
};

}  // namespace firedrill::drills
