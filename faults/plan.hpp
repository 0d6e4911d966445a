// The faults in force on a proxy at one moment: immutable, replaced as a whole, compared by fault name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "faults/kind.hpp"

namespace firedrill::faults {

/// One fault with its settings. Two plans that hold the same Fault object hold it unchanged; another object of the same
/// name and kind is an update; one of another kind is another fault: the old one is healed.
struct Fault {
  std::string name;
  const Kind* kind = nullptr;
  std::shared_ptr<const Settings> settings;
  Scope scope;
  Time since{};        // in force since; kept over updates
  Time until = never;  // expires by itself
  std::shared_ptr<Effects> effects;
};

inline bool continues(const Fault& later, const Fault& earlier) {
  return later.name == earlier.name && later.kind == earlier.kind;
}

/// The place of what `is` accepts in `all`, or all.size(). Looks from `from` on, then before it: plans keep their
/// order, so that the next is mostly right behind the last.
template <typename Values, typename Predicate>
std::size_t find_onward(const Values& all, std::size_t from, Predicate is) {
  for (std::size_t i = from; i < all.size(); ++i)
    if (is(all[i])) return i;
  for (std::size_t i = 0; i < std::min(from, all.size()); ++i)
    if (is(all[i])) return i;
  return all.size();
}

/// Whether `fault` is for `link`, which has not been decided about yet; counts it.
bool choose(const Fault& fault, const LinkFacts& link);
/// One decision per scripted fault and link, in force or not: the digest of a run must not depend on when a fault came.
void decide(const std::vector<std::shared_ptr<const Fault>>& script, const LinkFacts& link);

struct Plan {
  Seed seed;
  std::vector<std::shared_ptr<const Fault>> faults;  // in the order bytes pass them, both ways

  const std::shared_ptr<const Fault>* find(std::string_view name) const;
  /// The earliest `until`, or never.
  Time next_expiry() const;
  /// Without what has expired at `now`.
  Plan without_expired(Time now) const;
};

/// Reads `kind`, its settings and scopes from a fault's table. Other keys that the caller knows (name, at, for …) it
/// has read already; it calls finish() afterwards. since, until and effects are left to the caller. Null when the kind
/// is unknown or missing (a problem was noted).
std::shared_ptr<Fault> read_fault(std::string name, Reader& keys);

/// A fault from the one-line form, for tests and command lines. Throws PlanError.
std::shared_ptr<Fault> make_fault(std::string name, std::string_view kind, std::string_view settings);

}  // namespace firedrill::faults
