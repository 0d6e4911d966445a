// .if, .elif, .else and .endif: which lines of a configuration count. As for HAProxy 2.6 as Debian builds it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/haproxy_words.hpp"

namespace firedrill::lint::haproxy {

class Conditions {
 public:
  explicit Conditions(const Lookup& variable) : variable_{variable} {}
  /// Whether the line was one of them, or lies in a part that does not count: nothing else is to be done with it.
  bool take(const std::vector<Word>& words, Findings& findings);
  /// At the end of the file: what is still open.
  void finish(Findings& findings) const;
  /// Lines count at the moment.
  bool count() const { return open_.empty() || open_.back().state == State::counts; }

 private:
  enum class State : std::uint8_t { counts, waits, done, skipped };  // done: another branch counted
  struct Block {
    Spot spot;
    State state;
    bool has_else = false;
  };
  void branch(const std::vector<Word>& words, Findings& findings);
  bool holds(const std::vector<Word>& words, Findings& findings) const;

  const Lookup& variable_;
  std::vector<Block> open_;
};

}  // namespace firedrill::lint::haproxy
