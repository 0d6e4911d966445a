// Which links a fault is for.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "faults/address.hpp"
#include "faults/link_facts.hpp"
#include "faults/reader.hpp"

namespace firedrill::faults {

/// The scopes a kind may accept, as bits.
enum class Scopes : std::uint8_t {
  none = 0,
  percent = 1,
  every = 2,
  clients = 4,  // clients and except_clients
  max_links = 8,
  direction = 16,
  connections = 32,
};
constexpr Scopes operator|(Scopes a, Scopes b) {
  return static_cast<Scopes>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool includes(Scopes set, Scopes one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}
inline constexpr Scopes per_link =
    Scopes::percent | Scopes::every | Scopes::clients | Scopes::max_links | Scopes::connections;
/// Of faults that meet links as they come.
inline constexpr Scopes at_arrival = Scopes::percent | Scopes::every | Scopes::clients | Scopes::max_links;
inline constexpr Scopes per_lane = per_link | Scopes::direction;

enum class Lanes : std::uint8_t { upstream, downstream, both };
enum class Connections : std::uint8_t { all, new_only, existing };

struct Scope {
  double percent = 1;            // share of links, decided by draw
  std::uint64_t every = 1;       // every nth link by ordinal
  std::vector<Network> clients;  // empty: any
  std::vector<Network> except_clients;
  std::optional<std::uint64_t> max_links;  // at most so many links in all, first come
  Lanes lanes = Lanes::downstream;
  Connections connections = Connections::all;

  bool operator==(const Scope&) const = default;

  /// Reads the scope keys of a fault's table; a scope the kind does not accept is a problem.
  static Scope read(Reader& keys, Scopes accepted, std::string_view kind);

  bool covers(Direction direction) const;
  /// True when `percent` or `every` leave something to decide.
  bool is_drawn() const { return percent < 1 || every > 1; }
  /// The part of the choice that depends on seed, fault name and ordinal alone.
  bool drawn(std::string_view fault, Seed seed, std::uint64_t ordinal) const;
  /// The part that the link's client and age decide. `since`: when the fault came into force.
  bool eligible(const LinkFacts& link, Time since) const;
  /// Everything but max_links.
  bool covers(std::string_view fault, const LinkFacts& link, Time since) const {
    return eligible(link, since) && drawn(fault, link.seed, link.ordinal);
  }
};

}  // namespace firedrill::faults
