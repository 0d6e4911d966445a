// Requests, proxies and pools: the events that come all the time and are added up.
#include <nlohmann/json.hpp>

#include "drills/read_journal.hpp"

namespace firedrill::drills {
namespace {

constexpr double most_latency_s = 1e9;          // beyond that, figures are no measurements (and sums would overflow)
constexpr std::size_t most_pool_points = 4000;  // a quarter of an hour in full
constexpr double one_moment_s = 0.05;           // lines of one load that belong to the same reading

}  // namespace

void JournalReading::requests(const Fields& line) {
  Requests fresh;
  fresh.count = count_of(line, "sent").value_or(0);
  fresh.errors = counts_of(line, "errors");
  double latency_s = 0;
  std::vector<std::pair<std::size_t, std::uint64_t>> cells;
  for (const Fields& cell : list_of(line, "latency")) {
    const auto bucket = cell.is_array() && cell.size() == 2 ? as_count(cell[0]) : std::nullopt;
    const auto times = bucket ? as_count(cell[1]) : std::nullopt;
    if (!times || *bucket >= faults::Buckets::count) continue;
    latency_s += faults::seconds(faults::Buckets::value(*bucket)) * static_cast<double>(*times);
    cells.emplace_back(*bucket, *times);
  }
  if (latency_s_ + latency_s > most_latency_s || fresh.failed() > fresh.count) {
    ++implausible_;
    return;
  }
  latency_s_ += latency_s;
  for (const auto& [bucket, times] : cells) fresh.latency.add_bucket(bucket, times);

  auto names = texts_of(line, "phases");
  names.push_back("always");
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const std::string load = text_of(line, "load");
  add_requests(report_.phases, names, fresh);
  add_requests(named(report_.loads, load).phases, names, fresh);
  slice(load, fresh);
}

void JournalReading::add_requests(std::vector<PhaseReport>& phases, const std::vector<std::string>& names,
                                  const Requests& fresh) {
  for (const std::string& name : names) {
    Requests& sum = named(phases, name).requests;
    sum.count += fresh.count;
    for (const auto& [kind, n] : fresh.errors) sum.errors[kind] += n;
    sum.latency.add(fresh.latency);
  }
}

// A line tells of the time since the load's previous reading; one reading may be several lines, one for each set of
// phases.
void JournalReading::slice(const std::string& load, const Requests& fresh) {
  Last& last = last_requests_[load];
  if (t_ - last.at > one_moment_s) last = {last.at, t_};
  report_.traffic.push_back({last.before, t_, fresh.count, fresh.failed()});
}

void JournalReading::load_connections(const Fields& line) {
  LoadReport& load = named(report_.loads, text_of(line, "load"));
  load.connections_opened = count_of(line, "opened");
  load.connections_most_open = count_of(line, "most_open");
}

void JournalReading::tool(const Fields& line) {
  ToolReport tool;
  tool.tool = text_of(line, "tool");
  tool.problem = text_of(line, "problem");
  tool.requests = count_of(line, "requests");
  tool.failed = count_of(line, "failed");
  tool.errors = counts_of(line, "errors");
  tool.rate = number_of(line, "rate");
  const Fields& quantiles = field(line, "quantiles_ms");
  for (const auto& [key, known] : {std::pair{"p50", &tool.p50_ms}, std::pair{"p90", &tool.p90_ms},
                                   std::pair{"p95", &tool.p95_ms}, std::pair{"p99", &tool.p99_ms}})
    if (quantiles.is_object()) *known = number_of(quantiles, key);
  named(report_.loads, text_of(line, "load")).tool = std::move(tool);
}

void JournalReading::proxy(const Fields& line) {
  ProxyReport& proxy = named(report_.proxies, text_of(line, "proxy"));
  proxy.measured = true;
  proxy.accepted = count_of(line, "accepted").value_or(0);
  proxy.open = count_of(line, "open").value_or(0);
  proxy.undelivered = count_of(line, "undelivered").value_or(0);
  proxy.ended = counts_of(line, "ended");
  for (const auto& [key, bytes] : {std::pair{"bytes_in", &proxy.bytes_in}, std::pair{"bytes_out", &proxy.bytes_out}}) {
    const Fields& both = list_of(line, key);
    for (std::size_t i = 0; i < std::min<std::size_t>(2, both.size()); ++i) (*bytes)[i] = as_count(both[i]).value_or(0);
  }
}

PoolReport& JournalReading::pool_of(const Fields& line) {
  const std::string proxy = text_of(line, "proxy"), fault = text_of(line, "fault");
  for (PoolReport& pool : report_.pools)
    if (pool.proxy == proxy && pool.fault == fault) return pool;
  PoolReport& pool = report_.pools.emplace_back();
  pool.proxy = proxy;
  pool.fault = fault;
  return pool;
}

void JournalReading::pool(const Fields& line) {
  PoolReport& pool = pool_of(line);
  // Maxima are since the previous reading, the others since the pool came.
  const auto peak = [&](MaybeCount& known, const char* key) {
    if (const auto n = count_of(line, key)) known = std::max(known.value_or(0), *n);
  };
  const auto latest = [&](MaybeCount& known, const char* key) {
    if (const auto n = count_of(line, key)) known = n;
  };
  peak(pool.active_max, "active_max");
  peak(pool.active_max, "active");
  peak(pool.queue_max, "queue_max");
  peak(pool.queue_max, "queue");
  latest(pool.limit, "limit");
  latest(pool.granted, "granted");
  latest(pool.timed_out, "timed_out");
  latest(pool.gone, "gone");
  latest(pool.rejected, "rejected");
  const auto active = count_of(line, "active"), queue = count_of(line, "queue");
  if (active) pool.series.push_back({t_, *active, queue.value_or(0)});
}

void JournalReading::pool_summary(const Fields& line) {
  PoolReport& pool = pool_of(line);
  const auto over = [&](auto& known, const auto& fresh) {
    if (fresh) known = fresh;
  };
  over(pool.limit, count_of(line, "limit"));
  over(pool.active_max, count_of(line, "active_max"));
  over(pool.queue_max, count_of(line, "queue_max"));
  over(pool.granted, count_of(line, "granted"));
  over(pool.granted_after_wait, count_of(line, "granted_after_wait"));
  over(pool.timed_out, count_of(line, "timed_out"));
  over(pool.gone, count_of(line, "gone"));
  over(pool.rejected, count_of(line, "rejected"));
  over(pool.evicted, count_of(line, "evicted"));
  over(pool.released, count_of(line, "released"));
  over(pool.leaked, count_of(line, "leaked"));
  over(pool.wait_p50_ms, number_of(line, "wait_p50_ms"));
  over(pool.wait_p95_ms, number_of(line, "wait_p95_ms"));
  over(pool.hold_p50_ms, number_of(line, "hold_p50_ms"));
  over(pool.utilisation, number_of(line, "utilisation"));
}

// Each point that stays is a real reading: the one with the longest queue of its group.
void thin(PoolReport& pool) {
  pool.one_in = (pool.series.size() + most_pool_points - 1) / most_pool_points;
  if (pool.one_in <= 1) {
    pool.one_in = 1;
    return;
  }
  std::vector<PoolPoint> kept;
  for (std::size_t i = 0; i < pool.series.size(); i += pool.one_in) {
    const auto from = pool.series.begin() + static_cast<std::ptrdiff_t>(i);
    const auto to = pool.series.begin() + static_cast<std::ptrdiff_t>(std::min(i + pool.one_in, pool.series.size()));
    kept.push_back(*std::max_element(from, to, [](const PoolPoint& a, const PoolPoint& b) {
      return std::pair{a.queue, a.active} < std::pair{b.queue, b.active};
    }));
  }
  pool.series = std::move(kept);
}

}  // namespace firedrill::drills
