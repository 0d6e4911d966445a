// Brackets are paired, escapes and quoted text passed over. What PCRE might refuse otherwise is left to it.
#include "lint/regex.hpp"

#include <algorithm>
#include <cstddef>

namespace firedrill::lint {
namespace {

// The closing bracket of a class of characters whose inside begins at `at`, or the end.
std::size_t end_of_class(std::string_view text, std::size_t at) {
  if (text.substr(at).starts_with('^')) ++at;
  if (text.substr(at).starts_with(']')) ++at;
  while (at < text.size() && text[at] != ']') {
    const std::size_t named = text.substr(at).starts_with("[:") ? text.find(":]", at) : std::string_view::npos;
    at = named != std::string_view::npos ? named + 2 : at + (text[at] == '\\' ? 2 : 1);
  }
  return std::min(at, text.size());
}

class Regex {
 public:
  explicit Regex(std::string_view text) : text_{text} {}

  std::string_view mistake() {
    int depth = 0;
    bool repeats = false;  // what stands before can be repeated
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\\') {
        if (at_ == text_.size()) return "a backslash is the last character";
        if (text_[at_] == 'Q') return "";  // quoted up to \E
        ++at_;
      } else if (c == '[') {
        if (!skip_class()) return "[ is not closed";
      } else if (c == '(') {
        if (rest().starts_with("?#") || rest().starts_with('*')) {
          if (!skip_to(")")) return "( is not closed";
        } else if (rest().starts_with('?')) {
          const std::string_view flags =
              text_.substr(at_, std::min(text_.find_first_of(":)", at_), text_.size()) - at_);
          if (flags.find('x') != std::string_view::npos) return "";  // blanks and comments
          if (!skip_to(":=!>)'")) return "( is not closed";
          if (text_[at_ - 1] != ')') ++depth;
          repeats = text_[at_ - 1] == ')';
          continue;
        } else {
          ++depth;
          repeats = false;
          continue;
        }
      } else if (c == ')') {
        if (--depth < 0) return ") closes nothing";
      } else if (c == '|') {
        repeats = false;
        continue;
      } else if ((c == '*' || c == '+' || c == '?') && !repeats) {
        return "there is nothing to repeat";
      }
      repeats = true;
    }
    return depth > 0 ? "( is not closed" : "";
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  bool skip_to(std::string_view any) {
    const std::size_t found = text_.find_first_of(any, at_);
    at_ = std::min(found, text_.size() - 1) + 1;
    return found != std::string_view::npos;
  }
  // True as well where the rest cannot be told from what is quoted.
  bool skip_class() {
    const std::size_t quoted = rest().find("\\Q"), end = end_of_class(text_, at_);
    if (quoted != std::string_view::npos && at_ + quoted < end) return at_ = text_.size(), true;
    at_ = end + 1;
    return end < text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view regex_mistake(std::string_view text) { return Regex{text}.mistake(); }

int captures_of(std::string_view text) {
  int groups = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '[') {
      i = end_of_class(text, i + 1);
    } else if (text[i] == '(') {
      const std::string_view behind = text.substr(i + 1);
      const bool named = behind.starts_with("?P<") || behind.starts_with("?'") ||
                         (behind.starts_with("?<") && !behind.starts_with("?<=") && !behind.starts_with("?<!"));
      if (named || (!behind.starts_with('?') && !behind.starts_with('*'))) ++groups;
    }
  }
  return groups;
}

}  // namespace firedrill::lint
