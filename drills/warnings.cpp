// One function for each thing that is warned of.
#include "drills/warnings.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "drills/measures.hpp"
#include "drills/planned.hpp"
#include "drills/rate_curve.hpp"
#include "drills/shadows.hpp"
#include "drills/timeline.hpp"

namespace firedrill::drills {
namespace {

using faults::Problems;
using faults::Reader;
using faults::Value;

// Fewer samples than these, and one of them decides.
double needed_by(const std::string& figure) {
  if (figure == "p999") return 1000;
  return figure == "p99" ? 100 : 10;
}
constexpr double needed_by_probe = 3;

class Warnings {
 public:
  Warnings(const Drill& drill, const Value& tree, Purpose purpose) : drill_{drill}, tree_{tree}, purpose_{purpose} {}

  Problems all() {
    nothing_judged();
    for (std::size_t i = 0; i < drill_.loads.size(); ++i) {
      impatient(i);
      stages_cut(i);
      pool_too_small(i);
      tool_knows_no_url(i);
    }
    for (std::size_t i = 0; i < drill_.faults.size(); ++i) {
      unseen(i);
      cut(i);
      nobody_met(i);
      given_up(i);
    }
    for (const Shadow& shadow : shadows(drill_)) hidden(shadow);
    for (std::size_t i = 0; i < drill_.checks.size(); ++i) {
      few_samples(i);
      tool_is_silent(i);
      queue_out_of_sight(i);
    }
    endless_aborts();
    return std::move(problems_);
  }

 private:
  // Blocks and specs are in the same order: everything was read without a problem.
  Reader block(const char* kind, std::size_t i, const std::string& name) {
    return {(*tree_.find(kind)->list())[i], fmt::format("{} \"{}\"", kind, name), problems_};
  }

  // Signals stand behind the checks.
  Reader look(std::size_t i) {
    const Value* const checks = tree_.find("check");
    const std::size_t before = checks != nullptr ? checks->list()->size() : 0;
    const std::string& name = drill_.checks[i].name;
    return i < before ? block("check", i, name) : block("signal", i - before, name);
  }

  void nothing_judged() {
    if (drill_.judges() || purpose_ == Purpose::exec) return;  // a command judges
    problems_.push_back({tree_.find("drill")->place, "drill: there is no [[check]], so nothing is judged"});
  }

  // Who gives up before the queue does never learns what the queue would have done.
  void impatient(std::size_t i) {
    const LoadSpec& load = drill_.loads[i];
    const ProxyBlock* proxy = proxy_of(load.target(), drill_);
    if (proxy == nullptr || load.tool) return;
    const BackendSpec* backend = backend_of(*proxy, drill_);
    const Duration service = backend != nullptr ? backend->service_time.quantile(0.5) : Duration::zero();
    if (backend != nullptr && load.timeout < service) {
      Reader keys = block("load", i, load.name);
      return say(keys, "timeout",
                 fmt::format("below the service time of backend \"{}\" ({}): most users give up, fault or no fault",
                             backend->name, faults::show(service)));
    }
    for (const FaultSpec& fault : drill_.faults) {
      if (!fault.concerns(proxy->name)) continue;
      const auto first = state_at(fault, Duration::zero())->settings->outlook().longest_wait;
      const auto last = state_at(fault, drill_.length())->settings->outlook().longest_wait;
      const auto wait = std::max(first, last);
      if (!wait || load.timeout >= *wait + service) continue;
      const std::string also = backend != nullptr ? fmt::format(" plus the service time of backend \"{}\" ({})",
                                                                backend->name, faults::show(service))
                                                  : "";
      Reader keys = block("load", i, load.name);
      say(keys, "timeout",
          fmt::format(
              "{}below the queue_timeout of fault \"{}\" ({}){}: users give up before the queue does",
              keys.has("timeout") ? "" : fmt::format("timeout is {} unless given, ", faults::show(load.timeout)),
              fault.name, faults::show(*wait), also));
      return;
    }
  }

  void stages_cut(std::size_t i) {
    const LoadSpec& load = drill_.loads[i];
    const Duration end = length_of(load.stages);
    if (purpose_ == Purpose::exec || end <= drill_.length()) return;
    block("load", i, load.name)
        .problem("stages", fmt::format("would end at {}, but the drill lasts {}: they are cut", faults::show(end),
                                       faults::show(drill_.length())));
  }

