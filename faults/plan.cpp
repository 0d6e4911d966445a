// Plans and the reading of faults.
#include "faults/plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "faults/catalog.hpp"
#include "faults/profiles.hpp"

namespace firedrill::faults {

bool choose(const Fault& fault, const LinkFacts& link) {
  const Scope& scope = fault.scope;
  if (!scope.eligible(link, fault.since) || link.ordinal % scope.every != 0) return false;
  fault.effects->eligible.fetch_add(1, std::memory_order_relaxed);
  if (!scope.drawn(fault.name, link.seed, link.ordinal)) return false;
  fault.effects->drawn.fetch_add(1, std::memory_order_relaxed);
  return !scope.max_links || fault.effects->claim(link.ordinal, *scope.max_links);
}

void decide(const std::vector<std::shared_ptr<const Fault>>& script, const LinkFacts& link) {
  for (const auto& fault : script) {
    const std::uint64_t draw = Draws{link.seed, fault->name, link.ordinal}.bits(0);
    std::uint64_t outcome = 0;
    if (fault->scope.drawn(fault->name, link.seed, link.ordinal)) {
      const Making making{link.seed, fault->name, *fault->effects};
      outcome = fault->kind->fate != nullptr ? mix(1 + fault->kind->fate(*fault->settings, making, link)) : 1;
    }
    fault->effects->decided(draw, outcome);
  }
}

const std::shared_ptr<const Fault>* Plan::find(std::string_view name) const {
  for (const auto& fault : faults)
    if (fault->name == name) return &fault;
  return nullptr;
}

Time Plan::next_expiry() const {
  Time earliest = never;
  for (const auto& fault : faults) earliest = std::min(earliest, fault->until);
  return earliest;
}

Plan Plan::without_expired(Time now) const {
  Plan rest{seed, {}};
  for (const auto& fault : faults)
    if (fault->until > now) rest.faults.push_back(fault);
  return rest;
}

std::shared_ptr<Fault> read_fault(std::string name, Reader& keys) {
  std::vector<std::string> names;
  std::string list;
  for (const Kind* kind : catalog) {
    names.emplace_back(kind->name);
    list += (list.empty() ? "" : ", ") + std::string{kind->name};
  }
  const auto given = keys.maybe_text("kind");
  if (!given) {
    keys.problem("kind is missing; give one of " + list);
    return nullptr;
  }
  const Kind* kind = find_kind(*given);
  if (kind == nullptr && is_profile(*given)) {
    keys.problem("kind", fmt::format("is a profile, which is given as profile = \"{}\"", *given));
    return nullptr;
  }
  if (kind == nullptr) {
    const std::string near = nearest(*given, names);
    keys.problem("kind",
                 "is no kind of fault; " + (near.empty() ? "give one of " + list : "did you mean \"" + near + "\"?"));
    return nullptr;
  }
  // It was laid under the table before, where it could be: it is a known key all the same.
  const auto is_of_kind = [&](const Profile& profile) { return profile.kind == kind->name; };
  if (std::any_of(profiles().begin(), profiles().end(), is_of_kind)) keys.raw("profile");
  auto fault = std::make_shared<Fault>();
  fault->name = std::move(name);
  fault->kind = kind;
  fault->settings = kind->read(keys);
  fault->scope = Scope::read(keys, kind->scopes, kind->name);
  if (!includes(kind->scopes, Scopes::direction)) fault->scope.lanes = Lanes::both;  // it knows by itself which
  return fault;
}

std::shared_ptr<Fault> make_fault(std::string name, std::string_view kind, std::string_view settings) {
  Problems problems;
  std::string bad;
  Value table = parse_inline(settings, &bad);
  if (!bad.empty()) problems.push_back({{}, fmt::format("\"{}\" is not of the form key=value", bad)});
  if (!kind.empty()) table.put("kind", Value{std::string{kind}});
  const std::string subject = fmt::format("fault \"{}\"", name);
  std::shared_ptr<Fault> fault;
  Reader keys{table, subject, problems};
  if (lay_profile_under(table, subject, problems)) fault = read_fault(std::move(name), keys);
  if (fault) {
    keys.finish();
    fault->effects = std::make_shared<Effects>();
  }
  if (!problems.empty()) throw PlanError{std::move(problems)};
  return fault;
}

}  // namespace firedrill::faults
