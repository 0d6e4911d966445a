// One client's connection to the embedded backend: its socket, its parser, and how far it is.
#pragma once

#include <http_parser.h>

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include <asio/basic_waitable_timer.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>

#include "faults/time.hpp"

namespace firedrill::drills {

using BackendTimer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                                asio::io_context::executor_type>;

using BackendSocket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

struct BackendSession {
  enum class State : std::uint8_t { reading, waiting, serving, writing, leaving, closed };
  using Ptr = std::shared_ptr<BackendSession>;

  BackendSession(BackendSocket&& socket, asio::io_context& context);

  enum class Parsed : std::uint8_t { part, whole, malformed, too_large };
  /// Feeds the parser up to the end of one request; what came behind it goes to `early`, and the parser waits for
  /// resume().
  Parsed parse(std::string_view bytes);
  void resume();
  bool is(http_method method) const { return parser.method == static_cast<unsigned>(method); }

  BackendSocket socket;
  BackendTimer service;
  http_parser parser{};
  State state = State::reading;
  bool listening = false;  // a wait for the socket to become readable is pending
  bool ended = false;      // the client's FIN has come
  bool complete = false;   // the parser has seen a whole request
  bool keep = false;       // open for another request after this one
  std::uint64_t ordinal = 0;
  std::string early;           // what came behind the request that is being answered
  std::string_view out;        // still to be written: this,
  std::uint64_t out_body = 0;  // then so much of a large body
  faults::Time moved = std::chrono::steady_clock::now();
  std::list<Ptr>::iterator place;  // in the queue, while waiting
};

/// An answer up to its body. 204 and 304 have none.
std::string answer_head(unsigned status, std::uint64_t body, bool keep);

}  // namespace firedrill::drills
