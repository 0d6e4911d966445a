// The control port: every face on one server.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "control/access.hpp"
#include "control/guard.hpp"
#include "control/registry.hpp"
#include "control/router.hpp"
#include "control/runs.hpp"
#include "control/scheduler.hpp"
#include "control/server.hpp"
#include "control/toxiproxy.hpp"

namespace firedrill::control {

struct ControlOptions {
  proxy::Endpoint listen{"127.0.0.1", 8474, {}};
  Guard guard;
  Access access = Access::unguarded();            // to the native API
  Access toxiproxy_access = Access::unguarded();  // to the rest
  ToxiproxyOptions toxiproxy;
  std::function<void()> reload;  // reads the files anew; throws what ProxyFiles::apply does
  ServerLimits limits{};
};

/// What plays drills, for a port that offers that.
struct Drilling {
  Runs& runs;
  const DrillFiles& drills;
  const Scheduler& scheduler;
};

class ControlPort {
 public:
  /// Serves from now on. `registry` outlives it. Throws std::system_error that names the address.
  /// So does `drilling`.
  ControlPort(const ControlOptions& options, Registry& registry, const Drilling* drilling = nullptr);

  std::uint16_t port() const { return server_.port(); }

 private:
  Response answer(const Request& request) const;

  const ControlOptions options_;
  Router native_, toxiproxy_;
  Server server_;
};

}  // namespace firedrill::control
