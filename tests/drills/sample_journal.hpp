// Journals made by hand, with moments that do not change from run to run.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drills/report.hpp"
#include "faults/histogram.hpp"

namespace firedrill::drills {

class SampleJournal {
 public:
  using Json = nlohmann::ordered_json;

  SampleJournal& add(double t, std::string_view event, Json fields = Json::object());
  /// Whole lines, one after the other.
  std::string text() const;
  std::vector<Json> lines;
};

/// 60 s of load on a proxy whose pool is too small from 10 s to 40 s; ends with run_end.
SampleJournal outage();
/// `times` requests that took `latency`, as a journal keeps them.
nlohmann::ordered_json cells(const std::vector<std::pair<faults::Duration, std::uint64_t>>& latencies);

/// The first line of that event.
nlohmann::ordered_json& line(SampleJournal& journal, std::string_view event);
/// Takes all lines of that event out and numbers the rest anew.
void erase(SampleJournal& journal, std::string_view event);
Report read_text(const std::string& text);
Report read(const SampleJournal& journal);

/// A directory that is gone when this is.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

/// Each line parsed; what is no JSON becomes a discarded value.
std::vector<nlohmann::ordered_json> lines_of(const std::string& text);
std::string read_whole(const std::filesystem::path& path);

}  // namespace firedrill::drills
