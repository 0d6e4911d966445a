// Figures as they are at the moment of asking; nothing is kept between two scrapes.
#include "control/metrics.hpp"

#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "control/problem.hpp"
#include "faults/bytes.hpp"
#include "faults/effects.hpp"
#include "proxy/counters.hpp"
#include "version.hpp"

namespace firedrill::control {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<std::pair<std::string, std::string>>;

constexpr double bounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

std::string_view direction_name(faults::Direction d) {
  return d == faults::Direction::upstream ? "upstream" : "downstream";
}
constexpr faults::Direction directions[] = {faults::Direction::upstream, faults::Direction::downstream};

class Page {
 public:
  void count(const std::string& name, const std::string& help, const Labels& labels, double value) {
    add(name, help, MetricType::Counter, labels).counter.value = value;
  }
  void level(const std::string& name, const std::string& help, const Labels& labels, double value) {
    add(name, help, MetricType::Gauge, labels).gauge.value = value;
  }
  void histogram(const std::string& name, const std::string& help, const Labels& labels, const faults::Histogram& of) {
    auto& to = add(name, help, MetricType::Histogram, labels).histogram;
    to.sample_count = of.count();
    to.sample_sum = faults::seconds(of.total());
    const auto cells = of.sparse();
    auto cell = cells.begin();
    std::uint64_t below = 0;
    for (const double bound : bounds) {
      for (; cell != cells.end() && faults::seconds(faults::Buckets::value(cell->first)) <= bound; ++cell)
        below += cell->second;
      to.bucket.push_back({below, bound});
    }
  }

  std::string text() const {
    std::vector<MetricFamily> all;
    for (const auto& [name, family] : families_) all.push_back(family);
    return prometheus::TextSerializer{}.Serialize(all);
  }

 private:
  ClientMetric& add(const std::string& name, const std::string& help, MetricType type, const Labels& labels) {
    MetricFamily& family = families_[name];
    family.name = name;
    family.help = help;
    family.type = type;
    ClientMetric& metric = family.metric.emplace_back();
    for (const auto& [key, value] : labels) metric.label.push_back({key, value});
    return metric;
  }

