// Picking the right meter.
#include "drills/measures.hpp"

#include <memory>

namespace firedrill::drills {

Measures::Measures(const Drill& drill, Phases& phases) : drill_{drill}, phases_{phases} {
  for (const LoadSpec& load : drill.loads) {
    loads_[load.name] = std::make_unique<LoadMeter>(phases);
    if (load.tool) tools_[load.name];
  }
  for (const ProxyBlock& proxy : drill.proxies) proxies_[proxy.name];
  for (std::size_t i = 0; i < drill.checks.size(); ++i)
    if (is_probe(drill.checks[i].source)) check_probes_[i] = std::make_unique<ProbeMeter>(phases);
  for (std::size_t i = 0; i < drill.aborts.size(); ++i)
    if (is_probe(drill.aborts[i].source)) abort_probes_[i] = std::make_unique<ProbeMeter>(phases);
}

void Measures::pass_time(faults::Time now) {
  const std::lock_guard lock{mutex_};
  if (last_) {
    const Phases::Set set = phases_.at(*last_);
    for (std::size_t bit = 0; bit < phases_.size(); ++bit)
      if (set[bit]) lasted_[bit] += now - *last_;
  }
  last_ = now;
}

Duration Measures::lasted(std::size_t bit) const {
  const std::lock_guard lock{mutex_};
  const auto found = lasted_.find(bit);
  return found == lasted_.end() ? Duration::zero() : found->second;
}

std::optional<Figure> Measures::figure(std::size_t check, std::string_view name, std::size_t bit) const {
  const Source& source = drill_.checks[check].source;
  if (const auto* load = std::get_if<LoadSource>(&source)) {
    // A tool's figures are of all that it did; no phase but that can have them.
    if (const auto tool = tools_.find(load->load); tool != tools_.end())
      return bit == Phases::always ? tool->second.figure(name) : Figure{};
    return loads_.at(load->load)->of_phase(bit).figure(name, lasted(bit));
  }
  if (const auto* proxy = std::get_if<ProxySource>(&source))
    return proxies_.at(proxy->proxy).of_phase(bit).figure(name);
  return check_probes_.at(check)->of_phase(bit).figure(name);
}

std::optional<Figure> Measures::recent(std::size_t abort, std::string_view name, faults::Time now) const {
  const AbortSpec& spec = drill_.aborts[abort];
  if (const auto* load = std::get_if<LoadSource>(&spec.source))
    return loads_.at(load->load)->recent(now, spec.over).figure(name, spec.over);
  if (const auto* proxy = std::get_if<ProxySource>(&spec.source))
    return proxies_.at(proxy->proxy).recent(now, spec.over).figure(name);
  return abort_probes_.at(abort)->recent(now, spec.over).figure(name);
}

std::string show(const Source& source) {
  struct Shown {
    std::string operator()(const LoadSource& s) const { return "load " + s.load; }
    std::string operator()(const ProxySource& s) const { return "proxy " + s.proxy; }
    std::string operator()(const HttpProbe& s) const { return "http " + s.url.text; }
    std::string operator()(const TcpProbe& s) const { return "tcp " + s.address.text; }
    std::string operator()(const CommandProbe& s) const {
      std::string all = "command";
      for (const std::string& word : s.argv) all += " " + word;
      return all;
    }
  };
  return std::visit(Shown{}, source);
}

}  // namespace firedrill::drills
