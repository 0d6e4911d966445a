// Rules about the process as a whole: its limit, and whether anybody can look into it.
#include <fmt/format.h>

#include <algorithm>

#include "lint/haproxy_examples.hpp"
#include "lint/haproxy_rules.hpp"

namespace firedrill::lint::haproxy {
namespace {

Spot start_of(const Config& config) {
  const Section* global = config.global();
  return global != nullptr ? global->spot() : config.sections.front().spot();
}

void limit_by_chance(const Rule& rule, const Subject& subject) {
  if (subject.config.sections.empty()) return;
  const Line* most = subject.config.global_line("maxconn");
  const Line* descriptors = subject.config.global_line("ulimit-n");
  if (descriptors == nullptr) descriptors = subject.config.global_line("fd-hard-limit");
  if (most == nullptr || lax_number(most->word(1)) <= 0) {
    subject.findings.add(rule, most != nullptr ? most->spot_of(1) : start_of(subject.config),
                         descriptors == nullptr
                             ? "there is no global maxconn: the descriptor limit of whoever starts HAProxy decides"
                             : fmt::format("there is no global maxconn: {} decides", descriptors->word(0)));
  } else if (descriptors != nullptr && lax_number(descriptors->word(1)) < 2 * lax_number(most->word(1))) {
    subject.findings.add(
        rule, descriptors->spot_of(1),
        fmt::format("maxconn {} ({}) takes two descriptors for each connection, and {} allows {}", most->word(1),
                    line_of(most->spot(), descriptors->spot()), descriptors->word(0), descriptors->word(1)));
  }
}

void blind(const Rule& rule, const Subject& subject) {
  if (subject.config.sections.empty()) return;
  for (const Section& section : subject.config.sections)
    for (const Line& line : section.lines) {
      if (line.word(0) == "stats" && (section.place != Place::global || line.word(1) == "socket")) return;
      const bool exporter = std::any_of(line.words.begin(), line.words.end(),
                                        [](const Word& word) { return word.text == "prometheus-exporter"; });
      if (exporter) return;
    }
  subject.findings.add(rule, start_of(subject.config),
                       "no stats page, no stats socket, no prometheus-exporter: nobody sees a queue grow");
}

const ConfigRule process_rows[] = {
    {{"HA12", Severity::warning, "a process limit left to chance",
      "There is no global maxconn, or ulimit-n or fd-hard-limit is less than twice of it.",
      "HAProxy works its limit out from the descriptor limit it is started with. In a container that may be 1,024 or a "
      "million, and every "
      "frontend without a maxconn, and the default of fullconn, follow from it.",
      "Set it: maxconn 4000 in the global section, and twice as many descriptors.", "thundering-herd",
      "global\n  stats socket /run/haproxy.sock\ndefaults\n  mode http\n" TIMES FRONT BACK
      "  server api1 127.0.0.1:8081 maxconn 100\n",
      HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 maxconn 100\n"},
     limit_by_chance},
    {{"HA21", Severity::warning, "nobody can see the queue",
      "No stats page, no stats socket, and no http-request use-service prometheus-exporter.",
      "qcur, the length of the queues, is the one figure that tells a pool that is too small from a slow backend. In "
      "2023 nobody looked at it "
      "for sixteen hours.",
      "http-request use-service prometheus-exporter if { path /metrics }, and an alert on "
      "haproxy_backend_current_queue and "
      "haproxy_server_current_queue.",
      "pool-exhaustion",
      "global\n  maxconn 4000\ndefaults\n  mode http\n" TIMES FRONT BACK "  server api1 127.0.0.1:8081 maxconn 100\n",
      "global\n  maxconn 4000\ndefaults\n  mode http\n" TIMES
      "frontend www\n  bind :8080\n  http-request use-service prometheus-exporter if { path /metrics }\n  "
      "default_backend api\n" BACK "  server api1 127.0.0.1:8081 maxconn 100\n"},
     blind},
};

}  // namespace

std::span<const ConfigRule> process_rules() { return process_rows; }

}  // namespace firedrill::lint::haproxy
