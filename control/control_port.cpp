// Guard, routers, server.
#include "control/control_port.hpp"

#include "control/native.hpp"
#include "control/run_routes.hpp"

namespace firedrill::control {
namespace {

Router native(const ControlOptions& options, Registry& registry, const Drilling* drilling) {
  Router router;
  add_native(router, registry, options.reload, drilling != nullptr ? &drilling->runs : nullptr);
  if (drilling != nullptr) add_run_routes(router, drilling->runs, drilling->drills, drilling->scheduler);
  return router;
}

bool is_native(std::string_view target) {
  const std::string_view path = target.substr(0, target.find_first_of("?#"));
  return path == "/v1" || path.starts_with("/v1/");
}

}  // namespace

ControlPort::ControlPort(const ControlOptions& options, Registry& registry, const Drilling* drilling)
    : options_{options},
      native_{native(options, registry, drilling)},
      toxiproxy_{toxiproxy(registry, options.toxiproxy)},
      server_{options.listen, [this](const Request& request) { return answer(request); }, options.limits} {}

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
