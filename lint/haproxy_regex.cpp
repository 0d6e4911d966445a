// What PCRE2 refuses for certain: brackets that do not close, and repetitions of nothing. What it might refuse
// otherwise is left to it.
#include <algorithm>

#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

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
  bool skip_class() {
    if (rest().starts_with('^')) ++at_;
    if (rest().starts_with(']')) ++at_;
    while (at_ < text_.size() && text_[at_] != ']') {
      if (rest().starts_with("\\Q")) return at_ = text_.size(), true;
      const std::size_t named = rest().starts_with("[:") ? text_.find(":]", at_) : std::string_view::npos;
      at_ = named != std::string_view::npos ? named + 2 : at_ + (text_[at_] == '\\' ? 2 : 1);
    }
    return at_++ < text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view regex_mistake(std::string_view text) { return Regex{text}.mistake(); }

}  // namespace firedrill::lint::haproxy
