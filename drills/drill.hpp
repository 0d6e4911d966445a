// A drill as written in its file: what runs, what goes wrong when, what must hold. Read once, immutable, checked as a
// whole.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "drills/expectation.hpp"
#include "drills/includes.hpp"
#include "drills/load_spec.hpp"
#include "drills/schedule.hpp"
#include "drills/target.hpp"
#include "faults/distribution.hpp"
#include "faults/plan.hpp"
#include "proxy/endpoint.hpp"

namespace firedrill::drills {

/// Embedded HTTP backend.
struct BackendSpec {
  std::string name;
  proxy::Endpoint listen;
  faults::Distribution service_time;
  std::optional<std::uint64_t> concurrency;  // requests served at once; the others wait their turn inside the backend
  std::uint16_t status = 200;
  std::uint64_t body = 64;  // bytes of each answer's body
};

struct ProxyBlock {
  std::string name;
  proxy::Endpoint listen;
  std::variant<proxy::Endpoint, std::string> upstream;  // an address, or the name of a backend ("backend:NAME")
  Duration connect_timeout{};                           // 5 s unless given
};

/// A setting that moves from one value to another: `max_connections.ramp = { from = 40, to = 7, over = "20s" }`.
struct Ramp {
  std::string key;
  faults::Value from, to;
  Duration over{};
};

struct FaultSpec {
  std::string name;
  std::vector<std::string> proxies;
  const faults::Kind* kind = nullptr;
  faults::Value table;  // settings and scopes as written, ramps and timing keys taken out; a ramped key holds its `to`
  std::vector<Ramp> ramps;
  Duration at{};
  std::optional<Duration> lasts;  // `for`; none: until the end of the run
  struct Repeat {
    Duration on{}, off{};
    std::uint64_t times = 1;
  };
  std::optional<Repeat> repeat;  // instead of `for`

  /// Whether it is laid on this proxy.
  bool concerns(std::string_view proxy) const;
};

/// What is looked at. A load or proxy is measured anyway; the probes are made for the check.
struct LoadSource {
  std::string load;
};
struct ProxySource {
  std::string proxy;
};
struct HttpProbe {
  Target url;
  std::uint16_t status = 200;
};
struct TcpProbe {
  Target address;
};
struct CommandProbe {
  std::vector<std::string> argv;
  int exit_code = 0;
};
using Source = std::variant<LoadSource, ProxySource, HttpProbe, TcpProbe, CommandProbe>;
/// True for sources that are looked at by asking, not by watching traffic.
inline bool is_probe(const Source& source) { return source.index() >= 2; }

struct CheckSpec {
  std::string name;
  Source source;
  std::string during = "always";  // before, fault, after, always or a fault's name
  std::vector<Expectation> expect;
  // Probes only:
  Duration every{};           // 1 s unless given
  Duration timeout{};         // 2 s unless given
  std::uint64_t retries = 0;  // further tries before one sample counts as failed
  double pass = 1;            // share of samples that must succeed; 0: `expect` judges success instead
  std::string misleads;       // a [[signal]]: why nobody should go by it. It is looked at, and nothing is judged by it

  bool is_signal() const { return !misleads.empty(); }
};

/// One abort condition: the expectation, once true over the last `over`, aborts the run.
struct AbortSpec {
  Source source;                  // load or proxy, or a probe with `every`
  std::vector<Expectation> when;  // all of them
  Duration over{};
  Duration every{}, timeout{};  // probes only
  std::string text;             // as shown when it fires
};

/// A load balancer's configuration that a run is played with, whatever it does with it.
struct ProvenFile {
  std::string file, sha256;
};

struct Drill {
  std::string file, text;            // path as given; the whole file, verbatim
  std::vector<SourceFile> included;  // the files that it includes
  std::string name, title, owner;
  std::uint64_t seed = 0;
  bool seed_given = false;  // else it was drawn: at most 53 bits
  std::optional<Duration> duration;
  Duration max_duration{};  // 10 min unless given
  std::vector<BackendSpec> backends;
  std::vector<ProxyBlock> proxies;
  std::vector<LoadSpec> loads;
  std::vector<FaultSpec> faults;
  std::vector<CheckSpec> checks;  // behind them the signals
  std::vector<AbortSpec> aborts;
  std::optional<Schedule> schedule;        // when a daemon plays it; what is played by hand starts at once
  faults::Problems warnings;               // of what can be played and yet cannot mean what it says
  std::vector<ProvenFile> configurations;  // for the journal; no drill file names them

  bool judges() const;  // there is a check that is no signal
  /// How long a run lasts unless it is aborted: `duration`, or the end of the timeline; at most max_duration.
  Duration length() const;
};

/// "fault.undersized-pool.max_connections", "9": one --set.
using Override = std::pair<std::string, std::string>;

/// What a drill is read for: to be played by itself, or around a command, whose end is the end of the run. Then
/// `duration` says nothing, length() is max_duration, and neither a fault's `for` nor checks nor loads are needed. Or
/// for its proxies alone, which somebody opens without playing anything: then only they are read, and all else may be
/// left out.
enum class Purpose : std::uint8_t { run, exec, proxies };

/// Reads and checks a drill. `variables` answers ${NAME}; read_drill takes the environment. Throws faults::PlanError
/// with every problem found, in the order of the file (a TOML syntax error ends the list).
Drill read_drill(const std::string& path, const std::vector<Override>& overrides = {}, Purpose purpose = Purpose::run);
Drill parse_drill(const std::string& path, std::string text, const std::vector<Override>& overrides,
                  const std::map<std::string, std::string>& variables, Purpose purpose = Purpose::run);

/// At random. Journals and JSON carry 53 bits without loss, and a file carries what was drawn as its seed.
std::uint64_t drawn_seed();

/// Takes the faults out, and the checks that look at a time when one is or was in force; says which these were.
std::vector<std::string> take_faults_out(Drill& drill);

}  // namespace firedrill::drills
