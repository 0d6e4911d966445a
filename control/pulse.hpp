// Looks at the proxies once a second and tells what has changed by itself: links that ended, pools, faults that
// expired.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "control/registry.hpp"

namespace firedrill::control {

class Pulse {
 public:
  /// `registry` outlives it.
  explicit Pulse(Registry& registry);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// One look, as the thread takes every second.
  void look();

 private:
  void run();

  Registry& registry_;
  std::map<std::string, proxy::Counters> last_;
  std::mutex mutex_;
  std::condition_variable ends_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace firedrill::control
