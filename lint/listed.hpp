// Lists of words in tables, as one text: " stub unix ".
#pragma once

#include <string_view>

namespace firedrill::lint {

/// Whether a list of words between blanks has this one.
constexpr bool listed(std::string_view list, std::string_view word) {
  for (std::size_t at = list.find(word); at != std::string_view::npos && !word.empty(); at = list.find(word, at + 1)) {
    const bool begins = at == 0 || list[at - 1] == ' ';
    const bool ends = at + word.size() == list.size() || list[at + word.size()] == ' ';
    if (begins && ends) return true;
  }
  return false;
}

}  // namespace firedrill::lint
