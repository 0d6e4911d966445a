// Which directives nginx 1.22 knows, where they may stand, and what they take.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lint/nginx_kinds.hpp"

namespace firedrill::lint::nginx {

struct Known {
  std::string_view name;
  std::uint16_t contexts;   // bits of Context
  std::uint16_t arguments;  // bit n: it takes n of them; bit 10: ten or more
  bool block;
  bool once;  // a second one in the same block is refused
  Kind kind;
};

/// All rows of that name: what a directive takes may depend on where it stands.
std::vector<const Known*> directives_named(std::string_view name);
std::vector<std::string> directive_names();

}  // namespace firedrill::lint::nginx
