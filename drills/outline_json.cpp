// The outline for programs.
#include <array>
#include <nlohmann/json.hpp>

#include "drills/outline.hpp"

namespace firedrill::drills {
namespace {

using Json = nlohmann::ordered_json;
using faults::seconds;

Json of(const std::vector<Span>& spans) {
  Json all = Json::array();
  for (const Span& span : spans) all.push_back({seconds(span.from), seconds(span.to)});
  return all;
}

Json of(const Outline::Moment& moment) {
  using What = Outline::Moment::What;
  constexpr std::array<const char*, 4> words{"on", "ramp", "off", "rate"};
  Json one{{"at_s", seconds(moment.at)},
           {"until_s", seconds(moment.until)},
           {"what", words[static_cast<std::size_t>(moment.what)]},
           {"fault", moment.fault},
           {"text", moment.text}};
  if (moment.what == What::rate) one["load"] = moment.load;
  return one;
}

Json of(const Outline::Reach& reach) {
  Json faults = Json::array();
  for (const Outline::Effect& effect : reach.effects)
    faults.push_back({{"fault", effect.fault},
                      {"kind", effect.kind},
                      {"share", effect.share},
                      {"links", effect.links},
                      {"worst", effect.worst},
                      {"intervals", of(effect.when)}});
  return {{"proxy", reach.proxy},
          {"listen", reach.listen},
          {"upstream", reach.upstream},
          {"faults", std::move(faults)},
          {"worst_case", reach.worst_case}};
}

Json of(const Outline::Asking& asking) {
  return {{"load", asking.load},
          {"text", asking.text},
          {"command", asking.command.empty() ? Json(nullptr) : Json(asking.command)}};
}

Json of(const Outline::Look& look) {
  return {{"check", look.check},
          {"source", look.source},
          {"during", look.during},
          {"intervals", of(look.when)},
          {"samples", look.samples ? Json(*look.samples) : Json(nullptr)},
          {"expected", look.expected}};
}

template <typename Item>
Json list_of(const std::vector<Item>& items) {
  Json all = Json::array();
  for (const Item& item : items) all.push_back(of(item));
  return all;
}

}  // namespace

Json to_json(const Outline& outline) {
  Json warnings = Json::array();
  for (const faults::Problem& warning : outline.warnings) warnings.push_back(warning.line());
  return {{"drill", outline.drill},
          {"title", outline.title},
          {"file", outline.file},
          {"seed", outline.seed ? Json(*outline.seed) : Json(nullptr)},
          {"length_s", seconds(outline.length)},
          {"timeline", list_of(outline.timeline)},
          {"loads", list_of(outline.loads)},
          {"proxies", list_of(outline.proxies)},
          {"safety", {{"max_duration_s", seconds(outline.max_duration)}, {"abort", outline.aborts}}},
          {"checks", list_of(outline.checks)},
          {"signals", list_of(outline.signals)},
          {"warnings", std::move(warnings)}};
}

}  // namespace firedrill::drills
