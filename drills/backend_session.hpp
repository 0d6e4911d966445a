// One client's connection to the embedded backend: its socket, its parser, and how far it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string_view>
#include <utility>

#include <asio/basic_waitable_timer.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>

#include "drills/request_parser.hpp"
#include "faults/time.hpp"

namespace firedrill::drills {

using BackendTimer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                                asio::io_context::executor_type>;

using BackendSocket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

struct BackendSession : RequestParser {
  enum class State : std::uint8_t { reading, waiting, serving, writing, leaving, closed };
  using Ptr = std::shared_ptr<BackendSession>;

  BackendSession(BackendSocket&& s, asio::io_context& context) : socket{std::move(s)}, service{context} {}

  BackendSocket socket;
  BackendTimer service;
  State state = State::reading;
  bool listening = false;  // a wait for the socket to become readable is pending
  bool ended = false;      // the client's FIN has come
  std::uint64_t ordinal = 0;
  std::string_view out;        // still to be written: this,
  std::uint64_t out_body = 0;  // then so much of a large body
  faults::Time moved = std::chrono::steady_clock::now();
  std::list<Ptr>::iterator place;  // in the queue, while waiting
};

}  // namespace firedrill::drills