  void pool_too_small(std::size_t i) {
    const LoadSpec& load = drill_.loads[i];
    const ProxyBlock* proxy = proxy_of(load.target(), drill_);
    const BackendSpec* backend = proxy != nullptr ? backend_of(*proxy, drill_) : nullptr;
    Reader keys = block("load", i, load.name);
    if (load.keep && load.keep->queue_timeout && *load.keep->queue_timeout >= load.timeout) {
      Reader table{*keys.table().find("connections"), keys.subject() + ": connections", problems_};
      table.problem("queue_timeout",
                    fmt::format("not below the load's timeout ({}): users give up before the pool does",
                                faults::show(load.timeout)));
    }
    if (!load.keep_alive || backend == nullptr || load.tool) return;
    // Little's law.
    const double peak = RateCurve{load}.peak(), service = faults::seconds(backend->service_time.quantile(0.5));
    const double needed = peak * service;
    const auto held = static_cast<double>(load.connections * (load.keep ? load.keep->workers : 1));
    if (needed <= held) return;
    say(keys, "connections",
        fmt::format(
            "{:.6g} requests per second of {} each keep {:.4g} connections busy, and there are {:.0f}: the others "
            "wait for one",
            peak, faults::show(backend->service_time.quantile(0.5)), needed, held));
  }

  // Whom the kernel refuses only a check can tell.
  void unseen(std::size_t i) {
    const FaultSpec& fault = drill_.faults[i];
    if (state_at(fault, Duration::zero())->settings->outlook().shuts != faults::Shuts::listener) return;
    const auto looks = [&](const CheckSpec& check) { return looks_at(check, fault, drill_); };
    if (purpose_ == Purpose::exec || std::any_of(drill_.checks.begin(), drill_.checks.end(), looks)) return;
    block("fault", i, fault.name)
        .problem("no check looks at its proxy while it is in force: nothing will show that it did anything");
  }

  // Figures of slots and queues come from faults that have them.
  void queue_out_of_sight(std::size_t i) {
    const CheckSpec& check = drill_.checks[i];
    const auto* proxy = std::get_if<ProxySource>(&check.source);
    if (proxy == nullptr) return;
    const FaultSpec* unseen = nullptr;
    bool any = false;
    for (const FaultSpec& fault : drill_.faults) {
      if (!looks_at(check, fault, drill_)) continue;
      const faults::Queue queue = state_at(fault, Duration::zero())->settings->outlook().queue;
      any = any || queue != faults::Queue::none;
      if (queue == faults::Queue::unseen) unseen = &fault;
    }
    Reader keys = look(i);
    Reader figures{*keys.table().find("expect"), keys.subject() + ": expect", problems_};
    for (const Expectation& one : check.expect) {
      const bool of_queue = one.figure.starts_with("queue_") || one.figure.starts_with("wait_");
      if (!of_queue && !one.figure.starts_with("pool_")) continue;
      if (!any)
        figures.problem(
            one.figure,
            fmt::format("no fault with a pool is on proxy \"{}\" during \"{}\": there is nothing to measure",
                        proxy->proxy, check.during));
      else if (of_queue && unseen != nullptr)
        figures.problem(
            one.figure,
            fmt::format("fault \"{}\" leaves who waits in the kernel's backlog, where nobody is counted or timed",
                        unseen->name));
    }
  }

  // wrk and hey take no URL but from their arguments; a script may have it from elsewhere.
  void tool_knows_no_url(std::size_t i) {
    const LoadSpec& load = drill_.loads[i];
    if (!load.tool || load.tool->argv.empty()) return;
    const std::string& path = load.tool->argv.front();
    const std::string program = path.substr(path.rfind('/') + 1);
    if (program != "wrk" && program != "hey") return;
    for (const std::string& word : load.tool->argv)
      if (word.find("{url}") != std::string::npos || word.find("://") != std::string::npos) return;
    Reader keys = block("load", i, load.name);
    keys.problem("command", fmt::format("{} is told no URL: it would meet neither a proxy nor anybody else; add "
                                        "\"{{url}}\", which is where http leads",
                                        program));
  }

  // What a tool does not print nobody can judge: the run would be errored.
  void tool_is_silent(std::size_t i) {
    const CheckSpec& check = drill_.checks[i];
    const auto* source = std::get_if<LoadSource>(&check.source);
    if (source == nullptr) return;
    const auto load = std::find_if(drill_.loads.begin(), drill_.loads.end(),
                                   [&](const LoadSpec& one) { return one.name == source->load; });
    if (load == drill_.loads.end() || !load->tool) return;
    Reader keys = look(i);
    Reader figures{*keys.table().find("expect"), keys.subject() + ": expect", problems_};
    for (const Expectation& one : check.expect)
      if (const std::string why = why_silent(*load->tool, one.figure); !why.empty()) figures.problem(one.figure, why);
  }

