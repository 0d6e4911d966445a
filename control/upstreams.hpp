// Where proxies may lead: without a limit, whoever reaches the control port reaches whatever this machine reaches.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faults/address.hpp"
#include "proxy/endpoint.hpp"

namespace firedrill::control {

class Upstreams {
 public:
  /// "10.0.0.0/8", "10.0.0.7", "db.internal", each also with ":PORT"; "unix:PATH". False when it is none of these.
  bool allow(std::string_view text);

  /// Something was said.
  bool are_limited() const { return !rules_.empty(); }
  /// Anything, as long as nothing was said. A network allows addresses, not names: what a name means tomorrow nobody
  /// knows.
  bool allows(const proxy::Endpoint& upstream) const;

 private:
  struct Rule {
    std::optional<faults::Network> network;
    std::string host;  // or, with "unix:" in front, a path
    std::optional<std::uint16_t> port;
  };
  std::vector<Rule> rules_;
};

}  // namespace firedrill::control
