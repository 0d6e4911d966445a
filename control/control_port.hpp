// The control port: every face on one server.
#pragma once

#include <string>
#include <vector>

#include "control/registry.hpp"
#include "control/router.hpp"
#include "control/server.hpp"
#include "control/toxiproxy.hpp"

namespace firedrill::control {

struct ControlOptions {
  proxy::Endpoint listen{"127.0.0.1", 8474, {}};
  std::vector<std::string> hosts;  // names that requests may address it by, besides loopback ones
  ToxiproxyOptions toxiproxy;
};

class ControlPort {
 public:
  /// Serves from now on. `registry` outlives it. Throws std::system_error that names the address.
  ControlPort(const ControlOptions& options, Registry& registry);

  std::uint16_t port() const { return server_.port(); }

 private:
  Response answer(const Request& request) const;

  const std::vector<std::string> hosts_;
  Router native_, toxiproxy_;
  Server server_;
};

}  // namespace firedrill::control
