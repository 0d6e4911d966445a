// The control port: every face on one server.
#pragma once

#include <string>
#include <vector>

#include "control/registry.hpp"
#include "control/router.hpp"
#include "control/server.hpp"

namespace firedrill::control {

class ControlPort {
 public:
  /// Serves from now on. `registry` outlives it. Throws std::system_error that names the address. `hosts`: names that
  /// requests may address it by, besides loopback ones.
  ControlPort(const proxy::Endpoint& listen, std::vector<std::string> hosts, Registry& registry);

  std::uint16_t port() const { return server_.port(); }

 private:
  Router router_;
  Server server_;
};

}  // namespace firedrill::control
