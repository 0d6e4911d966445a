// Judged by what kinds say of themselves and by scopes; no kind is known here by name.
#include "drills/shadows.hpp"

#include <algorithm>
#include <optional>

#include "drills/planned.hpp"
#include "drills/timeline.hpp"

namespace firedrill::drills {
namespace {

using faults::Connections;
using faults::Kind;
using faults::Lanes;
using faults::Scope;
using faults::Shuts;

bool is_for_all_links(const Scope& scope) {
  return !scope.is_drawn() && scope.clients.empty() && scope.except_clients.empty() && !scope.max_links;
}

// A fault as far as it matters here. With ramps it is what it is at both ends.
struct Standing {
  const FaultSpec* spec;
  Scope scope;
  Shuts shuts;  // nothing, unless for all links
  std::vector<Interval> appearances;
  bool ends;  // streams by itself, at some time or other
};

Standing standing(const Drill& drill, std::size_t index, const std::vector<Interval>& all) {
  const FaultSpec& spec = drill.faults[index];
  const auto first = state_at(spec, Duration::zero()), last = state_at(spec, drill.length());
  Standing one{&spec, last->scope, Shuts::nothing, {}, false};
  one.ends = spec.kind->ends == Kind::Ends::made && (first->settings->outlook().ends || last->settings->outlook().ends);
  if (is_for_all_links(first->scope) && is_for_all_links(last->scope))
    one.shuts = std::min(first->settings->outlook().shuts, last->settings->outlook().shuts);
  for (const Interval& interval : all)
    if (interval.fault == index) one.appearances.push_back(interval);
  return one;
}

bool share_a_proxy(const FaultSpec& a, const FaultSpec& b) {
  return std::any_of(a.proxies.begin(), a.proxies.end(), [&](const std::string& proxy) { return b.concerns(proxy); });
}

// Whether all that is known to come to these proxies makes a connection for every request: nothing is left open for a
// fault to act on.
bool has_short_links_only(const Drill& drill, const FaultSpec& fault) {
  bool any = false;
  for (const LoadSpec& load : drill.loads) {
    const ProxyBlock* proxy = proxy_of(load.target(), drill);
    if (proxy == nullptr || !fault.concerns(proxy->name)) continue;
    if (load.keep_alive || load.tool) return false;
    any = true;
  }
  return any;
}

bool hides_bytes(const Standing& a, const Standing& b) {
  const bool lanes = a.scope.lanes == Lanes::both || a.scope.lanes == b.scope.lanes;
  const bool links = a.scope.connections == Connections::all || a.scope.connections == b.scope.connections;
  // Who ends links by itself is seen all the same.
  return b.spec->kind->contract == Kind::Contract::stream && !b.ends && lanes && links;
}

bool needs_new_links(const Standing& b, const Drill& drill) {
  const Kind& kind = *b.spec->kind;
  if (kind.contract == Kind::Contract::gate || b.scope.connections == Connections::new_only) return true;
  return kind.contract == Kind::Contract::stream && b.scope.connections == Connections::all &&
         has_short_links_only(drill, *b.spec);
}

bool hides(const Standing& a, const Standing& b, const Drill& drill) {
  if (a.shuts == Shuts::nothing) return false;
  if (a.shuts == Shuts::bytes) return hides_bytes(a, b);
  // Links of old may have had their end, those that come are met by none.
  if (a.scope.connections == Connections::existing || !needs_new_links(b, drill)) return false;
  // Links that wait for an upstream can still be counted, refused and ended.
  const Kind& kind = *b.spec->kind;
  return a.shuts != Shuts::upstream || (kind.contract == Kind::Contract::stream && !b.ends);
}

// The first appearance of `b` of which `a` covers half or more, and where.
std::optional<Span> covered(const Standing& a, const Standing& b) {
  for (const Interval& mine : b.appearances) {
    Span span{};
    Duration sum{};
    auto one = std::partition_point(a.appearances.begin(), a.appearances.end(),
                                    [&](const Interval& i) { return i.to <= mine.from; });
    for (; one != a.appearances.end() && one->from < mine.to; ++one) {
      const Span both{std::max(one->from, mine.from), std::min(one->to, mine.to)};
      if (sum == Duration::zero()) span.from = both.from;
      span.to = both.to;
      sum += both.to - both.from;
    }
    if (2 * sum >= mine.to - mine.from) return span;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Shadow> shadows(const Drill& drill) {
  const auto all = intervals(drill);
  std::vector<Standing> standings;
  for (std::size_t i = 0; i < drill.faults.size(); ++i) standings.push_back(standing(drill, i, all));
  std::vector<Shadow> found;
  for (std::size_t b = 0; b < standings.size(); ++b)
    for (std::size_t a = 0; a < standings.size(); ++a) {
      // Of two that hide each other the stronger is seen, of equals the first.
      const bool stronger =
          standings[a].shuts > standings[b].shuts || (standings[a].shuts == standings[b].shuts && a < b);
      if (!stronger || !share_a_proxy(*standings[a].spec, *standings[b].spec) ||
          !hides(standings[a], standings[b], drill))
        continue;
      if (const auto span = covered(standings[a], standings[b]))
        found.push_back({b, a, span->from, span->to, standings[a].shuts});
    }
  return found;
}

}  // namespace firedrill::drills
