// A configuration of nginx cut into tokens as nginx 1.22 does it.
#pragma once

#include <string>
#include <string_view>

#include "lint/finding.hpp"

namespace firedrill::lint::nginx {

struct Word {
  std::string text;
  Spot spot;
};

enum class Mark : std::uint8_t { word, semicolon, open, close, end };

struct Token {
  Mark mark = Mark::end;
  Word word;
};

class Tokens {
 public:
  /// Of a part of the source: a file in a dump of "nginx -T" is one.
  Tokens(const Source& source, std::size_t begin, std::size_t end, Findings& findings);
  Token next();
  /// Behind an opening brace: to the one that closes it, whatever is between them. False when there is none.
  bool skip_block();
  Spot spot(std::size_t offset) const;

 private:
  void skip_blanks();
  Token quoted();

  const Source& source_;
  std::string_view text_;
  std::size_t at_;
  Findings& findings_;
};

}  // namespace firedrill::lint::nginx
