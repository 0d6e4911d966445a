// YAML, and so JSON, as a tree in which everything has its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/finding.hpp"

namespace firedrill::lint {

struct Yaml {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  struct Member;

  Kind kind = Kind::null;
  std::string text;     // of a scalar
  bool quoted = false;  // a scalar that is a text, whatever it looks like
  Spot spot;
  std::vector<Yaml> items;      // of a list
  std::vector<Member> members;  // of a map, in order

  /// The member of that name; a name with underscores is also found as JSON writes it (maxConnections). Null if there
  /// is none, or this is no map.
  const Yaml* find(std::string_view key) const;
  /// Through several maps.
  template <typename... Keys>
  const Yaml* find(std::string_view first, Keys... rest) const {
    const Yaml* next = find(first);
    return next == nullptr ? nullptr : next->find(rest...);
  }
  /// The scalar of that name, or "".
  std::string_view value(std::string_view key) const;
};

struct Yaml::Member {
  std::string key;
  Spot spot;
  Yaml value;
};

/// A value and every one below it, outer ones first.
template <typename Visit>
void each(const Yaml& yaml, const Visit& visit) {
  visit(yaml);
  for (const Yaml& item : yaml.items) each(item, visit);
  for (const Yaml::Member& member : yaml.members) each(member.value, visit);
}

/// The first document, and nothing when it is broken: half a tree would be judged by what it lacks. What is wrong goes
/// to `findings`, and that there is a second document. Nesting, aliases and the number of values are bounded.
std::optional<Yaml> read_yaml(const Source& source, Findings& findings);

}  // namespace firedrill::lint
