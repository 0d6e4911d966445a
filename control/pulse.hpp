// Looks at proxies and runs once a second and tells what has changed by itself: links that ended, pools, faults that
// expired, checks.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "control/registry.hpp"
#include "control/runs.hpp"

namespace firedrill::control {

class Pulse {
 public:
  /// `registry` and `runs` outlive it.
  Pulse(Registry& registry, const Runs& runs);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// One look, as the thread takes every second.
  void look();

 private:
  void run();

  void look_at_checks();
  void look_at_journal();

  Registry& registry_;
  const Runs& runs_;
  std::map<std::string, std::string> checks_;  // how each was last seen: "RUN/CHECK" to its state and figure
  std::map<std::string, proxy::Counters> last_;
  bool journal_is_written_ = true;
  std::mutex mutex_;
  std::condition_variable ends_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace firedrill::control
