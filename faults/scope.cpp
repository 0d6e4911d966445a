// Reading and applying scopes.
#include "faults/scope.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace firedrill::faults {
namespace {

struct ScopeKey {
  std::string_view name;
  Scopes scope;
};
constexpr ScopeKey scope_keys[] = {{"percent", Scopes::percent},        {"every", Scopes::every},
                                   {"clients", Scopes::clients},        {"except_clients", Scopes::clients},
                                   {"max_links", Scopes::max_links},    {"direction", Scopes::direction},
                                   {"connections", Scopes::connections}};

std::vector<Network> networks(Reader& keys, std::string_view key) {
  std::vector<Network> all;
  for (const std::string& text : keys.texts(key)) {
    if (const auto network = Network::parse(text)) {
      all.push_back(*network);
    } else {
      keys.problem(
          key, fmt::format("\"{}\" is no address or network; give one such as \"10.0.0.0/8\" or \"::1\", with no bits "
                           "set behind the prefix",
                           text));
    }
  }
  return all;
}

bool contains(const std::vector<Network>& networks, const Address& address) {
  return std::any_of(networks.begin(), networks.end(), [&](const Network& n) { return n.contains(address); });
}

}  // namespace

Scope Scope::read(Reader& keys, Scopes accepted, std::string_view kind) {
  std::string list;
  for (const ScopeKey& key : scope_keys)
    if (includes(accepted, key.scope)) list += (list.empty() ? "" : ", ") + std::string{key.name};
  for (const ScopeKey& key : scope_keys) {
    if (includes(accepted, key.scope) || !keys.has(key.name)) continue;
    keys.raw(key.name);  // known, so that it is not complained about twice
    keys.problem(key.name, fmt::format("{} takes no such scope; {}", kind,
                                       list.empty() ? "it concerns the whole proxy" : "it takes " + list));
  }

  Scope scope;
  if (includes(accepted, Scopes::percent)) scope.percent = keys.share("percent", 1);
  if (includes(accepted, Scopes::every)) scope.every = keys.count("every", 1).at_least(1);
  if (includes(accepted, Scopes::clients)) {
    scope.clients = networks(keys, "clients");
    scope.except_clients = networks(keys, "except_clients");
  }
  if (includes(accepted, Scopes::max_links)) scope.max_links = keys.maybe_count("max_links");
  if (includes(accepted, Scopes::direction))
    scope.lanes = keys.choice<Lanes>(
        "direction", {{"upstream", Lanes::upstream}, {"downstream", Lanes::downstream}, {"both", Lanes::both}},
        Lanes::downstream);
  if (includes(accepted, Scopes::connections))
    scope.connections = keys.choice<Connections>(
        "connections", {{"new", Connections::new_only}, {"existing", Connections::existing}, {"all", Connections::all}},
        Connections::all);
  return scope;
}

bool Scope::covers(Direction direction) const {
  return lanes == Lanes::both || (lanes == Lanes::upstream) == (direction == Direction::upstream);
}

bool Scope::drawn(std::string_view fault, Seed seed, std::uint64_t ordinal) const {
  return ordinal % every == 0 && (percent >= 1 || Draws{seed, fault, ordinal}.chance(percent, 0));
}

bool Scope::eligible(const LinkFacts& link, Time since) const {
  if (connections == Connections::new_only && link.opened < since) return false;
  if (connections == Connections::existing && link.opened >= since) return false;
  if (!clients.empty() && !contains(clients, link.client)) return false;
  return !contains(except_clients, link.client);
}

}  // namespace firedrill::faults
