// Drills that the daemon plays on its own proxies: by hand, or by their schedule.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "control/registry.hpp"
#include "drills/run.hpp"

namespace firedrill::control {

struct RunView {
  std::string id;  // also the name of its directory
  std::string drill, by, directory;
  WallTime started;
  drills::Snapshot now;
  std::optional<drills::Outcome> outcome;  // once it is over
};

/// Any thread. A run that cannot be started leaves nothing behind but the reason.
class Runs {
 public:
  /// Runs leave their journals and reports in DIRECTORY/ID. `registry` outlives this.
  Runs(Registry& registry, std::filesystem::path directory) : registry_{registry}, directory_{std::move(directory)} {}
  ~Runs() { end(); }
  Runs(const Runs&) = delete;
  Runs& operator=(const Runs&) = delete;

  /// Aborts what is under way, waits for it, and starts nothing more (503).
  void end();

  /// What a daemon before this one has left unfinished in the directory becomes aborted. Only for whoever has it to
  /// itself.
  void close_interrupted() const;

  /// Throws Refusal for what would keep it from being played as things stand: as start() does, and as
  /// Registry::foresee does of the proxies that it opens. What only the start can tell is in the run's outcome.
  void judge(const drills::Drill& drill) const;
  /// Its id. `into`: where journal and reports go instead. Throws Refusal: 409 while that drill is being played, 423
  /// while halted, 503 when there is no room for its files.
  std::string start(drills::Drill drill, const std::string& by, std::vector<drills::Override> overrides = {},
                    const std::string& into = "");
  static constexpr std::size_t most_over = 100;
  /// The newest first. Of those that are over only the last ones; the others, and those of earlier daemons, are in the
  /// directory alone.
  std::vector<RunView> list() const;
  RunView find(const std::string& id) const;
  /// Throws Refusal(409) with what stands in the way.
  void give(const std::string& id, drills::Order order);
  /// As drills::Run::stop.
  void stop(const std::string& id, const std::string& why);
  /// The same; 409 when it is over.
  void abort(const std::string& id, const std::string& why);
  /// All of them; how many there were.
  std::size_t abort_all(const std::string& why);
  /// Where the run's files are, also one of an earlier daemon. Throws Refusal(404).
  std::filesystem::path directory(const std::string& id) const;
  const std::filesystem::path& directory() const { return directory_; }
  const Upstreams& upstreams() const { return registry_.upstreams(); }

 private:
  class Guest;
  struct Playing;

  std::shared_ptr<Playing> at(const std::string& id) const;
  RunView view(const Playing& playing) const;
  void refuse_as_things_stand(const std::string& drill) const;
  std::filesystem::path new_directory(const std::string& drill) const;
  void forget_oldest();
  void play(Playing& playing);

  Registry& registry_;
  const std::filesystem::path directory_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Playing>> runs_;
  bool over_ = false;
};

}  // namespace firedrill::control
