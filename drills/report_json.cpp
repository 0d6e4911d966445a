// report.json: the report as programs read it. Keys are only ever added.
#include <cmath>
#include <nlohmann/json.hpp>

#include "drills/report.hpp"

namespace firedrill::drills {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json maybe(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// Six decimals: bucket widths and clocks are no finer, and 0.30000000000000004 helps nobody.
Json maybe(const MaybeNumber& value) { return value ? Json(std::round(*value * 1e6) / 1e6) : Json(nullptr); }

Json facts(const Facts& all) {
  Json table = Json::object();
  for (const auto& [key, text] : all) table[key] = Json::parse(text, nullptr, false);
  return table;
}

Json phases(const std::vector<PhaseReport>& all) {
  Json list = Json::array();
  for (const PhaseReport& phase : all)
    list.push_back({{"name", phase.name},
                    {"requests", phase.requests.count},
                    {"errors", phase.requests.failed()},
                    {"error_ratio", maybe(phase.error_ratio())},
                    {"p50_ms", maybe(phase.quantile_ms(0.5))},
                    {"p90_ms", maybe(phase.quantile_ms(0.9))},
                    {"p95_ms", maybe(phase.quantile_ms(0.95))},
                    {"p99_ms", maybe(phase.quantile_ms(0.99))},
                    {"p999_ms", maybe(phase.quantile_ms(0.999))},
                    {"errors_by_kind", phase.requests.errors}});
  return list;
}

Json tool(const std::optional<ToolReport>& tool) {
  if (!tool) return nullptr;
  return {{"tool", tool->tool},
          {"problem", tool->problem.empty() ? Json(nullptr) : Json(tool->problem)},
          {"requests", maybe(tool->requests)},
          {"errors", maybe(tool->failed)},
          {"errors_by_kind", tool->errors},
          {"rate", maybe(tool->rate)},
          {"p50_ms", maybe(tool->p50_ms)},
          {"p90_ms", maybe(tool->p90_ms)},
          {"p95_ms", maybe(tool->p95_ms)},
          {"p99_ms", maybe(tool->p99_ms)}};
}

Json loads(const std::vector<LoadReport>& all) {
  Json list = Json::array();
  for (const LoadReport& load : all)
    list.push_back({{"name", load.name},
                    {"url", load.url},
                    {"rate", maybe(load.rate)},
                    {"stages", load.stages},
                    {"command", load.command.empty() ? Json(nullptr) : Json(load.command)},
                    {"tool", tool(load.tool)},
                    {"keep_alive", load.keep_alive},
                    {"connections_opened", maybe(load.connections_opened)},
                    {"connections_most_open", maybe(load.connections_most_open)},
                    {"phases", phases(load.phases)}});
  return list;
}

Json command(const std::optional<CommandReport>& command) {
  if (!command) return nullptr;
  return {{"argv", command->argv},
          {"started_s", maybe(command->started_s)},
          {"ended_s", maybe(command->ended_s)},
          {"exit_code", maybe(command->exit_code)},
          {"signal", command->signal.empty() ? Json(nullptr) : Json(command->signal)},
          {"told_to_end", command->told},
          {"problem", command->problem}};
}

Json checks(const std::vector<CheckReport>& all) {
  Json list = Json::array();
  for (const CheckReport& check : all)
    list.push_back({{"name", check.name},
                    {"passed", maybe(check.passed)},
                    {"samples", check.samples},
                    {"expected", check.expected},
                    {"measured", check.measured},
                    {"measured_value", maybe(check.measured_value)},
                    {"during", check.during},
                    {"source", check.source},
                    {"reason", check.reason},
                    {"last_failure", check.last_failure}});
  return list;
}

Json signals(const std::vector<CheckReport>& all) {
  Json list = Json::array();
  for (const CheckReport& signal : all)
    list.push_back({{"name", signal.name},
                    {"seen", maybe(signal.samples > 0 ? signal.passed : std::nullopt)},
                    {"misleads", signal.misleads},
                    {"samples", signal.samples},
                    {"expected", signal.expected},
                    {"measured", signal.measured},
                    {"during", signal.during},
                    {"source", signal.source}});
  return list;
}

Json touch(const std::optional<TouchReport>& touch) {
  if (!touch) return nullptr;
  return {{"link", touch->link}, {"client", touch->client}, {"at_s", maybe(touch->at_s)}, {"proxy", touch->proxy}};
}

Json lateness(const std::optional<FaultReport::Lateness>& late) {
  if (!late) return nullptr;
  return {{"samples", late->samples}, {"p50_ms", maybe(late->p50_ms)}, {"p99_ms", maybe(late->p99_ms)}};
}

Json faults_list(const std::vector<FaultReport>& all) {
  Json list = Json::array();
  for (const FaultReport& fault : all) {
    Json in_force = Json::array(), planned = Json::array();
    for (const auto& [from, to] : fault.in_force)
      in_force.push_back(Json::array({maybe(MaybeNumber{from}), maybe(to)}));
    for (const auto& [from, to] : fault.planned) planned.push_back(Json::array({from, to}));
    list.push_back({{"name", fault.name},
                    {"kind", fault.kind},
                    {"proxies", fault.proxies},
                    {"links_affected", maybe(fault.links_affected)},
                    {"unseen", fault.unseen},
                    {"first", touch(fault.first)},
                    {"last", touch(fault.last)},
                    {"healed_s", maybe(fault.healed_s)},
                    {"healed_why", fault.healed_why},
                    {"asked", facts(fault.asked)},
                    {"achieved", facts(fault.achieved)},
                    {"bytes_per_s", fault.bytes_per_s},
                    {"planned", planned},
                    {"in_force", in_force},
                    {"lateness", lateness(fault.lateness)}});
  }
  return list;
}

Json pools(const std::vector<PoolReport>& all) {
  Json list = Json::array();
  for (const PoolReport& pool : all) {
    Json series = Json::array();
    for (const PoolPoint& point : pool.series)
      series.push_back({{"t", maybe(MaybeNumber{point.t})},
                        {"active", point.active},
                        {"queue", pool.queue_max ? Json(point.queue) : Json(nullptr)}});
    list.push_back({{"proxy", pool.proxy},
                    {"fault", pool.fault},
                    {"limit", maybe(pool.limit)},
                    {"active_max", maybe(pool.active_max)},
                    {"queue_max", maybe(pool.queue_max)},
                    {"granted", maybe(pool.granted)},
                    {"granted_after_wait", maybe(pool.granted_after_wait)},
                    {"timed_out", maybe(pool.timed_out)},
                    {"gone", maybe(pool.gone)},
                    {"rejected", maybe(pool.rejected)},
                    {"evicted", maybe(pool.evicted)},
                    {"released", maybe(pool.released)},
                    {"leaked", maybe(pool.leaked)},
                    {"wait_p50_ms", maybe(pool.wait_p50_ms)},
                    {"wait_p95_ms", maybe(pool.wait_p95_ms)},
                    {"hold_p50_ms", maybe(pool.hold_p50_ms)},
                    {"utilisation", maybe(pool.utilisation)},
                    {"series_one_in", pool.one_in},
                    {"series", series}});
  }
  return list;
}

Json proxies(const std::vector<ProxyReport>& all) {
  Json list = Json::array();
  for (const ProxyReport& proxy : all) {
    Json one = {{"name", proxy.name}, {"listen", proxy.listen}, {"upstream", proxy.upstream}};
    Json counters = nullptr;
    if (proxy.measured)
      counters = {{"accepted", proxy.accepted},
                  {"open", proxy.open},
                  {"ended", proxy.ended},
                  {"connect_errors", maybe(proxy.connect_errors())},
                  {"bytes_in", proxy.bytes_in},
                  {"bytes_out", proxy.bytes_out},
                  {"undelivered", proxy.undelivered}};
    one["counters"] = counters;
    list.push_back(one);
  }
  return list;
}

Json moments(const std::vector<Report::Moment>& all) {
  Json list = Json::array();
  for (const auto& moment : all) list.push_back({{"t", maybe(MaybeNumber{moment.t})}, {"text", moment.text}});
  return list;
}

Json decisions(const std::optional<Report::Decisions>& decided) {
  if (!decided) return nullptr;
  return {{"digest", decided->digest}, {"counts", decided->counts}};
}

Json prediction(const std::optional<PredictedRun>& prediction) {
  if (!prediction) return nullptr;
  Json all = Json::array();
  for (const PredictedPhase& phase : prediction->phases)
    all.push_back({{"name", phase.name},
                   {"requests", phase.requests},
                   {"errors", phase.errors},
                   {"error_ratio", maybe(phase.error_ratio())},
                   {"p50_ms", maybe(phase.p50_ms)},
                   {"p99_ms", maybe(phase.p99_ms)}});
  return {{"result", prediction->result}, {"phases", all}, {"left_out", prediction->left_out}};
}

Json lag(const std::optional<Report::Lag>& lag) {
  if (!lag) return nullptr;
  return {{"p50_ms", maybe(lag->p50_ms)},
          {"p99_ms", maybe(lag->p99_ms)},
          {"max_ms", maybe(lag->max_ms)},
          {"workers_p50_ms", maybe(lag->workers_p50_ms)},
          {"workers_p99_ms", maybe(lag->workers_p99_ms)}};
}

Json cleanup(const std::optional<CleanupReport>& cleanup) {
  if (!cleanup) return nullptr;
  return {{"clean", cleanup->clean()},
          {"faults_in_force", cleanup->faults_in_force},
          {"links_open", cleanup->links_open},
          {"bytes_held", cleanup->bytes_held}};
}

}  // namespace

Json to_json(const Report& report) {
  return {{"drill", report.drill},
          {"title", report.title},
          {"owner", report.owner},
          {"file", report.file},
          {"seed", maybe(report.seed)},
          {"version", report.version},
          {"host", report.host},
          {"started_utc", report.started_utc},
          {"planned_s", maybe(report.planned_s)},
          {"duration_s", maybe(report.duration_s)},
          {"journal_ends_at_s", maybe(MaybeNumber{report.ends_at_s})},
          {"result", report.result},
          {"exit_code", report.exit_code},
          {"reasons", report.reasons},
          {"complete", report.complete},
          {"missing", report.missing},
          {"unknown_events", report.unknown},
          {"command", command(report.command)},
          {"no_faults", report.no_faults},
          {"predicted", report.predicted},
          {"phases", phases(report.phases)},
          {"loads", loads(report.loads)},
          {"checks", checks(report.checks)},
          {"signals", signals(report.signals)},
          {"faults", faults_list(report.faults)},
          {"pools", pools(report.pools)},
          {"proxies", proxies(report.proxies)},
          {"decisions", decisions(report.decisions)},
          {"aborts", moments(report.aborts)},
          {"heals", moments(report.heals)},
          {"notes", moments(report.notes)},
          {"cleanup", cleanup(report.cleanup)},
          {"lag", lag(report.lag)},
          {"prediction", prediction(report.prediction)},
          {"repeat_with", command_to_repeat(report)},
          {"not_reproducible", report.predicted ? "" : not_reproducible()}};
}

}  // namespace firedrill::drills
