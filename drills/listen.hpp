// Listening on an address as written in a drill.
#pragma once

#include <asio/basic_socket_acceptor.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>

#include "proxy/endpoint.hpp"

namespace firedrill::drills {

using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, asio::io_context::executor_type>;

/// Names are resolved; the socket file that a dead process left behind is replaced. Returns the address with the port
/// that was chosen for 0. Throws std::system_error whose what() is that of the system alone.
proxy::Endpoint listen(Acceptor& acceptor, asio::io_context& context, proxy::Endpoint at);

}  // namespace firedrill::drills
