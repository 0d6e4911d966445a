// Guard, routers, server.
#include "control/control_port.hpp"

#include "control/native.hpp"

namespace firedrill::control {
namespace {

Router native(const ControlOptions& options, Registry& registry) {
  Router router;
  add_native(router, registry, options.reload);
  return router;
}

bool is_native(std::string_view target) {
  const std::string_view path = target.substr(0, target.find_first_of("?#"));
  return path == "/v1" || path.starts_with("/v1/");
}

}  // namespace

ControlPort::ControlPort(const ControlOptions& options, Registry& registry)
    : options_{options},
      native_{native(options, registry)},
      toxiproxy_{toxiproxy(registry, options.toxiproxy)},
      server_{options.listen, [this](const Request& request) { return answer(request); }} {}

Response ControlPort::answer(const Request& request) const {
  const bool native = is_native(request.target);
  auto refused = options_.guard.answer(request);
  Response response = refused  ? *std::move(refused)
                      : native ? native_.route(request, options_.access)
                               : toxiproxy_.route(request, options_.toxiproxy_access);
  options_.guard.let_read(request, response);
  return response;
}

}  // namespace firedrill::control
