// Takes requests out of a stream of bytes, one at a time: for the embedded backend, on a socket and in a simulation.
#pragma once

#include <http_parser.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace firedrill::drills {

/// Stays where it was made: the library's parser leads back to it.
class RequestParser {
 public:
  RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  enum class Parsed : std::uint8_t { part, whole, malformed, too_large };
  /// Feeds the parser up to the end of one request; what came behind it goes to `early`, and the parser waits for
  /// resume().
  Parsed parse(std::string_view bytes);
  void resume();
  bool is(http_method method) const { return parser_.method == static_cast<unsigned>(method); }

  bool keep = false;  // open for another request after this one
  std::string early;  // what came behind the request that is being answered

 private:
  static http_parser_settings make_settings();

  http_parser parser_{};
  bool complete_ = false;  // a whole request has been seen
};

/// An answer up to its body. 204 and 304 have none.
std::string answer_head(unsigned status, std::uint64_t body, bool keep);

}  // namespace firedrill::drills
