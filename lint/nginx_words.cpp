// Quotes begin and end words, comments begin where words could, ${name} may have braces in a word.
#include "lint/nginx_words.hpp"

#include <fmt/format.h>

#include "lint/ground_rules.hpp"

namespace firedrill::lint::nginx {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Behind a backslash.
void put_escaped(std::string& text, char c) {
  switch (c) {
    case '"':
    case '\'':
    case '\\':
      text += c;
      break;
    case 't':
      text += '\t';
      break;
    case 'r':
      text += '\r';
      break;
    case 'n':
      text += '\n';
      break;
    default:
      text += '\\';
      text += c;
  }
}

}  // namespace

Tokens::Tokens(const Source& source, std::size_t begin, std::size_t end, Findings& findings)
    : source_{source}, text_{source.text().substr(0, end)}, at_{begin}, findings_{findings} {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (begin != 0 || !text_.starts_with(byte_order_mark)) return;
  at_ = byte_order_mark.size();
  findings_.add(
      refused, spot(0),
      "nginx takes the byte order mark (BOM) that this file begins with for a part of its first word: save it "
      "as UTF-8 without one");
}

Spot Tokens::spot(std::size_t offset) const {
  const auto at = source_.at(offset);
  return {&source_, at.line, at.column};
}

void Tokens::skip_blanks() {
  while (at_ < text_.size()) {
    if (text_[at_] == '#')
      at_ = std::min(text_.find('\n', at_), text_.size());
    else if (!is_blank(text_[at_]))
      return;
    else
      ++at_;
  }
}

Token Tokens::quoted() {
  const std::size_t begin = at_;
  const char quote = text_[at_++];
  Token token{Mark::word, {"", spot(begin)}};
  while (at_ < text_.size() && text_[at_] != quote) {
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
      put_escaped(token.word.text, text_[at_ + 1]);
      at_ += 2;
    } else {
      token.word.text += text_[at_++];
    }
  }
  if (at_ >= text_.size()) {
    findings_.add(unreadable, token.word.spot, fmt::format("the quote {} that begins here is never closed", quote));
    return {};
  }
  ++at_;
  const char next = at_ < text_.size() ? text_[at_] : ';';
  if (!is_blank(next) && next != ';' && next != '{' && next != ')')
    findings_.add(unreadable, spot(at_), fmt::format("\"{}\" cannot stand directly behind a quote", next));
  return token;
}

Token Tokens::next() {
  skip_blanks();
  if (at_ >= text_.size()) return {};
  const char c = text_[at_];
  if (c == ';' || c == '{' || c == '}') {
    Token token{c == ';' ? Mark::semicolon : c == '{' ? Mark::open : Mark::close, {std::string(1, c), spot(at_)}};
    ++at_;
    return token;
  }
  if (c == '"' || c == '\'') return quoted();
  Token token{Mark::word, {"", spot(at_)}};
  bool variable = false;  // the last character was a $
  while (at_ < text_.size()) {
    const char one = text_[at_];
    if (is_blank(one) || one == ';' || (one == '{' && !variable)) break;
    if (one == '\\' && at_ + 1 < text_.size()) {
      put_escaped(token.word.text, text_[at_ + 1]);
      at_ += 2;
      variable = false;
      continue;
    }
    variable = one == '$';
    token.word.text += one;
    ++at_;
  }
  return token;
}

bool Tokens::skip_block() {
  std::size_t depth = 1;
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == '{') ++depth;
    if (text_[at_] == '}' && --depth == 0) {
      ++at_;
      return true;
    }
  }
  return false;
}

}  // namespace firedrill::lint::nginx
