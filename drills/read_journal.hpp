// The state of reading a journal: one member function for every event.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "drills/json_fields.hpp"
#include "drills/report.hpp"

namespace firedrill::drills {

/// The one of that name; made at the end of the list when there is none.
template <class T>
T& named(std::vector<T>& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const T& item) { return item.name == name; });
  if (found != list.end()) return *found;
  list.emplace_back().name = name;
  return list.back();
}

/// Keeps the pool's series short enough for a report.
void thin(PoolReport& pool);

class JournalReading {
 public:
  void take(const Fields& line);
  Report finish(std::vector<std::string> missing);

 private:
  void run_start(const Fields& line);
  void command_start(const Fields& line);
  void command_failed(const Fields& line);
  void command_end(const Fields& line);
  void fault_on(const Fields& line);
  void fault_off(const Fields& line);
  void fault_touched(const Fields& line);
  void fault_summary(const Fields& line);
  void requests(const Fields& line);
  void load_connections(const Fields& line);
  void tool(const Fields& line);
  void proxy(const Fields& line);
  void pool(const Fields& line);
  void pool_summary(const Fields& line);
  void probe(const Fields& line);
  void check(const Fields& line);
  bool is_signal(std::string_view name) const;
  void abort(const Fields& line) { report_.aborts.push_back({t_, text_of(line, "why")}); }
  void heal(const Fields& line);
  void note(const Fields& line) { report_.notes.push_back({t_, text_of(line, "text")}); }
  void prediction(const Fields& line);
  void decisions(const Fields& line) { report_.decisions = {text_of(line, "digest"), counts_of(line, "counts")}; }
  void lag(const Fields& line);
  void cleanup(const Fields& line);
  void dropped(const Fields& line) { dropped_ = std::max(dropped_, count_of(line, "lines").value_or(0)); }
  void run_end(const Fields& line);
  void nothing(const Fields&) {}

  CommandReport& command();
  PoolReport& pool_of(const Fields& line);
  void add_requests(std::vector<PhaseReport>& phases, const std::vector<std::string>& names, const Requests& fresh);
  void slice(const std::string& load, const Requests& fresh);

  struct Event {
    std::string_view name;
    void (JournalReading::*take)(const Fields&);
  };
  static const std::array<Event, 27> events;

  Report report_;
  double t_ = 0;
  bool started_ = false, ended_ = false;
  std::uint64_t dropped_ = 0, implausible_ = 0;
  double latency_s_ = 0;  // all latencies together
  struct Last {
    double before = 0, at = 0;
  };
  std::map<std::string, Last> last_requests_;  // by load: the two latest readings
};

}  // namespace firedrill::drills
