// Where requests and probes of a drill go.
#pragma once

#include <string>

namespace firedrill::drills {

/// Where HTTP goes: "http://127.0.0.1:8081/", "proxy:api/", "backend:api/". Names are resolved to ports once these
/// listen.
struct Target {
  std::string text;            // as written
  std::string proxy, backend;  // at most one not empty
  std::string rest;            // the path behind the name, "/" at least ("" for tcp), or the whole URL or address
};

}  // namespace firedrill::drills
