// A drill file together with the files that it includes.
#pragma once

#include <string>
#include <vector>

#include "drills/variables.hpp"
#include "faults/problems.hpp"
#include "faults/value.hpp"

namespace firedrill::drills {

inline constexpr std::size_t deepest_include = 8;
inline constexpr std::size_t most_files = 100;

/// A file that a drill is made of, verbatim.
struct SourceFile {
  std::string file, text;
};

struct Sources {
  faults::Value tree;             // blocks of included files first, in the order of the includes; `include` is gone
  std::vector<SourceFile> files;  // in the order they were opened, the outermost first
  bool whole = true;              // false: a file could not be had, and what is missing may be in it
};

/// Parses `text`, reads what it includes (`include = ["stack.toml"]`, found from where the including file is), replaces
/// variables. A file that is included twice is read once.
Sources read_sources(const std::string& path, const std::string& text, const Variables& variables,
                     faults::Problems& problems);

}  // namespace firedrill::drills
