// Where a load's own sockets connect to, and what they say there.
#pragma once

#include <string>
#include <vector>

#include <asio/generic/stream_protocol.hpp>

#include "drills/load_spec.hpp"

namespace firedrill::drills {

using SocketAddress = asio::generic::stream_protocol::endpoint;

/// Of "127.0.0.1:80", "db.internal:5432" or "unix:/run/app.sock"; names are looked up, and may have several. Throws
/// std::runtime_error.
std::vector<SocketAddress> addresses_of(const std::string& address);

/// Of "http://10.0.0.1/a?b#c": "10.0.0.1:80", "10.0.0.1" and "/a?b".
struct HttpPlace {
  std::string address, host, path;
};
HttpPlace http_place(std::string url);

/// The bytes of each request, one for each body, or one. Host, User-Agent and Accept are those of the drill if it has
/// them.
std::vector<std::string> http_requests(const HttpPlace& place, const RequestSpec& request, bool keep_alive);

}  // namespace firedrill::drills
