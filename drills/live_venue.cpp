// What a run on sockets is opened with.
#include "drills/live_venue.hpp"

#include <chrono>

#include "drills/journal.hpp"
#include "drills/stage.hpp"

namespace firedrill::drills {

Time LiveVenue::now() const { return std::chrono::steady_clock::now(); }

void LiveVenue::wait(std::unique_lock<std::mutex>& lock, std::condition_variable& bell, Time moment,
                     const std::function<bool()>& stirred) {
  bell.wait_until(lock, moment, stirred);
}

std::unique_ptr<EventLog> LiveVenue::open_log(const Drill& drill, std::string& directory) {
  if (directory.empty())
    directory = new_run_directory("firedrill-runs", drill.name, std::chrono::system_clock::now()).string();
  return std::make_unique<Journal>(directory);
}

std::unique_ptr<Scene> LiveVenue::open(const Drill& drill, std::uint64_t seed, const Force& force, Measures& measures,
                                       const OnSample& on_sample) {
  return std::make_unique<Stage>(drill, seed, workers_, force, measures, on_sample, host_);
}

std::size_t LiveVenue::room() const { return proxy::Engine::room(); }

}  // namespace firedrill::drills
