// Findings for programs: our own JSON, and SARIF 2.1.0.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lint/output.hpp"

namespace firedrill::lint {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json place(std::uint32_t number) { return number == 0 ? Json(nullptr) : Json(number); }

std::string_view level(Severity severity) { return severity == Severity::info ? "note" : name_of(severity); }

// What may stand in a URI as it is; everything else in percent, as RFC 3986 has it.
std::string uri_of(std::string_view path) {
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view{"-._~/"}.find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

Json sarif_rule(const Rule& rule) {
  Json json{{"id", rule.id},
            {"shortDescription", {{"text", rule.title}}},
            {"fullDescription", {{"text", rule.when}}},
            {"help",
             {{"text", fmt::format("{}\n\nInstead: {}{}", rule.why, rule.fix,
                                   rule.drill.empty() ? "" : "\n\nThe drill that shows it: " + drill_file(rule))}}},
            {"defaultConfiguration", {{"level", level(rule.severity)}}}};
  return json;
}

Json sarif_result(const Finding& finding, std::size_t index) {
  Json location{{"artifactLocation", {{"uri", uri_of(finding.spot.source->name())}}}};
  if (finding.spot.line > 0) {
    location["region"] = {{"startLine", finding.spot.line}};
    if (finding.spot.column > 0) location["region"]["startColumn"] = finding.spot.character();
  }
  return {{"ruleId", finding.rule->id},
          {"ruleIndex", index},
          {"level", level(finding.rule->severity)},
          {"message", {{"text", fmt::format("{}. Instead: {}", finding.message, finding.remedy())}}},
          {"locations", Json::array({{{"physicalLocation", location}}})}};
}

}  // namespace

std::string to_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings)
    list.push_back({{"id", finding.rule->id},
                    {"severity", name_of(finding.rule->severity)},
                    {"file", finding.spot.source->name()},
                    {"line", place(finding.spot.line)},
                    {"column", place(finding.spot.character())},
                    {"message", finding.message},
                    {"why", finding.rule->why},
                    {"fix", finding.remedy()},
                    {"drill", finding.rule->drill.empty() ? Json(nullptr) : Json(drill_file(*finding.rule))}});
  return dumped({{"findings", list}});
}

std::string to_sarif(const std::vector<Finding>& findings, std::string_view version) {
  std::map<const Rule*, std::size_t> indices;
  Json rules = Json::array(), results = Json::array();
  for (const Finding& finding : findings) {
    const auto [it, fresh] = indices.try_emplace(finding.rule, indices.size());
    if (fresh) rules.push_back(sarif_rule(*finding.rule));
    results.push_back(sarif_result(finding, it->second));
  }
  const Json driver{{"name", "firedrill"}, {"version", version}, {"rules", rules}};
  const Json run{{"tool", {{"driver", driver}}}, {"columnKind", "unicodeCodePoints"}, {"results", results}};
  return dumped({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs", Json::array({run})}});
}

}  // namespace firedrill::lint
