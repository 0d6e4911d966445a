// One pass over the line; configuration.txt of 2.6, sections 2.2 and 2.3.
#include "lint/haproxy_words.hpp"

#include <fmt/format.h>

#include <cctype>
#include <utility>

#include "lint/ground_rules.hpp"

namespace firedrill::lint::haproxy {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }
bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int letter = std::tolower(static_cast<unsigned char>(c));
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

class Cutter {
 public:
  Cutter(Spot line, const Lookup& variable, Findings& findings)
      : spot_{line}, text_{line.source->line(line.line)}, variable_{variable}, findings_{findings} {
    if (line.line == 1 && text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();  // the reader has told
  }

  std::vector<Word> cut() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (quote_ == 0 && c == '#') break;
      if (quote_ == 0 && is_blank(c)) {
        end_word();
        ++at_;
      } else if ((c == '"' && quote_ != '\'') || (c == '\'' && quote_ != '"')) {
        begin_word();
        opened_ = at_;
        quote_ = quote_ == 0 ? c : '\0';
        ++at_;
      } else if (c == '\\' && quote_ != '\'') {
        backslash();
      } else if (c == '$' && quote_ == '"') {
        dollar();
      } else {
        put(c);
        ++at_;
      }
    }
    if (quote_ != 0)
      findings_.add(unreadable, here(opened_), fmt::format("the quote {} that begins here is never closed", quote_));
    end_word();
    return std::move(words_);
  }

 private:
  Spot here(std::size_t at) const { return {spot_.source, spot_.line, static_cast<std::uint32_t>(at + 1)}; }

  void begin_word() {
    if (in_word_) return;
    in_word_ = true;
    words_.push_back({"", here(at_)});
  }
  void put(char c) {
    begin_word();
    words_.back().text += c;
  }
  void end_word() { in_word_ = false; }

  void backslash() {
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    constexpr std::string_view literal = " \\#'\"\t", letters = "nrt", meant = "\n\r\t";
    if (const std::size_t letter = letters.find(next); next != '\0' && letter != std::string_view::npos) {
      put(meant[letter]);
      at_ += 2;
    } else if (next == 'x') {
      const int high = at_ + 2 < text_.size() ? hex(text_[at_ + 2]) : -1;
      const int low = at_ + 3 < text_.size() ? hex(text_[at_ + 3]) : -1;
      if (high < 0 || low < 0) findings_.add(unreadable, here(at_), R"(\x takes two hexadecimal digits)");
      put(static_cast<char>(high < 0 || low < 0 ? '?' : high * 16 + low));
      at_ += high < 0 || low < 0 ? 2 : 4;
    } else if (next != '\0' && (literal.find(next) != std::string_view::npos || (next == '$' && quote_ == '"'))) {
      put(next);
      at_ += 2;
    } else {  // no escape: the backslash is one
      put('\\');
      ++at_;
    }
  }

  void dollar() {
    const std::size_t begin = at_++;
    const bool braces = at_ < text_.size() && text_[at_] == '{';
    if (braces) ++at_;
    const std::size_t name_at = at_;
    if (at_ < text_.size() && text_[at_] == '.') ++at_;  // .FILE, .LINE, .SECTION
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    const std::string name{text_.substr(name_at, at_ - name_at)};
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) {
      findings_.add(unreadable, here(begin), "a $ in double quotes begins a variable; write \\$ for the character");
      return;
    }
    std::optional<std::string> value = variable_(name);
    bool list = false;
    if (braces) {
      if (text_.substr(at_).starts_with("[*]")) {
        list = true;
        at_ += 3;
      }
      const std::size_t close = text_.find('}', at_);
      if (close == std::string_view::npos) {
        findings_.add(unreadable, here(begin), fmt::format("${{{} has no closing brace", name));
        at_ = text_.size();
        quote_ = 0;
        return;
      }
      if (text_[at_] == '-') {
        if (!value) value = std::string{text_.substr(at_ + 1, close - at_ - 1)};
      } else if (close != at_) {
        findings_.add(unreadable, here(at_), fmt::format("behind ${{{} there can be }}, [*] or -DEFAULT only", name));
      }
      at_ = close + 1;
    }
    if (!value)
      findings_.add(unset_variable, here(begin),
                    fmt::format("the variable {} is not set; HAProxy takes it for empty", name));
    begin_word();
    for (const char c : value.value_or("")) {
      if (list && is_blank(c))
        end_word();
      else
        put(c);
    }
  }

  Spot spot_;
  std::string_view text_;
  const Lookup& variable_;
  Findings& findings_;
  std::vector<Word> words_;
  std::size_t at_ = 0, opened_ = 0;
  char quote_ = 0;
  bool in_word_ = false;
};

}  // namespace

std::vector<Word> read_words(Spot line, const Lookup& variable, Findings& findings) {
  return Cutter{line, variable, findings}.cut();
}

}  // namespace firedrill::lint::haproxy
