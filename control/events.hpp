// What happens, for whoever watches: numbered, kept for a while, and written down.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "control/json.hpp"

namespace firedrill::drills {
class Journal;
}

namespace firedrill::control {

/// Any thread.
class Events {
 public:
  static constexpr std::size_t most = 5'000;

  Events();
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  /// From now on what people do and what becomes of faults is also written to DIRECTORY/journal.jsonl, by a thread of
  /// its own; the directory is made. Throws std::runtime_error.
  void keep(const std::filesystem::path& directory);

  /// `data` is an object; its "utc" is put in. `kept`: it goes into the journal, too.
  void add(std::string_view type, Json data, bool kept = true);

  /// As server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): all after number `last`,
  /// which becomes that of the newest. Where some are no longer there, an event "lost" says how many; null when `last`
  /// is none of these numbers.
  std::string since(std::uint64_t& last) const;
  std::uint64_t newest() const;
  /// How the journal fares: {"written": does what happens now reach it, "lost_lines": …, "failure": why}; null when
  /// none is kept.
  Json journal() const;

 private:
  struct Event {
    std::uint64_t id;
    std::string text;
  };
  mutable std::mutex mutex_;
  std::deque<Event> events_;
  const std::uint64_t before_first_;  // numbers go on growing over restarts, or nearly so: they begin with the time
  std::uint64_t newest_ = before_first_;
  std::unique_ptr<drills::Journal> journal_;
};

}  // namespace firedrill::control
