// A journal line by line: what can be read, and what is missing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "drills/json_fields.hpp"

namespace firedrill::drills {

class JournalLines {
 public:
  /// A file, or a directory that holds one. Throws JournalError when it cannot be opened.
  explicit JournalLines(std::filesystem::path path);

  /// The next line that can be read, as an object with numbers v, seq and t and a text event. Empty at the end. Throws
  /// JournalError when the first one is of another version, and at the end when there was none at all.
  std::optional<Fields> next();

  /// After the end: why this is not all of a journal.
  std::vector<std::string> missing() const;

 private:
  bool is_line(const Fields& value) const;
  void follow(std::uint64_t seq, double t);

  std::filesystem::path path_;
  std::ifstream in_;
  std::uint64_t number_ = 0, read_ = 0;
  std::uint64_t unreadable_ = 0, first_unreadable_ = 0, unreadable_here_ = 0;  // here: since the last good line
  std::uint64_t next_seq_ = 0, gone_ = 0;
  double first_gap_ = 0;
  std::uint64_t back_ = 0;  // the line at which seq went back
  bool cut_ = false;
};

}  // namespace firedrill::drills
