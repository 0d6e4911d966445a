// The hash that says whether a configuration is still the one that a drill was played with; sha256sum prints the same.
#pragma once

#include <string>
#include <string_view>

namespace firedrill::lint {

/// SHA-256 (FIPS 180-4) of the text, as 64 small hexadecimal digits.
std::string sha256(std::string_view text);

}  // namespace firedrill::lint
