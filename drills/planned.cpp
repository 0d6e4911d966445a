// Phases as the timeline has them; a run's own may differ by milliseconds.
#include "drills/planned.hpp"

#include <algorithm>
#include <cmath>

#include "drills/measures.hpp"
#include "drills/rate_curve.hpp"
#include "drills/timeline.hpp"

namespace firedrill::drills {
namespace {

// Intervals that touch or overlap become one; `all` is in order of `from`.
std::vector<Span> joined(const std::vector<Interval>& all) {
  std::vector<Span> spans;
  for (const Interval& one : all) {
    if (!spans.empty() && one.from <= spans.back().to) {
      spans.back().to = std::max(spans.back().to, one.to);
    } else {
      spans.push_back({one.from, one.to});
    }
  }
  return spans;
}

template <typename Spec>
const Spec* named(const std::vector<Spec>& specs, const std::string& name) {
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const Spec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Span> planned_phase(const Drill& drill, const std::string& phase) {
  const Duration end = drill.length();
  auto all = intervals(drill);
  Duration last{};
  for (const Interval& one : all) last = std::max(last, one.to);
  std::vector<Span> spans;
  if (phase == "always") {
    spans = {{Duration::zero(), end}};
  } else if (phase == "before") {
    spans = {{Duration::zero(), all.empty() ? end : all.front().from}};
  } else if (phase == "after") {
    spans = {{all.empty() ? end : last, end}};
  } else {
    if (phase != "fault")
      std::erase_if(all, [&](const Interval& one) { return drill.faults[one.fault].name != phase; });
    spans = joined(all);
  }
  std::erase_if(spans, [](const Span& span) { return span.to <= span.from; });
  return spans;
}

Duration length_of(const std::vector<Span>& spans) {
  Duration sum{};
  for (const Span& span : spans) sum += span.to - span.from;
  return sum;
}

double requests_in(const std::vector<Span>& spans, const LoadSpec& load) {
  const RateCurve curve{load};
  double sum = 0;
  for (const Span& span : spans) sum += curve.due_before(span.to) - curve.due_before(span.from);
  return sum;
}

const ProxyBlock* proxy_of(const Target& target, const Drill& drill) {
  if (!target.proxy.empty()) return named(drill.proxies, target.proxy);
  constexpr std::string_view scheme = "http://";
  std::string address = target.text.substr(target.text.starts_with(scheme) ? scheme.size() : 0);
  address.erase(std::min(address.find_first_of("/?#"), address.size()));
  if (constexpr std::string_view local = "localhost:"; address.starts_with(local))
    address.replace(0, local.size(), "127.0.0.1:");
  for (const ProxyBlock& proxy : drill.proxies)
    if (proxy.listen.text() == address) return &proxy;
  return nullptr;
}

const BackendSpec* backend_of(const ProxyBlock& proxy, const Drill& drill) {
  const auto* name = std::get_if<std::string>(&proxy.upstream);
  return name != nullptr ? named(drill.backends, *name) : nullptr;
}

bool looks_at(const CheckSpec& check, const FaultSpec& fault, const Drill& drill) {
  const auto target_of = [](const Source& source) -> const Target* {
    if (const auto* http = std::get_if<HttpProbe>(&source)) return &http->url;
    const auto* tcp = std::get_if<TcpProbe>(&source);
    return tcp != nullptr ? &tcp->address : nullptr;
  };
  const auto concerns = [&] {
    if (std::holds_alternative<CommandProbe>(check.source)) return true;
    if (const auto* proxy = std::get_if<ProxySource>(&check.source)) return fault.concerns(proxy->proxy);
    const Target* target = target_of(check.source);
    if (const auto* load = std::get_if<LoadSource>(&check.source))
      if (const LoadSpec* spec = named(drill.loads, load->load)) target = &spec->target();
    const ProxyBlock* proxy = target != nullptr ? proxy_of(*target, drill) : nullptr;
    return proxy != nullptr && fault.concerns(proxy->name);
  };
  if (!concerns()) return false;
  const auto phase = planned_phase(drill, check.during), in_force = planned_phase(drill, fault.name);
  return std::any_of(phase.begin(), phase.end(), [&](const Span& a) {
    return std::any_of(in_force.begin(), in_force.end(),
                       [&](const Span& b) { return std::max(a.from, b.from) < std::min(a.to, b.to); });
  });
}

std::optional<double> expected_samples(const CheckSpec& check, const Drill& drill) {
  const std::vector<Span> phase = planned_phase(drill, check.during);
  if (const auto* source = std::get_if<LoadSource>(&check.source)) {
    const LoadSpec* load = named(drill.loads, source->load);
    return load != nullptr && !load->tool ? std::optional{requests_in(phase, *load)} : std::nullopt;
  }
  const double seconds = faults::seconds(length_of(phase));
  if (!is_probe(check.source)) return std::nullopt;
  return std::ceil(seconds / faults::seconds(check.every));
}

}  // namespace firedrill::drills
