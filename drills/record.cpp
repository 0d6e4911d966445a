// Journal lines as JSON.
#include "drills/record.hpp"

#include <unistd.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "drills/achieved.hpp"
#include "drills/ramp.hpp"
#include "drills/rate_curve.hpp"
#include "drills/value_json.hpp"
#include "faults/draws.hpp"
#include "version.hpp"

namespace firedrill::drills {
namespace {

using Json = nlohmann::ordered_json;
using faults::milliseconds;
using faults::seconds;

// Settings as asked for, the way they move included.
Json asked(const FaultSpec& spec) {
  Json all = json_of(spec.table);
  all.erase("kind");
  for (const Ramp& ramp : spec.ramps)
    all[ramp.key] = {{"from", json_of(ramp.from)}, {"to", json_of(ramp.to)}, {"over", faults::show(ramp.over)}};
  return all;
}

// Settings as they are so long after the fault came into force.
Json in_force(const FaultSpec& spec, Duration since) {
  Json all = json_of(spec.table);
  all.erase("kind");
  for (const Ramp& ramp : spec.ramps) all[ramp.key] = json_of(value_at(ramp, since));
  return all;
}

Json stages_of(const LoadSpec& load) {
  Json all = Json::array();
  if (!load.stages.empty() && load.rate > 0) all.push_back(fmt::format("from {:.6g}", load.rate));
  for (const RateStage& stage : load.stages) all.push_back(show(stage));
  return all;
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

Json of_touch(const std::optional<Force::Met>& met, faults::Time start) {
  if (!met) return nullptr;
  return {{"link", met->touch.link},
          {"client", met->touch.client.text()},
          {"at_s", seconds(met->touch.at - start)},
          {"proxy", met->proxy}};
}

}  // namespace

void Record::run_start(const RunOptions& options, std::uint64_t seed, std::size_t room, unsigned workers,
                       const std::vector<std::string>& proxy_addresses, const std::vector<std::string>& upstreams,
                       const std::vector<std::string>& backend_addresses) {
  Json line{{"drill", drill_.name},
            {"title", drill_.title},
            {"owner", drill_.owner},
            {"file", drill_.file},
            {"text", drill_.text}};
  for (const SourceFile& one : drill_.included) line["included"].push_back({{"file", one.file}, {"text", one.text}});
  for (const ProvenFile& one : drill_.configurations)
    line["configurations"].push_back({{"file", one.file}, {"sha256", one.sha256}});
  line["overrides"] = Json::array();
  for (const Override& set : options.overrides) line["overrides"].push_back(set.first + "=" + set.second);
  line["seed"] = seed;
  line["version"] = std::string{version};
  line["host"] = host_name();
  line["workers"] = workers;
  line["room"] = room;
  line["length_s"] = options.command != nullptr ? Json(nullptr) : Json(seconds(drill_.length()));
  line["max_duration_s"] = seconds(drill_.max_duration);
  line["proxies"] = Json::array();
  for (std::size_t i = 0; i < drill_.proxies.size(); ++i)
    line["proxies"].push_back(
        {{"name", drill_.proxies[i].name}, {"listen", proxy_addresses[i]}, {"upstream", upstreams[i]}});
  line["backends"] = Json::array();
  for (std::size_t i = 0; i < drill_.backends.size(); ++i)
    line["backends"].push_back({{"name", drill_.backends[i].name}, {"listen", backend_addresses[i]}});
  line["loads"] = Json::array();
  for (const LoadSpec& load : drill_.loads)
    line["loads"].push_back({{"name", load.name},
                             {"url", load.target().text},
                             {"command", load.tool ? Json(load.tool->argv) : Json(nullptr)},
                             {"rate", load.stages.empty() ? Json(load.rate) : Json(nullptr)},
                             {"stages", stages_of(load)},
                             {"arrivals", load.arrivals == LoadSpec::Arrivals::poisson ? "poisson" : "constant"},
                             {"keep_alive", load.keep_alive},
                             {"timeout_s", seconds(load.timeout)}});
  line["faults"] = Json::array();
  const auto planned = intervals(drill_);
  for (std::size_t i = 0; i < drill_.faults.size(); ++i) {
    const FaultSpec& spec = drill_.faults[i];
    Json fault{
        {"name", spec.name}, {"kind", std::string{spec.kind->name}}, {"proxies", spec.proxies}, {"asked", asked(spec)}};
    fault["intervals"] = Json::array();
    for (const Interval& interval : planned)
      if (interval.fault == i) fault["intervals"].push_back({seconds(interval.from), seconds(interval.to)});
    line["faults"].push_back(std::move(fault));
  }
  line["checks"] = line["signals"] = Json::array();
  for (const CheckSpec& check : drill_.checks) {
    std::string expected;
    for (const Expectation& e : check.expect) expected += (expected.empty() ? "" : ", ") + e.figure + " " + e.text;
    Json spec{{"name", check.name}, {"during", check.during}, {"source", show(check.source)}, {"expected", expected}};
    if (check.is_signal()) spec["misleads"] = check.misleads;
    line[check.is_signal() ? "signals" : "checks"].push_back(std::move(spec));
  }
  line["command"] = options.command != nullptr ? Json(options.command->argv()) : Json(nullptr);
  line["no_faults"] = options.no_faults;
  if (options.venue != nullptr && options.venue->predicts()) line["predicted"] = true;
  journal_.write("run_start", line);
}

void Record::command_start(const EnvironmentVariables& variables) {
  Json environment = Json::object();
  for (const auto& [name, value] : variables) environment[name] = value;
  journal_.write("command_start", {{"environment", environment}});
}

void Record::command_failed(const std::string& why) { journal_.write("command_failed", {{"why", why}}); }

void Record::command_end(const Wrapped::Ending& ending, faults::Time start) {
  Json line{{"at_s", seconds(ending.at - start)}, {"exit_code", nullptr}, {"signal", nullptr}, {"told", ending.told}};
  if (ending.signal == 0) line["exit_code"] = ending.exit_code;
  if (ending.signal != 0) line["signal"] = fmt::format("SIG{}", sigabbrev_np(ending.signal));
  journal_.write("command_end", line);
}

void Record::fault(const Step& step, std::string_view why) {
  const FaultSpec& spec = drill_.faults[step.fault];
  if (step.what == Step::What::off) return fault_off(step.fault, why);
  if (step.what == Step::What::change) {
    journal_.write("fault_change", {{"fault", spec.name}, {"settings", in_force(spec, step.at - step.from)}});
    return;
  }
  journal_.write("fault_on", {{"fault", spec.name},
                              {"kind", std::string{spec.kind->name}},
                              {"proxies", spec.proxies},
                              {"settings", in_force(spec, Duration::zero())},
                              {"until_s", seconds(std::min(step.until, drill_.max_duration))}});
}

void Record::fault_off(std::size_t fault, std::string_view why) {
  journal_.write("fault_off", {{"fault", drill_.faults[fault].name}, {"why", std::string{why}}});
}

void Record::touched(std::size_t fault, const Force::Met& met, faults::Time start) {
  journal_.write("fault_touched", {{"fault", drill_.faults[fault].name},
                                   {"proxy", met.proxy},
                                   {"link", met.touch.link},
                                   {"client", met.touch.client.text()},
                                   {"at_s", seconds(met.touch.at - start)}});
}

void Record::requests(const std::string& load, const std::vector<std::string>& phases, const Requests& requests) {
  Json errors = Json::object();
  for (const auto& [kind, n] : requests.errors) errors[kind] = n;
  Json latency = Json::array();
  for (const auto& [bucket, n] : requests.latency.sparse()) latency.push_back({bucket, n});
  journal_.write(
      "requests",
      {{"load", load}, {"phases", phases}, {"sent", requests.count}, {"errors", errors}, {"latency", latency}});
}

void Record::load_connections(const std::string& load, const LoadConnections& connections) {
  journal_.write("load_connections",
                 {{"load", load}, {"opened", connections.opened}, {"most_open", connections.most_open}});
}

void Record::tool(const LoadSpec& load, const ToolReading& reading) {
  Json line{{"load", load.name}, {"tool", std::string{name(load.tool->format)}}, {"problem", nullptr}};
  if (const auto* problem = std::get_if<std::string>(&reading)) line["problem"] = *problem;
  if (const auto* figures = std::get_if<ToolFigures>(&reading)) {
    line["requests"] = figures->requests;
    line["failed"] = figures->knows_errors ? Json(figures->failed()) : Json(nullptr);
    line["errors"] = figures->errors;
    line["rate"] = figures->rate ? Json(*figures->rate) : Json(nullptr);
    line["quantiles_ms"] = Json::object();
    for (const auto& [key, took] : figures->quantiles) line["quantiles_ms"][key] = milliseconds(took);
  }
  journal_.write("tool", line);
}

void Record::proxy(const std::string& proxy, const proxy::Counters& counters) {
  Json ended = Json::object();
  for (std::size_t i = 0; i < proxy::end_count; ++i)
    if (counters.ended[i] > 0) ended[std::string{proxy::name(static_cast<proxy::End>(i))}] = counters.ended[i];
  journal_.write("proxy", {{"proxy", proxy},
                           {"open", counters.open},
                           {"accepted", counters.accepted},
                           {"ended", ended},
                           {"bytes_in", counters.bytes_in},
                           {"bytes_out", counters.bytes_out},
                           {"undelivered", counters.undelivered}});
}

void Record::pools(const std::string& proxy, const proxy::Counters& counters) {
  for (const auto& [fault, pool] : counters.pools) {
    if (!pool.in_force) continue;
    Json line{{"proxy", proxy},
              {"fault", fault},
              {"limit", pool.limit},
              {"active", pool.active},
              {"active_max", pool.active_max},
              {"granted", pool.granted}};
    if (pool.sees_queue) {
      line["queue"] = pool.queue;
      line["queue_max"] = pool.queue_max;
      line["timed_out"] = pool.timed_out;
      line["gone"] = pool.gone;
      line["rejected"] = pool.rejected;
      line["oldest_wait_s"] = seconds(pool.oldest_wait);
    }
    journal_.write("pool", line);
  }
}

void Record::probe(const std::string& check, bool ok, Duration took, const std::string& said) {
  journal_.write("probe", {{"check", check}, {"ok", ok}, {"took_s", seconds(took)}, {"said", said}});
}

void Record::text(std::string_view event, std::string_view key, const std::string& text) {
  Json line = Json::object();
  line[std::string{key}] = text;
  journal_.write(event, line);
}

void Record::prediction(const PredictedRun& prediction) {
  Json line{{"result", prediction.result}, {"phases", Json::array()}, {"left_out", prediction.left_out}};
  for (const PredictedPhase& phase : prediction.phases) {
    Json one{{"name", phase.name}, {"requests", phase.requests}, {"errors", phase.errors}};
    if (phase.p50_ms) one["p50_ms"] = *phase.p50_ms;
    if (phase.p99_ms) one["p99_ms"] = *phase.p99_ms;
    line["phases"].push_back(std::move(one));
  }
  journal_.write("prediction", line);
}

void Record::heal(const std::string& why, Duration took) {
  journal_.write("heal", {{"why", why}, {"took_s", seconds(took)}});
}

void Record::check(std::size_t index, const Verdict& verdict) {
  const CheckSpec& check = drill_.checks[index];
  Json line{{"name", check.name},           {"passed", nullptr},
            {"samples", verdict.samples},   {"expected", verdict.expected},
            {"measured", verdict.measured}, {"measured_value", nullptr},
            {"during", check.during},       {"source", show(check.source)},
            {"reason", verdict.reason}};
  if (verdict.judged) line["passed"] = verdict.passed;
  if (verdict.value) line["measured_value"] = *verdict.value;
  journal_.write(check.is_signal() ? "signal" : "check", line);
}

void Record::fault_summary(std::size_t index, const Force& force, const PoolWatch& pools, const RateWatch& rates,
                           faults::Time start, std::optional<Duration> healed) {
  const FaultSpec& spec = drill_.faults[index];
  Json line{{"fault", spec.name}, {"kind", std::string{spec.kind->name}}, {"proxies", spec.proxies}};
  const bool unseen = force.unseen(index);
  line["links_affected"] = unseen ? Json(nullptr) : Json(force.links(index));
  line["unseen"] = unseen;
  line["first"] = of_touch(force.first(index), start);
  line["last"] = of_touch(force.last(index), start);
  line["healed_s"] = healed ? Json(seconds(*healed)) : Json(nullptr);
  line["asked"] = asked(spec);
  line["achieved"] = achieved(spec, index, force, pools, rates);
  if (spec.table.find("rate") != nullptr) {
    line["bytes_per_s"] = Json::array();
    for (const double rate : rates.rates(index)) line["bytes_per_s"].push_back(std::llround(rate));
  }
  faults::Histogram lateness;
  for (const auto& effects : force.effects(index)) lateness.add(effects->lateness.snapshot());
  line["lateness"] = {{"samples", lateness.count()}};
  if (lateness.count() > 0) {
    line["lateness"]["p50_ms"] = milliseconds(lateness.quantile(0.5));
    line["lateness"]["p99_ms"] = milliseconds(lateness.quantile(0.99));
  }
  journal_.write("fault_summary", line);
}

void Record::pool_summary(const std::string& proxy, const std::string& fault, const faults::Occupancy& sum) {
  Json line{{"proxy", proxy},         {"fault", fault},         {"limit", sum.limit},  {"active_max", sum.active_max},
            {"granted", sum.granted}, {"evicted", sum.evicted}, {"leaked", sum.leaked}};
  if (sum.sees_queue) {
    line["queue_max"] = sum.queue_max;
    line["granted_after_wait"] = sum.granted_after_wait;
    line["timed_out"] = sum.timed_out;
    line["gone"] = sum.gone;
    line["rejected"] = sum.rejected;
    line["released"] = sum.released;
    if (sum.wait.count() > 0) {
      line["wait_p50_ms"] = milliseconds(sum.wait.quantile(0.5));
      line["wait_p95_ms"] = milliseconds(sum.wait.quantile(0.95));
    }
  }
  if (sum.hold.count() > 0) line["hold_p50_ms"] = milliseconds(sum.hold.quantile(0.5));
  if (sum.capacity.count() > 0) line["utilisation"] = seconds(sum.busy) / seconds(sum.capacity);
  journal_.write("pool_summary", line);
}

void Record::decisions(const Force& force) {
  Json counts = Json::object();
  std::uint64_t digest = 0;
  for (std::size_t i = 0; i < drill_.faults.size(); ++i) {
    std::uint64_t count = 0;
    for (const auto& effects : force.effects(i)) {
      count += effects->decisions();
      digest += faults::mix(effects->digest() + i + 1);  // a sum: workers and order do not matter
    }
    counts[drill_.faults[i].name] = count;
  }
  journal_.write("decisions", {{"digest", fmt::format("{:016x}", digest)}, {"counts", counts}});
}

void Record::lag(const faults::Histogram& conductor, Duration longest, const faults::Histogram& workers) {
  Json line = Json::object();
  if (conductor.count() > 0)
    line.update({{"p50_ms", milliseconds(conductor.quantile(0.5))},
                 {"p99_ms", milliseconds(conductor.quantile(0.99))},
                 {"max_ms", milliseconds(longest)}});
  if (workers.count() > 0)
    line.update({{"workers_p50_ms", milliseconds(workers.quantile(0.5))},
                 {"workers_p99_ms", milliseconds(workers.quantile(0.99))}});
  if (!line.empty()) journal_.write("lag", line);
}

void Record::cleanup(std::size_t faults_in_force, std::uint64_t links_open, std::size_t bytes_held) {
  journal_.write("cleanup",
                 {{"faults_in_force", faults_in_force}, {"links_open", links_open}, {"bytes_held", bytes_held}});
}

void Record::run_end(const Outcome& outcome, Duration lasted) {
  journal_.write("run_end", {{"result", std::string{name(outcome.result)}},
                             {"exit_code", exit_code(outcome)},
                             {"reasons", outcome.reasons},
                             {"duration_s", seconds(lasted)}});
}

}  // namespace firedrill::drills
