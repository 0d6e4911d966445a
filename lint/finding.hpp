// What was found, and the list it is put on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lint/rule.hpp"
#include "lint/source.hpp"

namespace firedrill::lint {

struct Finding {
  const Rule* rule = nullptr;
  Spot spot;
  std::string message;          // what was found
  std::string fix;              // with the figures of this place; empty: as the rule says
  std::vector<Spot> also = {};  // further lines that it is about: it is gone when all of them are suppressed
  std::string_view remedy() const { return fix.empty() ? rule->fix : std::string_view{fix}; }
};

/// In the order found, the same thing at the same place once; bounded, so that a file of rubbish is judged in bounded
/// time and space.
class Findings {
 public:
  void add(const Rule& rule, Spot spot, std::string message, std::string fix = "");
  /// One finding of several lines, told at the first.
  void add(const Rule& rule, const std::vector<Spot>& places, std::string message);
  /// There is room for no more.
  bool full() const { return list_.size() >= most; }
  const std::vector<Finding>& list() const { return list_; }
  std::vector<Finding> take() { return std::move(list_); }

  static constexpr std::size_t most = 2000;

 private:
  std::vector<Finding> list_;
};

/// "; 2 more like it", of a finding of so many places; "" of one.
std::string more_like_it(std::size_t places);

}  // namespace firedrill::lint
