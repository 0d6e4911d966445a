// How nginx 1.22 reads figures, times and sizes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace firedrill::lint::nginx {

/// Of a single argument. A time counts milliseconds but neither months nor years, a long_time the other way round; a
/// large_size also counts gigabytes.
enum class Kind : std::uint8_t { any, flag, number, time, long_time, size, large_size };

/// Its figure: of a time in seconds, of a size in bytes, 0 or 1 of a flag; nothing when nginx does not take it for one.
std::optional<double> value_of(Kind kind, std::string_view text);
/// What it would have to be: "on or off", "a time such as 5s" …
std::string_view wanted(Kind kind);

/// "5s", "1m 30s" as one word, "100ms"; a bare number is seconds. Any unit that some directive takes.
std::optional<double> parse_time(std::string_view text);
bool only_digits(std::string_view text);
/// As nginx compares words of flags and of most enumerations.
bool same_word(std::string_view a, std::string_view b);

}  // namespace firedrill::lint::nginx
