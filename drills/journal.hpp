// The record of a run: JSON Lines, written while it happens by a thread of its own, readable after a crash. Reports
// come from it alone.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "drills/event_log.hpp"
#include "drills/line_file.hpp"
#include "faults/time.hpp"

namespace firedrill::drills {

inline constexpr int journal_version = 1;
inline constexpr std::string_view journal_name = "journal.jsonl";

/// A full or slow disk never stops or delays a run: lines are lost, counted, and the loss is written as a line
/// `dropped` {lines: how many so far} as soon as lines can be written again.
class Journal final : public EventLog {
 public:
  static constexpr std::size_t usual_limit = std::size_t{64} << 20;

  /// Creates `directory` and journal.jsonl in it. At most `limit` bytes wait for the disk. Throws std::runtime_error.
  explicit Journal(const std::filesystem::path& directory, std::size_t limit = usual_limit);
  ~Journal() override;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// The run's start: every later line's `t` counts from here. Lines written before carry t = 0.
  void start(faults::Time start) override;
  /// One line: v, seq, t, utc, event, then `fields` (an object that has none of these keys). Any thread; never waits
  /// for the disk.
  void write(std::string_view event, const nlohmann::ordered_json& fields) override;
  /// Writes what is still waiting, puts it on the disk and ends the thread. Later lines are lost. Returns failure().
  std::optional<std::string> close() override;

  /// What went wrong so far: the first error and the number of lines lost. Any thread.
  std::optional<std::string> failure() const;
  /// Lines that never reached the file.
  std::uint64_t lost() const;
  /// The newest are among them: what is written next may be lost, too.
  bool is_behind() const;
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  std::string line(std::string_view event, std::string_view fields);
  void run();

  LineFile file_;  // the thread's, until it has ended
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<faults::Time> start_;
  std::uint64_t seq_ = 0;
  std::string pending_;
  std::size_t writing_ = 0;  // bytes in the thread's hands
  std::uint64_t lost_ = 0, told_ = 0;
  bool behind_ = false;
  std::optional<std::string> failure_;
  bool closing_ = false;
  std::thread thread_;
};

/// Creates and returns ROOT/DRILL-YYYYMMDDTHHMMSSZ, with -2, -3 … behind it when that is taken. Throws
/// std::runtime_error.
std::filesystem::path new_run_directory(const std::filesystem::path& root, std::string_view drill,
                                        std::chrono::system_clock::time_point now);

}  // namespace firedrill::drills
