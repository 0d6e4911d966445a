// A request and its answer as handlers see them: no socket, no parser.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firedrill::control {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // "GET"
  std::string target;  // as sent: "/v1/proxies/redis%3A6379?pretty"
  Headers headers;
  std::string body;
  std::string peer;      // "127.0.0.1:51234"
  std::string caller{};  // whose token it bears; "" without one
  bool by_admin = true;  // what only an admin may do may be done for it

  /// Of the first header of that name, which is compared without regard to case; "" when there is none.
  std::string_view header(std::string_view name) const;
  /// Who asks, for whoever looks later: the caller, the From header, such as "ada@laptop", or where it came from.
  std::string by() const;
};

struct Response {
  unsigned status = 200;
  std::string type = "application/json";  // of the body; no such header without a body
  std::string body;
  Headers headers{};
  /// Behind `body` comes what this returns, whenever there is some, until the client leaves: asked ten times a second,
  /// on the server's thread; must not wait. No further request comes on this connection.
  std::function<std::string()> feed{};
};

/// Without regard to the case of ASCII letters.
bool same_name(std::string_view a, std::string_view b);

/// The path's segments, percent-decoded; nothing of what follows "?". "/v1/proxies/a%2Fb/" is {"v1", "proxies", "a/b",
/// ""}. False when an escape is malformed or hides a NUL.
bool segments_of(std::string_view target, std::vector<std::string>& segments);
/// One segment of a path, percent-encoded.
std::string segment(std::string_view text);
/// The query's value for `key`, percent-decoded; `fallback` when there is none.
std::string query_value(std::string_view target, std::string_view key, std::string_view fallback = "");
/// "Not Found"; "" for what is not in use here.
std::string_view reason_of(unsigned status);

}  // namespace firedrill::control
