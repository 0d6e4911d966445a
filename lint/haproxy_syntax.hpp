// What HAProxy would refuse to start with, as far as it can be seen from the file alone.
#pragma once

#include <map>

#include "lint/haproxy_config.hpp"

namespace firedrill::lint::haproxy {

/// Line by line: unknown and misplaced directives, options, actions, arguments of the wrong kind or number.
void check_lines(const Config& config, Findings& findings);
/// The ACLs of a section, each with the line it is there from.
class Acls {
 public:
  explicit Acls(const Section& section);
  bool known(std::string_view name, std::uint32_t line) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, std::uint32_t, std::less<>> lines_;
};
/// Conditions, ACLs and expressions of a line.
void check_conditions(const Acls& acls, const Line& line, Findings& findings);
/// What single directives take, word by word.
void check_arguments(const Line& line, Findings& findings);
/// What sections say of each other: backends, tables, names that are taken, listeners.
void check_references(const Config& config, Findings& findings);

}  // namespace firedrill::lint::haproxy
