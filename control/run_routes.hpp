// The native API's part about drills: /v1/drills, /v1/runs, /v1/schedule.
#pragma once

#include "control/drill_files.hpp"
#include "control/router.hpp"
#include "control/runs.hpp"
#include "control/scheduler.hpp"

namespace firedrill::control {

/// Adds its routes. The arguments outlive the router.
void add_run_routes(Router& router, Runs& runs, const DrillFiles& drills, const Scheduler& scheduler);

}  // namespace firedrill::control
