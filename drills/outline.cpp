// Timeline and checks; the blast radius is in blast_radius.cpp.
#include "drills/outline.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "drills/blast_radius.hpp"
#include "drills/measures.hpp"
#include "drills/ramp.hpp"
#include "drills/rate_curve.hpp"
#include "drills/report_words.hpp"
#include "drills/timeline.hpp"

namespace firedrill::drills {
namespace {

using Moment = Outline::Moment;

// As in the file, without quotes.
std::string plain(const faults::Value& value) {
  if (value.text() != nullptr) return *value.text();
  if (value.list() == nullptr) return value.shown();
  std::vector<std::string> items;
  for (const faults::Value& item : *value.list()) items.push_back(plain(item));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

// What the fault is when it comes.
std::string settings(const FaultSpec& fault) {
  std::string text = fmt::format("{} on {}", fault.kind->name, fmt::join(fault.proxies, ", "));
  std::string_view between = ": ";
  for (const faults::Member& member : *fault.table.table()) {
    if (member.key == "kind") continue;
    const auto ramp =
        std::find_if(fault.ramps.begin(), fault.ramps.end(), [&](const Ramp& r) { return r.key == member.key; });
    text += fmt::format("{}{} {}", between, member.key, plain(ramp == fault.ramps.end() ? member.value : ramp->from));
    between = ", ";
  }
  return text;
}

void add_appearance(const Drill& drill, const Interval& interval, std::vector<Moment>& moments) {
  using What = Moment::What;
  const FaultSpec& fault = drill.faults[interval.fault];
  moments.push_back({interval.from, interval.to, What::on, fault.name, settings(fault)});
  const Duration lasts = interval.to - interval.from;
  for (const Ramp& ramp : fault.ramps) {
    const Duration over = std::min(ramp.over, lasts);
    moments.push_back({interval.from, interval.from + over, What::ramp, fault.name,
                       fmt::format("{} {} to {}", ramp.key, plain(ramp.from), plain(value_at(ramp, over)))});
  }
  const std::optional<Duration> asked = fault.repeat ? fault.repeat->on : fault.lasts;
  const bool cut = asked && *asked > lasts;
  moments.push_back({interval.to, cut ? interval.from + *asked : interval.to, What::off, fault.name,
                     cut     ? fmt::format("cut, planned until {}", faults::show(interval.from + *asked))
                     : asked ? ""
                             : "the run ends"});
}

// A load whose rate stays has no moments.
void add_stages(const Drill& drill, const LoadSpec& load, std::vector<Moment>& moments) {
  if (load.stages.empty()) return;
  const Duration end = drill.length();
  const RateCurve curve{load};
  for (const RateCurve::Piece& piece : curve.pieces()) {
    if (piece.from >= end) break;
    const bool moves = piece.first != piece.last;
    moments.push_back(
        {piece.from, piece.lasts < end - piece.from ? piece.from + piece.lasts : end, Moment::What::rate, "",
         moves ? fmt::format("{:.6g} to {:.6g}", piece.first, piece.last) : fmt::format("{:.6g}", piece.first),
         load.name});
  }
}

std::vector<Moment> moments_of(const Drill& drill) {
  std::vector<Moment> moments;
  for (const LoadSpec& load : drill.loads) add_stages(drill, load, moments);
  for (const Interval& interval : intervals(drill)) add_appearance(drill, interval, moments);
  const auto order = [](const Moment& moment) {
    return std::tuple{moment.at, moment.what == Moment::What::off ? 0 : 1};
  };
  std::stable_sort(moments.begin(), moments.end(),
                   [&](const Moment& a, const Moment& b) { return order(a) < order(b); });
  return moments;
}

Outline::Asking asking(const LoadSpec& load) {
  const std::string& where = load.target().text;
  if (load.tool) {
    std::vector<std::string> words;
    bool has_url = false;
    for (const std::string& word : load.tool->argv) {
      words.push_back(quoted(word));
      has_url = has_url || word.find("{url}") != std::string::npos;
    }
    return {load.name,
            fmt::format("at {} starts {}{}, and kills it after {}", faults::show(load.tool->at), fmt::join(words, " "),
                        has_url ? fmt::format(" ({{url}}: {})", where) : "", faults::show(load.timeout)),
            load.tool->argv};
  }
  if (!load.stages.empty()) return {load.name, fmt::format("requests in stages to {}", where), {}};
  return {load.name, fmt::format("{:.6g} request{} per second to {}", load.rate, load.rate == 1 ? "" : "s", where), {}};
}

std::string expected(const CheckSpec& check) {
  std::string text;
  for (const Expectation& one : check.expect)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", one.figure, one.text);
  if (is_probe(check.source) && check.pass > 0)
    text += fmt::format("{}success >= {}", text.empty() ? "" : ", ", faults::show_share(check.pass));
  return text;
}

}  // namespace

std::string show(const std::vector<Span>& spans) {
  if (spans.empty()) return "never";
  const std::string all = fmt::format("{} to {}", faults::show(spans.front().from), faults::show(spans.back().to));
  return spans.size() == 1 ? all : fmt::format("{} times, {}", spans.size(), all);
}

Outline outline_of(const Drill& drill) {
  Outline outline;
  outline.drill = drill.name;
  outline.title = drill.title;
  outline.file = drill.file;
  if (drill.seed_given) outline.seed = drill.seed;
  outline.length = drill.length();
  outline.max_duration = drill.max_duration;
  outline.timeline = moments_of(drill);
  for (const LoadSpec& load : drill.loads) outline.loads.push_back(asking(load));
  for (const ProxyBlock& proxy : drill.proxies) outline.proxies.push_back(reach_of(proxy, drill));
  for (const AbortSpec& abort : drill.aborts) outline.aborts.push_back(abort.text);
  for (const CheckSpec& check : drill.checks)
    (check.is_signal() ? outline.signals : outline.checks)
        .push_back({check.name, show(check.source), check.during, expected(check), planned_phase(drill, check.during),
                    expected_samples(check, drill)});
  outline.warnings = drill.warnings;
  return outline;
}

}  // namespace firedrill::drills
