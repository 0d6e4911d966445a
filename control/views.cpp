// JSON, key by key.
#include "control/views.hpp"

#include <cmath>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "drills/achieved.hpp"
#include "drills/value_json.hpp"
#include "faults/units.hpp"

namespace firedrill::control {
namespace {

using faults::milliseconds;
using faults::seconds;
using std::chrono::steady_clock;

double rounded(double s) { return std::round(s * 1000) / 1000; }

Json percentiles(const faults::Histogram& of) {
  if (of.count() == 0) return nullptr;
  return {{"p50_ms", milliseconds(of.quantile(0.5))}, {"p99_ms", milliseconds(of.quantile(0.99))}};
}

}  // namespace

std::string show_utc(WallTime time) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)),
                     ((ms % 1000) + 1000) % 1000);
}

Json json_of(const HandFault& fault, const std::string& proxy) {
  Json json{{"name", fault.fault->name}, {"proxy", proxy}};
  json["kind"] = std::string{fault.fault->kind->name};
  json.update(drills::json_of(fault.table));
  json["ttl"] = fault.ttl ? Json(faults::show(*fault.ttl)) : Json(nullptr);
  const faults::Effects& effects = *fault.fault->effects;
  Json status{{"since", show_utc(fault.since)}};
  status["until"] = fault.ttl ? Json(show_utc(fault.until)) : Json(nullptr);
  status["remaining_s"] =
      fault.ttl ? Json(rounded(std::max(0.0, seconds(fault.fault->until - steady_clock::now())))) : Json(nullptr);
  status["by"] = fault.by;
  status["held_by"] = fault.held_by.empty() ? Json(nullptr) : Json(fault.held_by);
  status["run"] = fault.run.empty() ? Json(nullptr) : Json(fault.run);
  // Gates meet connections only as they come.
  status["connections"] = fault.fault->kind->contract == faults::Kind::Contract::gate
                              ? Json(nullptr)
                              : Json(std::max<std::int64_t>(0, effects.now.load()));
  status["touched"] = effects.links();
  Json achieved = Json::object();
  drills::add_achieved(achieved, fault.table, {fault.fault->effects});
  status["achieved"] = std::move(achieved);
  json["status"] = std::move(status);
  return json;
}

Json json_of(const ProxyView& proxy) {
  Json json{{"name", proxy.spec.name},
            {"listen", proxy.spec.listen.text()},
            {"upstream", proxy.spec.upstream.text()},
            {"connect_timeout", faults::show(proxy.spec.connect_timeout)},
            {"enabled", proxy.spec.enabled},
            {"faults", Json::array()}};
  for (const HandFault& fault : proxy.all()) json["faults"].push_back(json_of(fault, proxy.spec.name));
  json["status"] = {{"address", proxy.address.text()}};
  return json;
}

Json pool_json(const std::string& proxy, const std::string& fault, const faults::Occupancy& pool) {
  Json json{{"fault", fault},
            {"limit", pool.limit},
            {"active", pool.active},
            {"queue", pool.queue},
            {"held", pool.held},
            {"leaked", pool.leaked},
            {"preoccupied", pool.preoccupied},
            {"granted", pool.granted},
            {"granted_after_wait", pool.granted_after_wait},
            {"timed_out", pool.timed_out},
            {"rejected", pool.rejected},
            {"gone", pool.gone},
            {"evicted", pool.evicted},
            {"oldest_wait_s", rounded(seconds(pool.oldest_wait))},
            {"wait", percentiles(pool.wait)}};
  if (!proxy.empty()) json["proxy"] = proxy;
  if (!pool.sees_queue) json["queue"] = nullptr;  // who waits does so in the kernel
  return json;
}

Json json_of(const proxy::Counters& counters) {
  Json ended = Json::object();
  for (std::size_t i = 0; i < proxy::end_count; ++i)
    if (counters.ended[i] > 0) ended[std::string{name(static_cast<proxy::End>(i))}] = counters.ended[i];
  const auto lane = [&](faults::Direction d) {
    const auto i = static_cast<std::size_t>(d);
    return Json{{"bytes_in", counters.bytes_in[i]}, {"bytes_out", counters.bytes_out[i]}};
  };
  Json pools = Json::array();
  for (const auto& [fault, pool] : counters.pools)
    if (pool.in_force) pools.push_back(pool_json("", fault, pool));
  return {{"accepted", counters.accepted},
          {"open", counters.open},
          {"ended", ended},
          {"connect_errors", counters.connect_errors()},
          {"upstream", lane(faults::Direction::upstream)},
          {"downstream", lane(faults::Direction::downstream)},
          {"undelivered_bytes", counters.undelivered},
          {"accept_pauses", counters.accept_pauses},
          {"connect_time", percentiles(counters.connect_time)},
          {"first_byte", percentiles(counters.first_byte)},
          {"pools", pools}};
}

Json json_of(const proxy::LinkView& link) {
  return {{"id", link.ordinal},
          {"client", link.client.text()},
          {"state", std::string{link.state}},
          {"age_s", rounded(seconds(link.age))},
          {"idle_s", rounded(seconds(link.idle))},
          {"bytes_up", link.bytes_in[static_cast<std::size_t>(faults::Direction::upstream)]},
          {"bytes_down", link.bytes_in[static_cast<std::size_t>(faults::Direction::downstream)]},
          {"held_bytes", link.held},
          {"faults", link.faults}};
}

std::string_view name(drills::Snapshot::CheckNow::State state) {
  using State = drills::Snapshot::CheckNow::State;
  switch (state) {
    case State::waiting:
      return "waiting";
    case State::holding:
      return "holding";
    case State::missed:
      return "missed";
    case State::no_samples:
      break;
  }
  return "no_samples";
}

Json json_of(const Halt& halt) { return {{"since", show_utc(halt.since)}, {"by", halt.by}, {"reason", halt.reason}}; }

}  // namespace firedrill::control
