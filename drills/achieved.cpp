// Effects, pools and rates become figures.
#include "drills/achieved.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "faults/units.hpp"

namespace firedrill::drills {
namespace {

using Json = nlohmann::ordered_json;
using faults::milliseconds;

/// Of all proxies of a fault.
struct Sum {
  faults::Histogram lateness, delay;
  std::uint64_t links = 0, eligible = 0, drawn = 0, passed = 0, tried = 0, discarded = 0, altered = 0, stalls = 0,
                due = 0, ended = 0;
};

Sum sum_of(const std::vector<std::shared_ptr<faults::Effects>>& all) {
  Sum sum;
  for (const auto& effects : all) {
    sum.lateness.add(effects->lateness.snapshot());
    sum.delay.add(effects->delay.snapshot());
    sum.links += effects->links();
    sum.eligible += effects->eligible.load();
    sum.drawn += effects->drawn.load();
    sum.passed += effects->passed.load();
    sum.tried += effects->tried.load();
    sum.due += effects->due.load();
    sum.discarded += effects->discarded.load();
    sum.altered += effects->altered.load();
    sum.stalls += effects->stalls.load();
    sum.ended += effects->ended.load();
  }
  return sum;
}

void add_delay(Json& achieved, const faults::Value& table, const Sum& sum) {
  if (sum.delay.count() == 0) return;
  Json delay{{"p50_ms", milliseconds(sum.delay.quantile(0.5))}, {"p99_ms", milliseconds(sum.delay.quantile(0.99))}};
  if (sum.lateness.count() > 0) {
    delay["error_p50_ms"] = milliseconds(sum.lateness.quantile(0.5));
    delay["error_p99_ms"] = milliseconds(sum.lateness.quantile(0.99));
  }
  // Where a delay is what happens, not what was asked for, it has another name.
  const auto asked = [&](std::string_view key) { return table.find(key) != nullptr; };
  achieved[asked("delay") && !asked("rate") && !asked("loss") ? "delay" : "held"] = delay;
  for (const auto& [key, share] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}})
    if (asked(key)) achieved[key] = fmt::format("{:.4g}ms", milliseconds(sum.delay.quantile(share)));
}

Json spread(std::vector<double> rates) {
  std::sort(rates.begin(), rates.end());
  return {{"p50_bytes_per_s", rates[rates.size() / 2]}, {"max_bytes_per_s", rates.back()}, {"seconds", rates.size()}};
}

// A line of each link's own is held against the rate of one of them, a line that all share against that of all.
void add_rate(Json& achieved, const FaultSpec& spec, const RateWatch& watch, std::size_t fault) {
  if (spec.table.find("rate") == nullptr || watch.rates(fault).empty()) return;
  const faults::Value* scope = spec.table.find("scope");
  const bool shared = scope != nullptr && scope->text() != nullptr && *scope->text() == "proxy";
  std::vector<double> rates = watch.rates(fault);
  if (std::erase(rates, 0.0) == watch.rates(fault).size()) rates = watch.rates(fault);  // nothing moved in any second
  if (!shared && !watch.each_lane(fault).empty()) achieved["rate"] = spread(watch.each_lane(fault));
  achieved[shared ? "rate" : "rate_all_links"] = spread(rates);
}

// Of so many segments or bytes so many were hit.
void add_chance(Json& achieved, const faults::Value& table, const Sum& sum) {
  if (sum.tried == 0) return;
  const auto asked = [&](std::string_view key) { return table.find(key) != nullptr; };
  const bool plain = !asked("model") && !asked("offsets");
  const char* const key = asked("loss") ? "loss" : plain && asked("chance") ? "chance" : "share_hit";
  const double share = static_cast<double>(sum.stalls + sum.altered) / static_cast<double>(sum.tried);
  achieved[key] = {{"percent", share * 100}, {"of", sum.tried}};
}

void add_pools(Json& achieved, const FaultSpec& spec, const PoolWatch& pools) {
  std::uint64_t most = 0, timed_out = 0, gone = 0, granted = 0;
  faults::Histogram wasted;
  bool any = false;
  for (const PoolWatch::Pool& pool : pools.all()) {
    if (pool.fault != spec.name) continue;
    any = true;
    most = std::max(most, pool.last.active_max);
    timed_out += pool.last.timed_out;
    gone += pool.last.gone;
    granted += pool.last.granted;
    wasted.add(pool.last.wasted);
  }
  if (!any) return;
  achieved["max_connections"] = {{"most_in_use", most}};
  // Waits of clients that left by themselves are in the same histogram.
  if (timed_out > 0 && gone == 0)
    achieved["queue_timeout"] = {{"p50_ms", milliseconds(wasted.quantile(0.5))},
                                 {"p99_ms", milliseconds(wasted.quantile(0.99))}};
  achieved["connections_let_in"] = granted;
}

}  // namespace

void add_achieved(Json& achieved, const faults::Value& table,
                  const std::vector<std::shared_ptr<faults::Effects>>& effects) {
  const Sum sum = sum_of(effects);
  add_delay(achieved, table, sum);
  add_chance(achieved, table, sum);
  if (sum.eligible > 0 && table.find("percent") != nullptr)
    achieved["percent"] = faults::show_share(static_cast<double>(sum.drawn) / static_cast<double>(sum.eligible));
  achieved["links"] = sum.links;
  if (sum.eligible > 0) achieved["links_eligible"] = sum.eligible;
  if (sum.due > 0) achieved["links_due_to_end"] = sum.due;
  if (sum.ended > 0) achieved["links_ended"] = sum.ended;
  if (sum.passed > 0) achieved["bytes_passed"] = sum.passed;
  if (sum.discarded > 0) achieved["discarded_bytes"] = sum.discarded;
  if (sum.altered > 0) achieved["altered_bytes"] = sum.altered;
  if (sum.stalls > 0) achieved["stalls"] = sum.stalls;
}

Json achieved(const FaultSpec& spec, std::size_t fault, const Force& force, const PoolWatch& pools,
              const RateWatch& rates) {
  Json achieved = Json::object();
  add_pools(achieved, spec, pools);
  add_rate(achieved, spec, rates, fault);
  add_achieved(achieved, spec.table, force.effects(fault));
  return achieved;
}

}  // namespace firedrill::drills
