// Scopes in words. What a fault does at its worst, its kind says itself.
#include "drills/blast_radius.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

#include "drills/timeline.hpp"

namespace firedrill::drills {
namespace {

using faults::Connections;
using faults::Kind;
using faults::Lanes;
using faults::Outlook;
using faults::Scope;
using faults::Scopes;
using faults::show_share;

// A fault when it comes, and after its ramps.
struct Ends {
  std::shared_ptr<const faults::Fault> first, last;
};

Ends ends_of(const FaultSpec& fault, const Drill& drill) {
  return {state_at(fault, Duration::zero()), state_at(fault, drill.length())};
}

std::string drawn(const Ends& fault, std::string_view one, std::string_view many) {
  const Scope &from = fault.first->scope, &to = fault.last->scope;
  std::string share;
  if (from.percent < to.percent || from.percent > to.percent) {
    share = fmt::format("about {} to {} of ", show_share(from.percent), show_share(to.percent));
  } else if (to.percent < 1) {
    share = to.percent > 0 ? fmt::format("about {} of ", show_share(to.percent)) : "none of ";
  }
  if (to.every > 1) return fmt::format("{}one {} in {}", share, one, to.every);
  return share.empty() ? fmt::format("every {}", one) : share + std::string{many};
}

std::string listed(const FaultSpec& fault, std::string_view key) {
  const faults::Value* value = fault.table.find(key);
  if (value == nullptr) return "";
  if (value->list() == nullptr) return value->text() != nullptr ? *value->text() : "";
  std::vector<std::string> all;
  for (const faults::Value& item : *value->list())
    if (item.text() != nullptr) all.push_back(*item.text());
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string links_in_words(const FaultSpec& spec, const Ends& fault) {
  const Kind& kind = *spec.kind;
  const Scope& scope = fault.last->scope;
  const bool at_arrival = kind.contract == Kind::Contract::gate;
  std::string text = drawn(fault, at_arrival ? "new connection" : "link", at_arrival ? "new connections" : "links");
  if (scope.connections == Connections::new_only) text += " opened while it is in force";
  if (scope.connections == Connections::existing) text += " opened before it came";
  if (const std::string clients = listed(spec, "clients"); !clients.empty()) text += " of clients " + clients;
  if (const std::string others = listed(spec, "except_clients"); !others.empty()) text += " except of " + others;
  if (scope.max_links) text += fmt::format(", at most {} in all", *scope.max_links);
  if (faults::includes(kind.scopes, Scopes::direction))
    text += scope.lanes == Lanes::both         ? ", both ways"
            : scope.lanes == Lanes::downstream ? ", from backend to client"
                                               : ", from client to backend";
  return text;
}

std::string worst_of(const FaultSpec& spec, const Ends& fault) {
  const Outlook from = fault.first->settings->outlook(), to = fault.last->settings->outlook();
  if (spec.ramps.empty() || from.worst == to.worst) return to.worst;
  return fmt::format("{}, and by the end of its ramp {}", from.worst, to.worst);
}

// What to name when only one can be named: what shuts most, what ends links, to most of them for longest.
auto severity(const FaultSpec& spec, const Ends& fault, const Outline::Effect& effect) {
  const Scope& scope = fault.last->scope;
  const bool all = !scope.is_drawn() && scope.clients.empty() && scope.except_clients.empty() && !scope.max_links &&
                   scope.connections != Connections::existing;
  const auto shuts = std::max(fault.first->settings->outlook().shuts, fault.last->settings->outlook().shuts);
  return std::tuple{all ? shuts : faults::Shuts::nothing, spec.kind->ends == Kind::Ends::made,
                    effect.share * faults::seconds(length_of(effect.when))};
}

std::string sentence(const Outline::Effect& effect) {
  const std::string_view links = effect.links;
  const std::string_view who = links.substr(0, links.find(", from "));
  const bool everybody = who == "every link" || who == "every new connection" || who == "every link, both ways";
  return fmt::format("for {} ({}) {}{} (fault \"{}\")", faults::show(length_of(effect.when)), show(effect.when),
                     effect.worst, everybody ? "" : fmt::format(", for {}", effect.links), effect.fault);
}

std::string upstream_of(const ProxyBlock& proxy) {
  const auto* address = std::get_if<proxy::Endpoint>(&proxy.upstream);
  return address != nullptr ? address->text() : "backend:" + std::get<std::string>(proxy.upstream);
}

}  // namespace

Outline::Reach reach_of(const ProxyBlock& proxy, const Drill& drill) {
  Outline::Reach reach{proxy.name, proxy.listen.text(), upstream_of(proxy), {}, "nothing is done to it"};
  std::optional<decltype(severity({}, {}, {}))> worst;
  for (const FaultSpec& spec : drill.faults) {
    if (!spec.concerns(proxy.name)) continue;
    const Ends fault = ends_of(spec, drill);
    const Scope& scope = fault.last->scope;
    reach.effects.push_back({spec.name, std::string{spec.kind->name}, scope.percent / static_cast<double>(scope.every),
                             links_in_words(spec, fault), worst_of(spec, fault), planned_phase(drill, spec.name)});
    const auto severe = severity(spec, fault, reach.effects.back());
    if (worst && severe <= *worst) continue;
    worst = severe;
    reach.worst_case = sentence(reach.effects.back());
  }
  return reach;
}

}  // namespace firedrill::drills
