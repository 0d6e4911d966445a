// Regular expressions of PCRE, as HAProxy and nginx have them, as far as brackets and quantifiers tell.
#pragma once

#include <string_view>

namespace firedrill::lint {

/// What PCRE refuses for certain: brackets that do not close, and repetitions of nothing; "" if there is none of it.
std::string_view regex_mistake(std::string_view text);
/// How many groups it captures.
int captures_of(std::string_view text);

}  // namespace firedrill::lint
