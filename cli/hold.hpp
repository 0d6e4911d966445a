// firedrill fault add --hold: a fault that lasts as long as this program.
#pragma once

#include <string>

#include "cli/daemon.hpp"

namespace firedrill::cli {

/// Puts the fault in force and renews it until a signal ends the program, which removes it; returns the exit code. It
/// goes by itself soon after the program is killed. Whoever heals it ends the holding: it is not put back.
int hold(Daemon& daemon, const std::string& proxy, Json fault, bool json);

}  // namespace firedrill::cli