  void endless_aborts() {
    for (std::size_t i = 0; i < drill_.aborts.size(); ++i) {
      if (purpose_ == Purpose::exec || drill_.aborts[i].over <= drill_.length()) continue;
      const Value& when = *tree_.find("abort")->find("when");
      Reader keys{(*when.list())[i], fmt::format("abort condition {}", i + 1), problems_};
      keys.problem("over",
                   fmt::format("longer than the drill lasts ({}): it is never judged", faults::show(drill_.length())));
    }
  }

  void cut(std::size_t i) {
    const FaultSpec& fault = drill_.faults[i];
    const auto end = planned_end(fault);
    if (!end || *end <= drill_.length()) return;
    Reader keys = block("fault", i, fault.name);
    say(keys, fault.repeat ? "repeat" : "for",
        fmt::format("would end at {}, but the drill lasts {}: it is cut", faults::show(*end),
                    faults::show(drill_.length())));
  }

  void nobody_met(std::size_t i) {
    const FaultSpec& fault = drill_.faults[i];
    const auto is_ramped = [&](std::string_view key) {
      return std::any_of(fault.ramps.begin(), fault.ramps.end(), [&](const Ramp& ramp) { return ramp.key == key; });
    };
    const faults::Scope scope = state_at(fault, Duration::zero())->scope;
    Reader keys = block("fault", i, fault.name);
    if (scope.percent <= 0 && !is_ramped("percent")) keys.problem("percent", "no link is ever met");
    if (scope.max_links == std::optional<std::uint64_t>{0} && !is_ramped("max_links"))
      keys.problem("max_links", "no link is ever met");
  }

  // The proxy gives up dialling before the fault lets it.
  void given_up(std::size_t i) {
    const FaultSpec& fault = drill_.faults[i];
    const Duration delay = std::max(state_at(fault, Duration::zero())->settings->outlook().dial_delay,
                                    state_at(fault, drill_.length())->settings->outlook().dial_delay);
    for (const ProxyBlock& proxy : drill_.proxies) {
      if (delay < proxy.connect_timeout || !fault.concerns(proxy.name)) continue;
      Reader keys = block("fault", i, fault.name);
      say(keys, "delay",
          fmt::format(
              "proxy \"{}\" gives up connecting after {} (connect_timeout): no late connection is made, but none",
              proxy.name, faults::show(proxy.connect_timeout)));
      return;
    }
  }

  void hidden(const Shadow& shadow) {
    const FaultSpec& by = drill_.faults[shadow.by];
    Reader keys = block("fault", shadow.fault, drill_.faults[shadow.fault].name);
    keys.problem("kind", fmt::format("not to be seen from {} to {}: {} while fault \"{}\" ({}) is in force",
                                     faults::show(shadow.from), faults::show(shadow.to), why(shadow.shuts), by.name,
                                     by.kind->name));
  }

  static std::string_view why(faults::Shuts shuts) {
    switch (shuts) {
      case faults::Shuts::nothing:
        break;
      case faults::Shuts::bytes:
        return "nothing passes";
      case faults::Shuts::upstream:
        return "no new link reaches the upstream";
      case faults::Shuts::links:
        return "new links are over as soon as they have come";
      case faults::Shuts::listener:
        return "no new link comes";
    }
    return "";
  }

  void few_samples(std::size_t i) {
    const CheckSpec& check = drill_.checks[i];
    auto expected = expected_samples(check, drill_);
    if (!expected) return;
    *expected = std::round(*expected * 1e6) / 1e6;  // 30 times 0.1 is 3
    Reader keys = look(i);
    const std::string have =
        fmt::format("\"{}\" lasts {}, which makes about {:.6g} {}", check.during,
                    faults::show(length_of(planned_phase(drill_, check.during))), std::round(*expected * 10) / 10,
                    is_probe(check.source) ? "tries" : "requests");
    if (is_probe(check.source)) {
      if (*expected < needed_by_probe) say(keys, "every", fmt::format("{}; to judge takes {}", have, needed_by_probe));
      return;
    }
    Reader figures{*keys.table().find("expect"), keys.subject() + ": expect", problems_};
    for (const Expectation& one : check.expect)
      if (const double needed = needed_by(one.figure); *expected < needed)
        figures.problem(one.figure, fmt::format("{}; to judge {} takes {}", have, one.figure, needed));
  }

  // Of the key where it is given, of the block where it is not.
  static void say(Reader& keys, std::string_view key, const std::string& said) {
    keys.has(key) ? keys.problem(key, said) : keys.problem(said);
  }

  const Drill& drill_;
  const Value& tree_;
  Purpose purpose_;
  Problems problems_;
};

}  // namespace

Problems warnings_of(const Drill& drill, const Value& tree, Purpose purpose) {
  return Warnings{drill, tree, purpose}.all();
}

}  // namespace firedrill::drills
