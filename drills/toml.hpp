// A TOML file as a neutral tree, with the place of every key and value.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "faults/problems.hpp"
#include "faults/value.hpp"

namespace firedrill::drills {

inline constexpr std::size_t longest_file = 1024 * 1024;
/// Tables within lists within tables, counted the same whether nested by brackets or by dotted keys.
inline constexpr std::size_t deepest_nesting = 32;

/// The file as it is, or nothing and a problem that says why: unreadable, a directory, longer than longest_file.
std::optional<std::string> read_text(const std::string& path, faults::Problems& problems);

/// The tree, with `source` as the file's name in every place. Nothing when `text` is not TOML, with one problem; toml++
/// stops at the first. Dates and times are problems of their own and become texts.
std::optional<faults::Value> parse_toml(const std::string& source, std::string_view text, faults::Problems& problems);

}  // namespace firedrill::drills
