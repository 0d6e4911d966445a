// The sections of report.md on what was done to the traffic, and how faithfully.
#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "drills/report_words.hpp"

namespace firedrill::drills {
namespace {

constexpr double late_ms = 10;  // more at p99 and the machine was too busy to time anything closely

// A value as a person would write it: "7", "1s", "from 40, to 7, over 20s".
std::string plain(const nlohmann::ordered_json& value) {
  if (value.is_null()) return std::string{not_measured};
  if (value.is_number_float()) return fmt::format("{:.6g}", value.get<double>());
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_structured()) return value.dump();
  std::vector<std::string> parts;
  for (const auto& item : value.items())
    parts.push_back(value.is_object() ? item.key() + " " + plain(item.value()) : plain(item.value()));
  return joined(parts);
}

std::string plain(const std::string& json) { return plain(nlohmann::ordered_json::parse(json, nullptr, false)); }

const std::string* find(const Facts& facts, const std::string& key) {
  for (const auto& [name, value] : facts)
    if (name == key) return &value;
  return nullptr;
}

std::string spell(const TouchReport& touch) {
  std::string text = fmt::format("link {}", grouped(touch.link));
  if (!touch.proxy.empty()) text += " of proxy " + safe(touch.proxy);
  if (!touch.client.empty()) text += " from " + code(touch.client);
  return touch.at_s ? text + " at " + show_s(touch.at_s) : text;
}

std::string spell_in_force(const FaultReport& fault) {
  if (fault.in_force.empty()) return "The journal does not show it in force.";
  std::vector<std::string> spans;
  for (const auto& [from, to] : fault.in_force)
    spans.push_back(to ? fmt::format("{:.1f} s to {:.1f} s", from, *to)
                       : fmt::format("{:.1f} s to an end that is not recorded", from));
  constexpr std::size_t most = 6;
  if (spans.size() > most) {
    const std::size_t more = spans.size() - most;
    spans.resize(most);
    spans.push_back(fmt::format("and {} times more", more));
  }
  std::string text = "In force from " + joined(spans);
  if (!fault.healed_why.empty()) text += fmt::format(" (ended by: {})", safe(fault.healed_why));
  return text + ".";
}

std::string spell_touched(const FaultReport& fault) {
  if (fault.links_affected && *fault.links_affected == 0 && !fault.first) return "It touched no connection.";
  if (fault.unseen && !fault.touched())
    return "The kernel does the refusing: whether it met anybody cannot be seen from here, only by a check.";
  if (!fault.touched()) return "Which connections it touched was not measured.";
  std::string text = fault.links_affected ? fmt::format("It touched {} connection{}", grouped(*fault.links_affected),
                                                        *fault.links_affected == 1 ? "" : "s")
                                          : "It touched connections (how many was not measured)";
  if (fault.first) text += ", first " + spell(*fault.first);
  if (fault.last) text += ", last " + spell(*fault.last);
  return text + ".";
}

std::string seconds_of(const FaultReport& fault) {
  constexpr std::size_t most = 60;
  std::vector<std::string> all;
  for (const std::uint64_t n : fault.bytes_per_s) {
    if (all.size() == most) break;
    all.push_back(grouped(n));
  }
  if (fault.bytes_per_s.size() > most) all.push_back(fmt::format("… ({} more)", fault.bytes_per_s.size() - most));
  return fmt::format("{}", fmt::join(all, " "));
}

}  // namespace

std::string faults_section(const Report& report) {
  std::string text = "\n## Faults: asked and achieved\n";
  if (report.faults.empty()) return text + "\nThe drill has none.\n";
  for (const FaultReport& fault : report.faults) {
    text += fmt::format("\n### {}: {} on {}\n\n{} {}\n", code(fault.name), safe(fault.kind),
                        safe(joined(fault.proxies)), spell_in_force(fault), spell_touched(fault));
    if (fault.asked.empty() && fault.achieved.empty()) continue;
    text += "\n" + heading({"", "asked", "achieved"});
    for (const auto& [key, asked] : fault.asked) {
      const std::string* achieved = find(fault.achieved, key);
      text += row(
          {safe(key), safe(plain(asked)), achieved != nullptr ? safe(plain(*achieved)) : std::string{not_measured}});
    }
    for (const auto& [key, achieved] : fault.achieved)
      if (find(fault.asked, key) == nullptr) text += row({safe(key), "–", safe(plain(achieved))});
    if (!fault.bytes_per_s.empty()) text += "\nBytes per second, second by second: " + seconds_of(fault) + ".\n";
  }
  return text;
}

std::string fidelity_section(const Report& report) {
  if (report.predicted) return "";  // virtual time is never late
  std::string text = "\n## Fidelity\n\n";
  for (const FaultReport& fault : report.faults) {
    text += fmt::format("- Lateness of {}: ", code(fault.name));
    if (!fault.lateness)
      text += "not measured.\n";
    else if (fault.lateness->samples == 0)
      text += "nothing of it had a due time.\n";
    else
      text += fmt::format("p50 {}, p99 {} over {} moments.\n", show_ms(fault.lateness->p50_ms),
                          show_ms(fault.lateness->p99_ms), grouped(fault.lateness->samples));
  }
  if (!report.lag) return text + "- Lag of the event loop: not measured.\n";
  text += fmt::format(
      "- Lag of the thread that conducts: p50 {}, p99 {}, most {}. Of those that move bytes: p50 {}, p99 {}.\n",
      show_ms(report.lag->p50_ms), show_ms(report.lag->p99_ms), show_ms(report.lag->max_ms),
      show_ms(report.lag->workers_p50_ms), show_ms(report.lag->workers_p99_ms));
  const double worst = std::max(report.lag->p99_ms.value_or(0), report.lag->workers_p99_ms.value_or(0));
  if (worst > late_ms)
    text += fmt::format(
        "\n⚠ An event loop was more than {:.0f} ms late at the 99th percentile: the machine was too busy, and times in "
        "this report are no surer than that.\n",
        late_ms);
  for (const FaultReport& fault : report.faults) {
    const std::string* achieved = find(fault.achieved, "delay");
    if (achieved == nullptr) achieved = find(fault.achieved, "held");
    if (achieved == nullptr) continue;
    const auto delay = nlohmann::ordered_json::parse(*achieved, nullptr, false);
    if (!delay.is_object() || !delay.contains("error_p99_ms") || !delay.contains("p99_ms")) continue;
    const double error = delay["error_p99_ms"], usual = delay["p99_ms"];
    if (error > 1 && error > usual / 10)
      text += fmt::format(
          "\n⚠ {}: one in a hundred moments came {} or more too late, where one in a hundred bytes was held for {} or "
          "more: this machine "
          "cannot time it closely.\n",
          code(fault.name), show_ms(error), show_ms(usual));
  }
  return text;
}

}  // namespace firedrill::drills
