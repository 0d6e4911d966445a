// Everything a run measures, by what it is measured of; and the time its phases took.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drills/drill.hpp"
#include "drills/meter.hpp"
#include "drills/tools.hpp"

namespace firedrill::drills {

/// The conductor writes proxies and time, the loads' and probes' threads theirs; anyone reads.
class Measures {
 public:
  /// `drill` outlives this.
  Measures(const Drill& drill, Phases& phases);

  Phases& phases() const { return phases_; }
  LoadMeter& load(const std::string& name) { return *loads_.at(name); }
  /// Only of loads that a tool makes.
  ToolMeter& tool(const std::string& name) { return tools_.at(name); }
  ProxyMeter& proxy(const std::string& name) { return proxies_.at(name); }
  /// The probe of the i-th check or abort condition; only for those that have one.
  ProbeMeter& check_probe(std::size_t i) { return *check_probes_.at(i); }
  ProbeMeter& abort_probe(std::size_t i) { return *abort_probes_.at(i); }

  /// The phases of [last call, now) took that long; the first call only starts the clock.
  void pass_time(faults::Time now);
  Duration lasted(std::size_t bit) const;

  /// A figure of the i-th check's source in a phase.
  std::optional<Figure> figure(std::size_t check, std::string_view name, std::size_t bit) const;
  /// A figure of the i-th abort condition's source over its window.
  std::optional<Figure> recent(std::size_t abort, std::string_view name, faults::Time now) const;

 private:
  const Drill& drill_;
  Phases& phases_;
  std::map<std::string, std::unique_ptr<LoadMeter>> loads_;
  std::map<std::string, ToolMeter> tools_;
  std::map<std::string, ProxyMeter> proxies_;
  std::map<std::size_t, std::unique_ptr<ProbeMeter>> check_probes_, abort_probes_;
  mutable std::mutex mutex_;
  std::optional<faults::Time> last_;
  std::map<std::size_t, Duration> lasted_;
};

/// "load users", "proxy api", "http http://…", "tcp …", "command …".
std::string show(const Source& source);

}  // namespace firedrill::drills
