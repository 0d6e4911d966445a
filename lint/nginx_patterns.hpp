// Regular expressions that PCRE refuses, as far as brackets and quantifiers tell.
#pragma once

#include <string_view>

namespace firedrill::lint::nginx {

/// Parentheses or brackets that do not pair, or a quantifier with nothing in front of it. Other mistakes pass.
bool is_no_pattern(std::string_view pattern);
/// How many groups it captures.
int captures_of(std::string_view pattern);

}  // namespace firedrill::lint::nginx
