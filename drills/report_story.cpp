// What happened, in at most three sentences: the traffic, the faults, the outcome.
#include <fmt/format.h>

#include <algorithm>

#include "drills/report_words.hpp"

namespace firedrill::drills {
namespace {

const PhaseReport* phase(const Report& report, std::string_view name) {
  for (const PhaseReport& each : report.phases)
    if (each.name == name && each.requests.count > 0) return &each;
  return nullptr;
}

// "1.0% failed before the first fault, 30.4% while one was in force and …": of the phases that had requests.
template <class Figure>
std::string by_phase(const Report& report, std::string_view verb, Figure figure) {
  std::vector<std::string> parts;
  for (const auto& [name, when] :
       {std::pair{"before", "before the first fault"}, std::pair{"fault", "while a fault was in force"},
        std::pair{"after", "after the last had been healed"}})
    if (const PhaseReport* each = phase(report, name))
      parts.push_back(fmt::format("{}{} {}", figure(*each), parts.empty() ? verb : "", when));
  if (parts.size() < 2) return joined(parts);
  const std::string last = parts.back();
  parts.pop_back();
  return joined(parts) + " and " + last;
}

std::string traffic(const Report& report) {
  if (report.loads.empty()) return "The drill sent no load of its own.";
  if (std::all_of(report.loads.begin(), report.loads.end(),
                  [](const LoadReport& load) { return !load.command.empty(); }))
    return "Other programs made the load.";
  const PhaseReport* all = phase(report, "always");
  if (all == nullptr) return "No request was sent.";
  const std::string sent =
      fmt::format("{} request{} sent", grouped(all->requests.count), all->requests.count == 1 ? " was" : "s were");
  const std::string parts =
      by_phase(report, " failed", [](const PhaseReport& each) { return show_ratio(each.error_ratio()); });
  return parts.empty() ? fmt::format("{}; {} failed.", sent, show_ratio(all->error_ratio()))
                       : fmt::format("{}: {}.", sent, parts);
}

std::string faults(const Report& report) {
  if (report.faults.empty()) return "";
  if (report.faults.size() == 1) {
    const FaultReport& fault = report.faults.front();
    if (fault.in_force.empty())
      return fmt::format("The fault {} is not on record as having come into force.", code(fault.name));
    std::string text = fmt::format("The fault {} ({} on {}) came at {}", code(fault.name), safe(fault.kind),
                                   safe(joined(fault.proxies)), show_s(fault.in_force.front().first));
    if (fault.links_affected)
      text += fmt::format(", touched {} connection{}", grouped(*fault.links_affected),
                          *fault.links_affected == 1 ? "" : "s");
    else if (fault.first)
      text += ", touched connections";
    return text + (fault.healed_s ? fmt::format(" and was healed at {}.", show_s(fault.healed_s))
                                  : " and is not on record as healed.");
  }
  std::vector<std::string> touched, untouched;
  for (const FaultReport& fault : report.faults) (fault.touched() ? touched : untouched).push_back(code(fault.name));
  constexpr std::size_t most = 5;
  const auto list = [&](const std::vector<std::string>& names) {
    return names.size() <= most ? joined(names) : fmt::format("{} faults", names.size());
  };
  if (untouched.empty())
    return fmt::format("All {} faults touched connections ({}).", report.faults.size(), list(touched));
  if (touched.empty())
    return fmt::format("None of the {} faults is known to have touched a connection.", report.faults.size());
  return fmt::format("Of {} faults, {} touched connections; {} did not as far as is known.", report.faults.size(),
                     list(touched), list(untouched));
}

std::string outcome(const Report& report) {
  if (!report.aborts.empty())
    return fmt::format("At {} the run was aborted: {}.", show_s(report.aborts.front().t),
                       safe(report.aborts.front().text));
  const std::string parts =
      by_phase(report, "", [](const PhaseReport& each) { return show_ms(each.quantile_ms(0.99)); });
  return parts.empty() ? "" : fmt::format("The 99th percentile of latency was {}.", parts);
}

}  // namespace

std::string story(const Report& report) {
  std::vector<std::string> sentences{traffic(report), faults(report), outcome(report)};
  std::erase(sentences, "");
  return joined(sentences, " ");
}

}  // namespace firedrill::drills
