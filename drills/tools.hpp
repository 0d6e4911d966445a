// Loads that a program makes: each runs it once, on a thread of its own, and reads what it says.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drills/tool_output.hpp"
#include "faults/time.hpp"

namespace firedrill::drills {

/// What has become of one. Any thread.
class ToolMeter {
 public:
  void over(ToolReading reading);
  /// Nothing while it has not ended; figures, or why there are none.
  std::optional<ToolReading> reading() const;
  std::optional<Figure> figure(std::string_view name) const;

 private:
  mutable std::mutex mutex_;
  std::optional<ToolReading> reading_;
};

class Tools {
 public:
  /// Throws std::system_error when out of descriptors.
  Tools();
  /// Kills what still runs: it has no figures.
  ~Tools();
  Tools(const Tools&) = delete;
  Tools& operator=(const Tools&) = delete;

  /// Before start(). `url` stands for {url} in its words; the meter outlives this. Throws std::runtime_error when the
  /// program cannot be run.
  void add(const LoadSpec& spec, const std::string& url, ToolMeter& meter);
  void start(Time at);
  /// Whoever has not begun yet does not. Any thread; returns at once.
  void stop();
  /// Until all are over, or the deadline. Returns how many still run.
  std::size_t wait(Time deadline);

 private:
  struct Tool;
  class Shared;
  std::unique_ptr<Shared> shared_;
  std::vector<std::unique_ptr<Tool>> tools_;
};

}  // namespace firedrill::drills
