// Steps in, plans out.
#include "drills/force.hpp"

#include <algorithm>
#include <exception>

namespace firedrill::drills {

using faults::Fault;

Force::Force(const Drill& drill, faults::Seed seed)
    : drill_{drill}, seed_{seed}, settings_(drill.faults.size()), current_(drill.faults.size()) {
  for (const FaultSpec& spec : drill.faults) {
    auto& effects = effects_.emplace_back();
    for (std::size_t i = 0; i < spec.proxies.size(); ++i) effects.push_back(std::make_shared<faults::Effects>());
    published_.emplace_back(spec.proxies.size());
  }
  for (const Step& step : timeline(drill))
    if (step.what == Step::What::on && !settings_[step.fault]) settings_[step.fault] = step.state;
}

std::vector<std::shared_ptr<const Fault>> Force::script(std::string_view proxy) const {
  std::vector<std::shared_ptr<const Fault>> script;
  for (std::size_t i = 0; i < drill_.faults.size(); ++i) {
    for (std::size_t p = 0; p < drill_.faults[i].proxies.size(); ++p) {
      if (drill_.faults[i].proxies[p] != proxy || !settings_[i]) continue;
      auto fault = std::make_shared<Fault>(*settings_[i]);
      fault->effects = effects_[i][p];
      script.push_back(std::move(fault));
    }
  }
  return script;
}

void Force::take(const std::vector<Step>& steps, faults::Time start, faults::Time now) {
  for (const Step& step : steps) {
    auto& current = current_[step.fault];
    if (step.what == Step::What::off) {
      current = nullptr;
    } else {
      auto fault = std::make_shared<Fault>(*step.state);
      fault->since = current ? current->since : now;
      // The safety net: workers take it out by themselves then, whatever has become of this thread.
      fault->until = start + std::min(step.until, drill_.max_duration);
      current = std::move(fault);
    }
    bring(step.fault);
  }
}

void Force::prolong(std::size_t fault, faults::Time until) {
  auto longer = std::make_shared<Fault>(*current_[fault]);
  longer->until = until;
  current_[fault] = std::move(longer);
  bring(fault);
}

// What is current becomes what each proxy of the fault is to have.
void Force::bring(std::size_t fault) {
  const FaultSpec& spec = drill_.faults[fault];
  for (std::size_t p = 0; p < spec.proxies.size(); ++p) {
    std::shared_ptr<Fault> own;
    if (current_[fault]) {
      own = std::make_shared<Fault>(*current_[fault]);
      own->effects = effects_[fault][p];
    }
    published_[fault][p] = std::move(own);
    if (std::find(concerned_.begin(), concerned_.end(), spec.proxies[p]) == concerned_.end())
      concerned_.push_back(spec.proxies[p]);
  }
}

void Force::clear() {
  concerned_.clear();
  for (std::size_t i = 0; i < current_.size(); ++i) {
    current_[i] = nullptr;
    std::fill(published_[i].begin(), published_[i].end(), nullptr);
  }
  for (const ProxyBlock& proxy : drill_.proxies) concerned_.push_back(proxy.name);
}

void Force::publish(Host& host) {
  std::exception_ptr first;
  for (const std::string& proxy : std::exchange(concerned_, {})) {
    try {
      host.adopt(proxy, plan_for(proxy));
    } catch (const std::runtime_error&) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

faults::Plan Force::plan_for(std::string_view proxy) const {
  faults::Plan plan{seed_, {}};
  for (std::size_t i = 0; i < published_.size(); ++i)
    for (std::size_t p = 0; p < published_[i].size(); ++p)
      if (published_[i][p] && drill_.faults[i].proxies[p] == proxy) plan.faults.push_back(published_[i][p]);
  return plan;
}

std::optional<Force::Met> Force::first(std::size_t fault) const {
  std::optional<Met> first;
  for (std::size_t p = 0; p < effects_[fault].size(); ++p) {
    const auto touch = effects_[fault][p]->first();
    if (touch && (!first || touch->at < first->touch.at)) first = Met{*touch, drill_.faults[fault].proxies[p]};
  }
  return first;
}

std::optional<Force::Met> Force::last(std::size_t fault) const {
  std::optional<Met> last;
  for (std::size_t p = 0; p < effects_[fault].size(); ++p) {
    const auto touch = effects_[fault][p]->last();
    if (touch && (!last || last->touch.at <= touch->at)) last = Met{*touch, drill_.faults[fault].proxies[p]};
  }
  return last;
}

std::uint64_t Force::links(std::size_t fault) const {
  std::uint64_t links = 0;
  for (const auto& effects : effects_[fault]) links += effects->links();
  return links;
}

std::uint64_t Force::eligible(std::size_t fault) const {
  std::uint64_t links = 0;
  for (const auto& effects : effects_[fault]) links += effects->eligible.load();
  return links;
}

bool Force::unseen(std::size_t fault) const {
  return settings_[fault] && settings_[fault]->settings->outlook().shuts == faults::Shuts::listener;
}

}  // namespace firedrill::drills
