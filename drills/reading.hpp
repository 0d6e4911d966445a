// The parts of reading a drill, one per kind of block, and what they share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "drills/drill.hpp"
#include "faults/reader.hpp"

namespace firedrill::drills {

using faults::Problems;
using faults::Reader;
using faults::Value;

/// A drill while it is read. Blocks with problems are kept: what refers to them is not wrong.
struct Reading {
  Drill& drill;
  Problems& problems;
  Purpose purpose = Purpose::run;
  double steps = 0;             // that the faults read so far make together
  bool timing_is_sound = true;  // durations, moments and repeats are all there: what follows from them may be judged
};

/// One [[kind]] block.
struct Block {
  const Value* table = nullptr;
  std::string name;     // may be empty after a problem
  std::string subject;  // fault "slow"; without a name: fault number 2
};

/// How a block may be called. Words stand in addresses ("proxy:api/"), in variables and in --set; titles are for
/// people.
enum class Naming : std::uint8_t { word, title };
/// All [[kind]] blocks, their names judged and unlike each other.
std::vector<Block> read_blocks(Reader& top, std::string_view kind, Naming naming, Problems& problems);

inline constexpr std::size_t most_blocks = 1000;
/// No setting of a drill's own is finer.
inline constexpr Duration shortest = std::chrono::milliseconds{10};

template <typename Spec>
std::vector<std::string> names_of(const std::vector<Spec>& specs) {
  std::vector<std::string> names;
  for (const Spec& spec : specs)
    if (!spec.name.empty()) names.push_back(spec.name);
  return names;
}

/// Nothing when `name` is one of `known`; else "there is no proxy "apj"; did you mean "api"?".
std::string no_such(std::string_view kind, std::string_view name, const std::vector<std::string>& known);

/// Takes every ramp out of a fault's table and leaves the value that is aimed for; false when something was wrong with
/// one.
bool take_ramps(Value& table, const std::string& subject, std::vector<Ramp>& ramps, Problems& problems);

/// "proxy:NAME/PATH", "backend:NAME/PATH" or a URL; required. With a problem noted the target is empty.
Target read_http_target(Reader& keys, std::string_view key, const Drill& drill);
/// "proxy:NAME", "backend:NAME" or an address.
Target read_tcp_target(Reader& keys, std::string_view key, const Drill& drill);

/// listen, upstream and connect_timeout. `drill`: what else there is.
ProxyBlock read_proxy(const std::string& name, Reader& keys, const Drill& drill);

// In this order: the later ones refer to the earlier ones.
void read_header(Reader& top, Reading& reading);
void read_backends(Reader& top, Reading& reading);
void read_proxies(Reader& top, Reading& reading);
void judge_variables(const Value& tree, Reading& reading);  // for exec: each proxy has its own
void read_faults(Reader& top, Reading& reading);
void read_loads(Reader& top, Reading& reading);
void read_checks(Reader& top, Reading& reading);
void read_aborts(Reader& top, Reading& reading);

/// `load`, `proxy`, `http`, `tcp` or `command`, just one of them; nothing after a problem. Keys that go with another
/// source are problems.
std::optional<Source> read_source(Reader& keys, const Drill& drill);
/// `command`, which is there: a program and its arguments, none after a problem. `example`: of such a list.
std::vector<std::string> read_argv(Reader& keys, std::string_view example);
/// The expectations among `keys`, each of a figure that `source` has, and every other key but those in `others` a
/// problem.
std::vector<Expectation> read_figures(Reader& keys, const Source& source, const std::vector<std::string_view>& others);

}  // namespace firedrill::drills
