// A line of a HAProxy configuration cut into words as HAProxy 2.6 does it: quotes, backslashes, variables, comments.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/finding.hpp"

namespace firedrill::lint::haproxy {

/// The value of an environment variable, or nothing.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

struct Word {
  std::string text;
  Spot spot;
};

/// The words of one line, without its comment; what is wrong with it goes to `findings`.
std::vector<Word> read_words(Spot line, const Lookup& variable, Findings& findings);

}  // namespace firedrill::lint::haproxy
