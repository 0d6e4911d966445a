// An address to listen on or to dial, as written: "127.0.0.1:8081", "[::1]:0", "db.internal:5432",
// "unix:/run/app.sock".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <asio/generic/stream_protocol.hpp>

#include "faults/address.hpp"

namespace firedrill::proxy {

struct Endpoint {
  std::string host;  // name or address, without brackets; empty for Unix
  std::uint16_t port = 0;
  std::string path;  // of a Unix socket; empty for TCP

  /// Null when `text` is none of the forms above. A host may be left out (":8080"): every interface.
  static std::optional<Endpoint> parse(std::string_view text);
  bool is_unix() const { return !path.empty(); }
  std::string text() const;

  /// The socket address, if no name has to be resolved.
  std::optional<asio::generic::stream_protocol::endpoint> numeric() const;
  bool operator==(const Endpoint&) const = default;
};

/// What a socket address says about a peer; `::` for Unix sockets.
faults::Address address_of(const asio::generic::stream_protocol::endpoint& endpoint);
/// "127.0.0.1:8081", "[::1]:80", "unix:/run/app.sock".
std::string show(const asio::generic::stream_protocol::endpoint& endpoint);

}  // namespace firedrill::proxy
