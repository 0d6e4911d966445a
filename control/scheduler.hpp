// Plays drills by their [schedule].
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "control/drill_files.hpp"
#include "control/runs.hpp"

namespace firedrill::control {

class Scheduler {
 public:
  using Moment = std::chrono::sys_seconds;

  /// Remembers in the file `memory`, if there is one, up to when it has looked: what came due while nobody did is
  /// missed. `runs`, `drills` and `registry` outlive it. `start`: with a thread of its own; without, look() has to be
  /// called.
  Scheduler(Registry& registry, Runs& runs, const DrillFiles& drills, std::filesystem::path memory, bool start = true);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Starts what has come due since the last look. A run that cannot be started leaves its reason among the runs, in
  /// DRILL-UTC/not-started.json.
  void look(Moment now);

  struct Coming {
    std::string drill, file;
    drills::Schedule schedule;
    std::optional<Moment> next;  // none: it is not enabled
  };
  std::vector<Coming> coming(Moment now) const;

 private:
  void run();
  void begin(const std::string& drill, Moment due, Moment now, bool was_missed);
  void remember(Moment now);

  Registry& registry_;
  Runs& runs_;
  const DrillFiles& drills_;
  const std::filesystem::path memory_;
  std::mutex mutex_;
  std::condition_variable ends_;
  bool over_ = false;
  bool first_look_ = true;
  std::map<std::string, Moment> looked_;  // by drill; the thread's
  Moment remembered_{};
  std::thread thread_;
};

}  // namespace firedrill::control
