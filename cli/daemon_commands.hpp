// What a running daemon can be asked for on the command line, and the function that asks.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/daemon.hpp"
#include "cli/run_commands.hpp"

namespace firedrill::cli {

struct ListProxies {};
struct ShowProxy {
  std::string proxy;
};
struct AddProxy {
  std::string proxy, listen, upstream;
  bool disabled = false;
};
struct RemoveProxy {
  std::string proxy;
};
struct SwitchProxy {
  std::string proxy;
  bool on = true;
};

struct ListFaults {
  std::string proxy;  // empty: of all
};
struct AddFault {
  std::string proxy, kind, name;      // name empty: the kind's
  std::vector<std::string> settings;  // KEY=VALUE
  std::string ttl;                    // empty: the daemon's
  bool hold = false;                  // only while this program runs
};
struct UpdateFault {
  std::string proxy, fault;
  std::vector<std::string> settings;
  std::string ttl;
};
struct RemoveFault {
  std::string proxy, fault;
};

struct Heal {
  std::string proxy;  // empty: all
};
struct HaltAll {
  std::string reason;
};
struct ReleaseHalt {};
struct ShowStatus {};
struct Top {
  bool once = false;
};

using DaemonRequest = std::variant<ListProxies, ShowProxy, AddProxy, RemoveProxy, SwitchProxy, ListFaults, AddFault,
                                   UpdateFault, RemoveFault, Heal, HaltAll, ReleaseHalt, ShowStatus, Top, RunRequest>;

struct DaemonArguments {
  Access access;
  bool json = false;   // what the daemon answered
  bool names = false;  // of lists: nothing but names
  DaemonRequest request;
};

/// Asks and tells; returns the exit code.
int ask_daemon(const DaemonArguments& arguments);

}  // namespace firedrill::cli
