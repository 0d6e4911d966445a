// What the report says of loads besides their phases: connections that were reused, and programs that made them.
#include <fmt/format.h>

#include "drills/report_words.hpp"

namespace firedrill::drills {

std::string reuse_of(const LoadReport& load) {
  if (!load.keep_alive || !load.connections_opened || load.phases.empty()) return "";
  std::uint64_t requests = 0;
  for (const PhaseReport& phase : load.phases)
    if (phase.name == "always") requests = phase.requests.count;
  return fmt::format(
      "{} reused connections: {} requests went by {} connection{}, at most {} open at once. Connections are not "
      "requests: "
      "what proxies and pools count are connections.",
      code(load.name), grouped(requests), grouped(load.connections_opened), *load.connections_opened == 1 ? "" : "s",
      grouped(load.connections_most_open));
}

std::string tools_section(const Report& report) {
  std::string rows, problems;
  bool waits = false;
  const auto figure = [](const MaybeNumber& ms) { return ms ? show_ms(ms) : std::string{not_measured}; };
  for (const LoadReport& load : report.loads) {
    if (load.command.empty()) continue;
    const ToolReport none{}, &tool = load.tool ? *load.tool : none;
    std::vector<std::string> kinds;
    for (const auto& [kind, n] : tool.errors) kinds.push_back(safe(kind) + " " + grouped(n));
    rows += row({safe(load.name), safe(load.command.front()), grouped(tool.requests), grouped(tool.failed),
                 figure(tool.p50_ms), figure(tool.p90_ms), figure(tool.p95_ms), figure(tool.p99_ms), joined(kinds)});
    waits = waits || tool.tool == "wrk" || tool.tool == "hey";
    if (!tool.problem.empty()) problems += fmt::format("- {}: {}\n", safe(load.name), safe(tool.problem));
  }
  if (rows.empty()) return "";
  std::string text = "\n### Loads by other programs\n\n" +
                     heading({"load", "program", "requests", "errors", "p50", "p90", "p95", "p99", "what went wrong"}) +
                     rows + "\nAs they printed it, of all that they did; no phase can be told apart.";
  if (waits)
    text +=
        " wrk and hey wait for an answer before they ask again: while the system stalls they hardly ask, and what they "
        "print does not show those who would have come meanwhile (coordinated omission).";
  return text + "\n" + (problems.empty() ? "" : "\n" + problems);
}

}  // namespace firedrill::drills
