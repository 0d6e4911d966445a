// Asks once a second; what two answers differ in becomes a rate.
#include "cli/top.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/screen.hpp"
#include "cli/signals.hpp"
#include "cli/text.hpp"

namespace firedrill::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

Glance look(Daemon& daemon) {
  Glance glance{steady_clock::now(), daemon.get("/v1/status"), {}};
  const Json list = daemon.get("/v1/proxies");
  for (const Json& proxy : list.at("proxies")) {
    try {
      glance.proxies.push_back(daemon.get(path_of(proxy.at("name").get<std::string>())));
    } catch (const NotDone& why) {
      if (why.status != 404) throw;  // removed meanwhile
    }
  }
  return glance;
}

// False when a signal asks for the end.
bool wait(const Signals& signals, steady_clock::time_point until, Screen* screen) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    const int signal = signals.wait(std::max(left, 0ms));
    if (signal == SIGTSTP && screen != nullptr)
      screen->stop_process();
    else if (signal == SIGTSTP)
      std::raise(SIGSTOP);  // NOLINT(cert-err33-c)
    else if (signal != 0)
      return false;
    if (steady_clock::now() >= until) return true;
  }
}

int one_table(Daemon& daemon) {
  const Signals signals;
  const Glance before = look(daemon);
  if (!wait(signals, before.at + 1s, nullptr)) return 0;
  const Glance now = look(daemon);
  if (!on_terminal()) {
    print(top_lines(before, now));
    return 0;
  }
  Shape shape = terminal_shape();
  shape.height = 10'000;  // it scrolls
  for (const std::string& line : top_view(before, now, daemon.address(), shape)) print(line + "\n");
  return 0;
}

int until_interrupted(Daemon& daemon) {
  const Signals signals;
  Glance before = look(daemon), now = before;
  Screen screen;
  while (true) {
    Shape shape = terminal_shape();
    shape.height = shape.height > 1 ? shape.height - 1 : 1;  // the cursor stands in the line below
    screen.draw(top_view(before, now, daemon.address(), shape));
    if (!wait(signals, now.at + 1s, &screen)) return 0;
    before = std::exchange(now, look(daemon));
  }
}

}  // namespace

int top(Daemon& daemon, bool once, bool json) {
  if (json) {
    const Glance now = look(daemon);
    const Json answer{{"status", now.status}, {"proxies", now.proxies}};
    print(answer.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    return 0;
  }
  return once || !on_terminal() ? one_table(daemon) : until_interrupted(daemon);
}

}  // namespace firedrill::cli
