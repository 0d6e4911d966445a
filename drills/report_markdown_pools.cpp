// What the pool did, kept apart from what the backend did: mixing the two is how an outage's responders are misled.
#include <fmt/format.h>

#include "drills/report_words.hpp"

namespace firedrill::drills {
namespace {

const ProxyReport* proxy_of(const Report& report, const PoolReport& pool) {
  for (const ProxyReport& proxy : report.proxies)
    if (proxy.name == pool.proxy) return &proxy;
  return nullptr;
}

std::string queue_table(const PoolReport& pool) {
  std::string text = heading({"queue outcome", "connections"});
  text += row({"given a slot", grouped(pool.granted)});
  text += row({"… of these after a wait", grouped(pool.granted_after_wait)});
  text += row({"… of these evicted", grouped(pool.evicted)});
  text += row({"wait ended by the timeout", grouped(pool.timed_out)});
  text += row({"client left while waiting", grouped(pool.gone)});
  text += row({"turned away, queue full", grouped(pool.rejected)});
  text += row({"still waiting at the heal, let in then", grouped(pool.released)});
  return text;
}

std::string backend_table(const ProxyReport* proxy) {
  std::string text = heading({"dial of the backend", "connections"});
  for (const auto& [reason, label] :
       {std::pair{"connect_refused", "refused"}, std::pair{"connect_timeout", "timed out"},
        std::pair{"unresolved", "name not resolved"}}) {
    MaybeCount n;
    if (proxy != nullptr && proxy->measured) {
      const auto found = proxy->ended.find(reason);
      n = found == proxy->ended.end() ? 0 : found->second;
    }
    text += row({label, grouped(n)});
  }
  return text;
}

std::string times(std::uint64_t n) { return n == 1 ? "once" : grouped(n) + " times"; }

// Only what the figures support.
std::string meaning(const PoolReport& pool, const MaybeCount& connect_errors) {
  if (!pool.timed_out || !pool.rejected)
    return "Whether anybody waited, and what became of those who did, was not measured (who waits in the kernel's "
           "backlog nobody here sees), so nothing is concluded.";
  std::vector<std::string> ends;
  if (*pool.timed_out > 0) ends.push_back(fmt::format("waits ended in timeouts {}", times(*pool.timed_out)));
  if (*pool.rejected > 0) ends.push_back(fmt::format("a full queue turned connections away {}", times(*pool.rejected)));
  if (ends.empty()) {
    if (!pool.granted_after_wait) return "The pool turned nobody away; whether anybody waited was not measured.";
    if (*pool.granted_after_wait == 0) return "The pool made nobody wait and turned nobody away.";
    return fmt::format("The pool made {} connection{} wait and turned nobody away.", grouped(*pool.granted_after_wait),
                       *pool.granted_after_wait == 1 ? "" : "s");
  }
  std::string text = joined(ends, " and ");
  if (text.starts_with('w')) text.front() = 'W';
  if (text.starts_with('a')) text.front() = 'A';
  if (!connect_errors) return text + "; whether the backend refused anything was not measured.";
  if (*connect_errors == 0)
    return text + " while the backend refused nothing: the pool is the bottleneck, not the backend.";
  return text + fmt::format(
                    ", and dials of the backend failed {} besides: the pool is a bottleneck, and the backend needs a "
                    "look too.",
                    times(*connect_errors));
}

}  // namespace

std::string pools_section(const Report& report) {
  if (report.pools.empty()) return "";
  std::string text = "\n## Pools\n";
  for (const PoolReport& pool : report.pools) {
    const ProxyReport* proxy = proxy_of(report, pool);
    text += fmt::format("\n### {} under {}\n\n{}\n\n", code(pool.proxy), code(pool.fault),
                        meaning(pool, proxy != nullptr ? proxy->connect_errors() : std::nullopt));
    if (!report.complete) text += "That is as far as the journal goes, which is not complete.\n\n";
    text += fmt::format(
        "Slots: {} (at the end), of these leaked {}, most in use by connections {}, utilisation {} (leaked and "
        "preoccupied slots are in use too). Longest queue: {}. Waits of those served: p50 {}, p95 {}. "
        "A slot was held for {} (p50).\n\n",
        grouped(pool.limit), grouped(pool.leaked), grouped(pool.active_max), show_ratio(pool.utilisation),
        grouped(pool.queue_max), show_ms(pool.wait_p50_ms), show_ms(pool.wait_p95_ms), show_ms(pool.hold_p50_ms));
    for (const LoadReport& load : report.loads)
      if (load.url == "proxy:" + pool.proxy || load.url.starts_with("proxy:" + pool.proxy + "/"))
        if (const std::string reuse = reuse_of(load); !reuse.empty()) text += reuse + "\n\n";
    text +=
        queue_table(pool) + "\nDials of the whole run, which no queue outcome is part of:\n\n" + backend_table(proxy);
  }
  return text;
}

}  // namespace firedrill::drills
