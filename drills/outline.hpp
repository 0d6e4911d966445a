// A drill as it would be played: what happens when, to whom, and what is looked at. Nothing is opened or started for
// it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "drills/drill.hpp"
#include "drills/planned.hpp"

namespace firedrill::drills {

struct Outline {
  /// A fault comes, begins to move, or goes; a load's rate becomes another or begins to move.
  struct Moment {
    enum class What : std::uint8_t { on, ramp, off, rate };
    Duration at{}, until{};  // until: of a fault's appearance, of a ramp or a stage; when off: as planned, even if cut
    What what = What::on;
    std::string fault, text;  // "pool on api: max_connections 7"; "max_connections 40 to 7"; "" or why; "0 to 200"
    std::string load{};       // rate: whose; then `fault` is empty
  };
  /// One fault, as one proxy meets it.
  struct Effect {
    std::string fault, kind;
    double share = 1;          // of links, as far as it is drawn
    std::string links, worst;  // in words
    std::vector<Span> when;
  };
  struct Reach {
    std::string proxy, listen, upstream;
    std::vector<Effect> effects;
    std::string worst_case;  // one sentence, without its full stop
  };
  struct Asking {
    std::string load, text;            // "10 requests per second to proxy:api/"
    std::vector<std::string> command;  // that is started instead, {url} still in it
  };
  struct Look {
    std::string check, source, during, expected;
    std::vector<Span> when;
    std::optional<double> samples;  // about so many; nothing where it depends on who comes
  };

  std::string drill, title, file;
  std::optional<std::uint64_t> seed;  // none: it will be drawn
  Duration length{}, max_duration{};
  std::vector<Moment> timeline;
  std::vector<Asking> loads;
  std::vector<Reach> proxies;
  std::vector<std::string> aborts;
  std::vector<Look> checks, signals;
  faults::Problems warnings;
};

Outline outline_of(const Drill& drill);

nlohmann::ordered_json to_json(const Outline& outline);

/// "10s to 40s"; "6 times, 5s to 1m20s".
std::string show(const std::vector<Span>& spans);

}  // namespace firedrill::drills
