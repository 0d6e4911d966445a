// A client's connection: asks over HTTP, takes the answer apart, and says how that ended.
#pragma once

#include <http_parser.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "simulate/wire.hpp"

namespace firedrill::simulate {

/// Stays where it was made.
class Caller {
 public:
  /// `over` is called once for each ask() that is not called off, never from within it. What it is called in may not
  /// destroy the caller.
  Caller(Agenda& agenda, std::function<void()> over);
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  /// Over a connection of its own from now on, or over the one it has.
  void ask(Place& place, std::string_view request);
  /// Hangs up.
  void call_off();

  enum class How : std::uint8_t { answered, refused, reset, closed, garbled };
  How how() const { return how_; }
  unsigned status() const { return parser_.status_code; }
  bool is_busy() const { return busy_; }
  /// The connection may carry another request: it is open, and both sides want it so.
  bool is_reusable() const { return !busy_ && plug_.is_open() && keep_; }

 private:
  static http_parser_settings make_settings();
  void turn();
  void send();
  void read();
  void end(How how);

  Plug plug_;
  std::function<void()> over_;
  Alarm turn_;
  http_parser parser_{};
  std::string request_;    // what has not been sent yet
  bool bodiless_ = false;  // the answer to a HEAD
  bool busy_ = false, complete_ = false, keep_ = false, refused_ = false;
  How how_ = How::closed;
};

}  // namespace firedrill::simulate
