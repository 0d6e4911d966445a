// A short time to live, given again and again.
#include "cli/hold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/signals.hpp"
#include "cli/text.hpp"

namespace firedrill::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto ttl = 15s;
constexpr auto renewal = 5s;

/// One that is in force.
class Held {
 public:
  Held(Daemon& daemon, std::string proxy, const Json& made)
      : daemon_{daemon},
        path_{path_of(proxy, made.at("name").get<std::string>())},
        words_{fmt::format("fault {} on {}", made.at("name").get<std::string>(), proxy)},
        since_(made.at("status").at("since")) {}

  const std::string& words() const { return words_; }

  /// A daemon that does not answer may come to itself before the fault has expired.
  void renew() {
    Json present, now;
    try {
      present = daemon_.get(path_);
      if (is_ours(present)) now = daemon_.ask("PATCH", path_, {{"ttl", our_ttl()}, {"held", true}});
    } catch (const NotDone& why) {
      if (why.status == 404) throw NotDone{exit_refused, {words_ + ": somebody has removed it"}};
      const bool may_come_back = why.status == 0 || why.status >= 500;
      if (!may_come_back || steady_clock::now() > renewed_ + ttl) throw;
      return;
    }
    if (now.is_null()) throw another_time(present);
    if (now.at("status").at("since") != since_)
      throw NotDone{exit_refused, {words_ + ": somebody has put another one in its place"}};
    renewed_ = steady_clock::now();
  }

  void remove() {
    try {
      if (const Json present = daemon_.get(path_); !is_ours(present)) throw another_time(present);
      daemon_.ask("DELETE", path_);
    } catch (const NotDone& why) {
      if (why.status != 404) throw;  // gone is gone
    }
  }

 private:
  static std::string our_ttl() { return fmt::format("{}s", ttl.count()); }
  // Whoever has given it another time was told that it lasts so long.
  static bool is_ours(const Json& fault) { return fault.at("ttl") == our_ttl(); }
  NotDone another_time(const Json& fault) const {
    const Json& given = fault.at("ttl");
    return {exit_refused,
            {fmt::format("{}: somebody has given it another time, {}; it is no longer held", words_,
                         given.is_string() ? given.get<std::string>() : "until it is removed")}};
  }

  Daemon& daemon_;
  std::string path_, words_;
  Json since_;
  steady_clock::time_point renewed_ = steady_clock::now();
};

// To add one that is there already changes it: holding it, and removing it in the end, would take it from somebody.
void refuse_to_take(Daemon& daemon, const std::string& proxy, const std::string& name) {
  const Json answer = daemon.get(path_of(proxy) + "/faults");
  for (const Json& fault : answer.at("faults"))
    if (fault.at("name") == name)
      throw NotDone{
          exit_refused,
          {fmt::format("there is a fault \"{}\" on {} already; give this one another name with --name", name, proxy)}};
}

// Until a signal asks for the end.
void keep(Held& held, const Signals& signals) {
  auto due = steady_clock::now() + renewal;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - steady_clock::now());
    const int signal = signals.wait(std::max(left, 0ms));
    if (signal == SIGTSTP)
      std::raise(SIGSTOP);  // NOLINT(cert-err33-c)
    else if (signal != 0)
      return;
    if (steady_clock::now() < due) continue;
    held.renew();
    due = steady_clock::now() + renewal;
  }
}

}  // namespace

int hold(Daemon& daemon, const std::string& proxy, Json fault, bool json) {
  const Signals signals;
  refuse_to_take(daemon, proxy, fault.at("name").get<std::string>());
  fault["ttl"] = fmt::format("{}s", ttl.count());
  fault["held"] = true;
  const Json made = daemon.ask("POST", path_of(proxy) + "/faults", fault);
  Held held{daemon, proxy, made};
  print(json ? made.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
             : harmless(held.words() + ": in force until Ctrl-C") + "\n");
  flush();
  keep(held, signals);
  held.remove();
  if (!json) print(harmless(held.words() + ": removed") + "\n");
  return 0;
}

}  // namespace firedrill::cli
