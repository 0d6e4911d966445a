// Guard, router, server.
#include "control/control_port.hpp"

#include <utility>

#include "control/guard.hpp"
#include "control/native.hpp"

namespace firedrill::control {
namespace {

Router routes(Registry& registry) {
  Router router;
  add_native(router, registry);
  return router;
}

}  // namespace

ControlPort::ControlPort(const proxy::Endpoint& listen, std::vector<std::string> hosts, Registry& registry)
    : router_{routes(registry)}, server_{listen, [this, hosts = std::move(hosts)](const Request& request) {
                                           if (auto refused = refusal(request, hosts)) return *std::move(refused);
                                           return router_.route(request);
                                         }} {}

}  // namespace firedrill::control