  std::map<std::string, MetricFamily> families_;
};

void add_pool(Page& page, const Labels& labels, const faults::Occupancy& pool) {
  const auto n = [](std::uint64_t value) { return static_cast<double>(value); };
  page.level("firedrill_pool_limit", "Slots of the pool", labels, n(pool.limit));
  page.level("firedrill_pool_in_use", "Slots in use, those leaked or taken by nobody included", labels, n(pool.active));
  if (pool.sees_queue) {
    page.level("firedrill_pool_queue", "Connections that wait for a slot", labels, n(pool.queue));
    page.level("firedrill_pool_oldest_wait_seconds", "How long the first of them has waited", labels,
               faults::seconds(pool.oldest_wait));
  }
  page.level("firedrill_pool_held", "Connections turned away and left hanging", labels, n(pool.held));
  page.level("firedrill_pool_leaked", "Slots that are never given back", labels, n(pool.leaked));
  page.level("firedrill_pool_preoccupied", "Slots taken by nobody", labels, n(pool.preoccupied));
  page.count("firedrill_pool_granted_total", "Connections that got a slot", labels, n(pool.granted));
  page.count("firedrill_pool_granted_after_wait_total", "Connections that got a slot and waited for it", labels,
             n(pool.granted_after_wait));
  page.count("firedrill_pool_queue_timeouts_total", "Connections that waited too long", labels, n(pool.timed_out));
  page.count("firedrill_pool_rejected_total", "Connections that found the queue full", labels, n(pool.rejected));
  page.count("firedrill_pool_left_total", "Connections whose client left the queue", labels, n(pool.gone));
  page.count("firedrill_pool_evicted_total", "Connections ended because there were fewer slots than they", labels,
             n(pool.evicted));
  page.count("firedrill_pool_busy_seconds_total", "Time that slots were in use", labels, faults::seconds(pool.busy));
  page.count("firedrill_pool_capacity_seconds_total", "Time that slots were offered", labels,
             faults::seconds(pool.capacity));
  page.histogram("firedrill_pool_wait_seconds", "How long connections waited for their slot; 0 when they did not",
                 labels, pool.wait);
}

void add_proxy(Page& page, const ProxyView& proxy, const proxy::Counters& counters) {
  const auto n = [](std::uint64_t value) { return static_cast<double>(value); };
  const std::string& id = proxy.spec.name;
  const Labels labels{{"proxy", id}};
  page.level("firedrill_proxy_enabled", "1 while the proxy listens", labels, proxy.spec.enabled ? 1 : 0);
  page.count("firedrill_connections_accepted_total", "Connections of clients", labels, n(counters.accepted));
  page.level("firedrill_connections_open", "Connections that are open, waiting ones included", labels,
             n(counters.open));
  for (std::size_t i = 0; i < proxy::end_count; ++i)
    page.count("firedrill_connections_ended_total", "Connections that are over, by the reason of their end",
               {{"proxy", id}, {"reason", std::string{proxy::name(static_cast<proxy::End>(i))}}}, n(counters.ended[i]));
  page.count("firedrill_connect_errors_total",
             "Dials of the upstream that failed: refused, timed out, unresolved; what a queue did is not among them",
             labels, n(counters.connect_errors()));
  for (const faults::Direction d : directions) {
    const auto i = static_cast<std::size_t>(d);
    const Labels both{{"proxy", id}, {"direction", std::string{direction_name(d)}}};
    page.count("firedrill_received_bytes_total", "Bytes read from the sender", both, n(counters.bytes_in[i]));
    page.count("firedrill_sent_bytes_total", "Bytes written to the receiver", both, n(counters.bytes_out[i]));
    // Toxiproxy's own two; its order of labels.
    const Labels as_toxiproxy{{"direction", std::string{direction_name(d)}},
                              {"listener", proxy.address.text()},
                              {"proxy", id},
                              {"upstream", proxy.spec.upstream.text()}};
    page.count("toxiproxy_proxy_received_bytes_total", "Bytes read from the sender", as_toxiproxy,
               n(counters.bytes_in[i]));
    page.count("toxiproxy_proxy_sent_bytes_total", "Bytes written to the receiver", as_toxiproxy,
               n(counters.bytes_out[i]));
  }
  page.count("firedrill_undelivered_bytes_total", "Bytes that a reset or a dead peer kept from leaving", labels,
             n(counters.undelivered));
  page.count("firedrill_accept_pauses_total", "Times that accepting stopped for want of descriptors", labels,
             n(counters.accept_pauses));
  page.histogram("firedrill_connect_seconds", "How long successful dials of the upstream took", labels,
                 counters.connect_time);
  page.histogram("firedrill_first_byte_seconds", "From accepting a connection to the first byte towards its client",
                 labels, counters.first_byte);
  for (const auto& [fault, pool] : counters.pools)
    if (pool.in_force) add_pool(page, {{"proxy", id}, {"fault", fault}}, pool);
  for (const HandFault& fault : proxy.all()) {
    const Labels of{{"proxy", id}, {"fault", fault.fault->name}, {"kind", std::string{fault.fault->kind->name}}};
    const faults::Effects& effects = *fault.fault->effects;
    page.level("firedrill_fault_in_force", "1 while the fault is in force", of, 1);
    page.count("firedrill_fault_connections_total", "Connections that the fault did something to", of,
               n(effects.links()));
    page.count("firedrill_fault_discarded_bytes_total", "Bytes that the fault threw away", of,
               n(effects.discarded.load(std::memory_order_relaxed)));
    page.count("firedrill_fault_ended_total", "Connections or streams that the fault ended", of,
               n(effects.ended.load(std::memory_order_relaxed)));
  }
}

}  // namespace

std::string metrics(Registry& registry) {
  Page page;
  page.level("firedrill_build_info", "1, with the version as a label", {{"version", std::string{version}}}, 1);
  page.level("firedrill_halted", "1 while faults are refused", {}, registry.halted() ? 1 : 0);
  page.level("firedrill_room_connections", "Connections that the limit of descriptors has room for", {},
             static_cast<double>(proxy::Engine::room()));
  page.level("firedrill_held_bytes", "Memory taken by bytes that are held", {},
             static_cast<double>(faults::Bytes::outstanding()));
  for (const ProxyView& proxy : registry.list()) {
    try {
      add_proxy(page, proxy, registry.counters(proxy.spec.name).value_or(proxy::Counters{}));
    } catch (const Refusal&) {  // it has gone meanwhile
    }
  }
  return page.text();
}

}  // namespace firedrill::control
