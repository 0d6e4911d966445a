// What both command lines hold the values of options against: "" for a good one, else what is wrong with it.
#pragma once

#include <string>

#include <fmt/format.h>

namespace firedrill::cli {

inline std::string a_format(const std::string& text) {
  const bool known = text == "markdown" || text == "json" || text == "junit";
  return known ? "" : fmt::format("must be markdown, json or junit, not \"{}\"", text);
}

inline std::string a_text_format(const std::string& text) {
  return text == "text" || a_format(text).empty()
             ? ""
             : fmt::format("must be text, markdown, json or junit, not \"{}\"", text);
}

}  // namespace firedrill::cli
