// "What a client meets" of docs/faults.md, as data: the words, what clients say where a word is due, and the meetings.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/child_process.hpp"

namespace firedrill::tests {

/// The clients that the words are told by, in the order of the columns.
enum class Speaker : std::uint8_t { redis_cli, pgbench, redis_benchmark };
/// The views of a fault, in the order of the columns.
enum class View : std::uint8_t { ping, connects, busy, reconnects };

/// Of a fault with its settings: a word for each view, and the reason that links ended for.
struct Meeting {
  std::string kind, settings;
  std::array<std::string, 4> words;
  std::string ends;

  const std::string& word(View view) const { return words[static_cast<std::size_t>(view)]; }
};

struct Documented {
  std::map<std::string, std::array<std::vector<std::string>, 3>> phrases;  // by word, then Speaker: any of them
  std::vector<Meeting> meetings;

  /// The word for a client that has ended: the one whose phrase it said. Otherwise an account of what is wrong.
  std::string word_for(Speaker speaker, const Exited& client) const;
};

/// Rows that are not as they should be fail the test.
Documented read_documentation();

}  // namespace firedrill::tests
