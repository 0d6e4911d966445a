// firedrill top: what goes through a daemon's proxies, second by second.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/daemon.hpp"
#include "cli/view.hpp"

namespace firedrill::cli {

/// What the daemon answered at one moment.
struct Glance {
  std::chrono::steady_clock::time_point at;
  Json status;
  std::vector<Json> proxies;  // each with its counters
};

/// Two moments as a picture: at most shape.height lines, none wider than shape.width. Rates are those between them.
std::vector<std::string> top_view(const Glance& before, const Glance& now, const std::string& address, Shape shape);
/// The same for programs: lines of cells between tabs, the first cell is proxy, pool or fault.
std::string top_lines(const Glance& before, const Glance& now);

/// Until a signal ends it; without a terminal, or `once`, one table. Returns the exit code.
int top(Daemon& daemon, bool once, bool json);

}  // namespace firedrill::cli
