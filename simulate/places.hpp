// Where the addresses of a drill lead, and what of a drill can be foretold therefore.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "drills/drill.hpp"

namespace firedrill::simulate {

/// A proxy or a backend of the drill, by name; both empty: somebody else's.
struct Reached {
  std::string proxy, backend;
  bool ours() const { return !proxy.empty() || !backend.empty(); }
};
Reached reached_by(const drills::Drill& drill, const drills::Target& target);
Reached upstream_of(const drills::Drill& drill, const drills::ProxyBlock& proxy);

/// Whether all that is behind it belongs to the drill.
bool is_known(const drills::Drill& drill, const Reached& reached);

/// Why a load cannot be played, as the rest of a sentence about it; empty: it can.
std::string obstacle_of(const drills::Drill& drill, const drills::LoadSpec& load);

/// What of a drill can be played, and what not.
struct Scope {
  std::vector<std::string> left_out;                  // in words, one for each thing that cannot be foretold, and why
  std::map<std::size_t, std::string> checks, faults;  // of which nothing can be told, and why
  bool anything = false;                              // there is a load or a probe that can be played
};
Scope scope_of(const drills::Drill& drill);

}  // namespace firedrill::simulate
