// What a run writes into its journal, event by event.
#pragma once

#include <string>
#include <vector>

#include "drills/event_log.hpp"
#include "drills/force.hpp"
#include "drills/judge.hpp"
#include "drills/pool_watch.hpp"
#include "drills/rate_watch.hpp"
#include "drills/requester.hpp"
#include "drills/run.hpp"
#include "drills/tool_output.hpp"

namespace firedrill::drills {

/// One thread writes, the conductor's, but for probe().
class Record {
 public:
  Record(const Drill& drill, EventLog& journal) : drill_{drill}, journal_{journal} {}

  void run_start(const RunOptions& options, std::uint64_t seed, std::size_t room, unsigned workers,
                 const std::vector<std::string>& proxy_addresses, const std::vector<std::string>& upstreams,
                 const std::vector<std::string>& backend_addresses);
  void command_start(const EnvironmentVariables& variables);
  void command_failed(const std::string& why);
  void command_end(const Wrapped::Ending& ending, faults::Time start);
  void fault(const Step& step, std::string_view why);
  void fault_off(std::size_t fault, std::string_view why);
  void touched(std::size_t fault, const Force::Met& met, faults::Time start);
  void requests(const std::string& load, const std::vector<std::string>& phases, const Requests& requests);
  void load_connections(const std::string& load, const LoadConnections& connections);
  void tool(const LoadSpec& load, const ToolReading& reading);
  void proxy(const std::string& proxy, const proxy::Counters& counters);
  void pools(const std::string& proxy, const proxy::Counters& counters);
  void probe(const std::string& check, bool ok, Duration took, const std::string& said);
  void text(std::string_view event, std::string_view key, const std::string& text);  // abort {why}, note {text}
  void prediction(const PredictedRun& prediction);
  void heal(const std::string& why, Duration took);
  void check(std::size_t check, const Verdict& verdict);
  void fault_summary(std::size_t fault, const Force& force, const PoolWatch& pools, const RateWatch& rates,
                     faults::Time start, std::optional<Duration> healed);
  void pool_summary(const std::string& proxy, const std::string& fault, const faults::Occupancy& sum);
  void decisions(const Force& force);
  /// Of this thread and of the data plane's.
  void lag(const faults::Histogram& conductor, Duration longest, const faults::Histogram& workers);
  void cleanup(std::size_t faults_in_force, std::uint64_t links_open, std::size_t bytes_held);
  void run_end(const Outcome& outcome, Duration lasted);

 private:
  const Drill& drill_;
  EventLog& journal_;
};

}  // namespace firedrill::drills
