// Guard, routers, server.
#include "control/control_port.hpp"

#include "control/guard.hpp"
#include "control/native.hpp"

namespace firedrill::control {
namespace {

Router native(Registry& registry) {
  Router router;
  add_native(router, registry);
  return router;
}

bool is_native(std::string_view target) {
  const std::string_view path = target.substr(0, target.find_first_of("?#"));
  return path == "/v1" || path.starts_with("/v1/");
}

}  // namespace

ControlPort::ControlPort(const ControlOptions& options, Registry& registry)
    : hosts_{options.hosts},
      native_{native(registry)},
      toxiproxy_{toxiproxy(registry, options.toxiproxy)},
      server_{options.listen, [this](const Request& request) { return answer(request); }} {}

Response ControlPort::answer(const Request& request) const {
  if (auto refused = refusal(request, hosts_)) return *std::move(refused);
  return (is_native(request.target) ? native_ : toxiproxy_).route(request);
}

}  // namespace firedrill::control
