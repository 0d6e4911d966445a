// The answer to one request as its bytes come: when it is whole, and whether it is a good one. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "drills/load_spec.hpp"

namespace firedrill::drills {

class Reply {
 public:
  enum class State : std::uint8_t { part, whole, broken };

  virtual ~Reply() = default;
  /// For the next request on the same connection.
  virtual void begin() = 0;
  /// False when nothing is awaited: the request is over once it is sent.
  virtual bool is_awaited() const { return true; }
  virtual State take(std::string_view bytes) = 0;
  /// The other side will send nothing more. `part` is now an answer that was cut off.
  virtual State finish() = 0;
  /// Of a whole one: empty when it is good, else "http_503", "unexpected". Of a broken one: "other", "too_long".
  virtual std::string error() const = 0;
  /// A whole one: the connection may carry another request.
  virtual bool keeps() const = 0;
};

/// Answers without Content-Length end with the connection; `Head`: there is never a body.
enum class BodyOf : std::uint8_t { answer, head };
std::unique_ptr<Reply> http_reply(BodyOf body);
std::unique_ptr<Reply> talk_reply(const TalkSpec& talk);

inline constexpr std::size_t longest_answer = 1024 * 1024;  // of a talk
inline constexpr std::size_t longest_matched = 4096;        // of one that a regular expression decides about

/// Why `regex` cannot be one: "" when it can. Its time grows with pattern times answer, no faster: there are no
/// back-references and no counts in braces.
std::string why_no_pattern(const std::string& regex);

}  // namespace firedrill::drills
