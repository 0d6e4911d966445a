// Passing links from gate to gate.
#include "faults/gates.hpp"

#include <algorithm>
#include <cassert>

namespace firedrill::faults {

/// What one stage answers to. Answers about links it no longer has a say in are dropped.
class Gates::Answers final : public GateOutlet {
 public:
  Answers(Gates& gates, const Stage& stage, GateOutlet& out) : gates_{gates}, stage_{stage}, out_{out} {}

  void admit(std::uint64_t link, Time now) override {
    const auto found = gates_.seats_.find(link);
    if (found == gates_.seats_.end() || found->second.waits_at != stage_.id) return;
    found->second.waits_at = 0;
    // A stage being released is still in its place, so that its links go on to the one behind it.
    gates_.proceed(link, found->second, gates_.position(stage_.id) + 1, now, out_);
  }

  void turn_away(std::uint64_t link, Ending how, Cause why, Time now) override {
    const auto found = gates_.seats_.find(link);
    if (found == gates_.seats_.end() || found->second.turned_away) return;
    found->second.turned_away = true;
    found->second.waits_at = 0;
    stage_.fault->effects->ended.fetch_add(1, std::memory_order_relaxed);
    out_.turn_away(link, how, why, now);
  }

 private:
  Gates& gates_;
  const Stage& stage_;
  GateOutlet& out_;
};

std::size_t Gates::position(std::uint64_t id) const {
  const auto found = std::find_if(stages_.begin(), stages_.end(), [&](const auto& stage) { return stage->id == id; });
  return static_cast<std::size_t>(found - stages_.begin());
}

void Gates::proceed(std::uint64_t link, Seat& seat, std::size_t index, Time now, GateOutlet& out) {
  for (; index < stages_.size(); ++index) {
    Stage& stage = *stages_[index];
    const Fault& fault = *stage.fault;
    if (!choose(fault, seat.facts)) continue;
    fault.effects->touch({link, seat.facts.client, now});
    seat.told.push_back(stage.id);
    seat.waits_at = stage.id;
    Answers answers{*this, stage, out};
    stage.gate->arrive(seat.facts, now, answers);  // the answer, if any, goes on from here
    return;
  }
  if (!seat.turned_away) out.admit(link, now);
}

void Gates::arrive(const LinkFacts& link, Time now, GateOutlet& out) {
  advance(now, out);
  Seat& seat = seats_[link.ordinal];
  seat.facts = link;
  proceed(link.ordinal, seat, 0, now, out);
}

void Gates::depart(std::uint64_t link, Time now, GateOutlet& out) {
  advance(now, out);
  const auto found = seats_.find(link);
  if (found == seats_.end()) return;
  const Seat seat = std::move(found->second);
  seats_.erase(found);  // first, so that an answer about it goes nowhere
  for (const std::uint64_t id : seat.told) {
    const std::size_t index = position(id);
    if (index == stages_.size()) continue;
    Answers answers{*this, *stages_[index], out};
    stages_[index]->gate->depart(link, now, answers);
  }
}

void Gates::finished(std::uint64_t link, Time now, GateOutlet& out) {
  advance(now, out);
  const auto found = seats_.find(link);
  if (found == seats_.end() || found->second.waits_at == 0) return;
  Stage& stage = *stages_[position(found->second.waits_at)];
  Answers answers{*this, stage, out};
  stage.gate->finished(link, now, answers);
}

void Gates::adopt(const Plan& plan, Time now, GateOutlet& out) {
  advance(now, out);
  for (std::size_t i = stages_.size(); i-- > 0;) {
    Stage& stage = *stages_[i];
    const auto* kept = plan.find(stage.fault->name);
    Answers answers{*this, stage, out};
    if (kept == nullptr || !continues(**kept, *stage.fault)) {
      stage.gate->release(now, answers);
      keep_sums(stage, now);
      stages_.erase(stages_.begin() + static_cast<std::ptrdiff_t>(i));
    } else if (*kept != stage.fault) {
      stage.fault = *kept;
      stage.gate->update(*(*kept)->settings, now, answers);
    }
  }
  std::size_t index = 0;
  for (const auto& fault : plan.faults) {
    if (fault->kind->contract != Kind::Contract::gate) continue;
    // Gates in force keep their places, whatever order the new plan has them in.
    const auto there = std::find_if(stages_.begin(), stages_.end(), [&](const auto& s) { return s->fault == fault; });
    if (there != stages_.end()) {
      index = std::max(index, static_cast<std::size_t>(there - stages_.begin()) + 1);
      continue;
    }
    auto stage = std::make_unique<Stage>();
    stage->id = ++last_id_;
    stage->fault = fault;
    stage->gate = fault->kind->make_gate(*fault->settings, {plan.seed, fault->name, *fault->effects});
    std::vector<std::uint64_t> open;
    for (const auto& [ordinal, seat] : seats_) {
      // Who waits at a gate in front of this one has yet to come here.
      const bool past = seat.waits_at == 0 || position(seat.waits_at) >= index;
      if (past && !seat.turned_away && fault->scope.covers(fault->name, seat.facts, fault->since))
        open.push_back(ordinal);
    }
    std::sort(open.begin(), open.end());
    stage->gate->begin(now);
    for (const std::uint64_t ordinal : open) {
      Seat& seat = seats_.at(ordinal);
      if (!stage->gate->present(seat.facts, now)) continue;
      fault->effects->eligible.fetch_add(1, std::memory_order_relaxed);
      fault->effects->drawn.fetch_add(1, std::memory_order_relaxed);
      seat.told.push_back(stage->id);
      fault->effects->touch({ordinal, seat.facts.client, now});
    }
    stages_.insert(stages_.begin() + static_cast<std::ptrdiff_t>(index++), std::move(stage));
  }
}

Door Gates::door() const {
  Door door = Door::open;
  for (const auto& stage : stages_) door = std::max(door, stage->gate->door());
  return door;
}

Dialling Gates::dial(std::uint64_t link, Time now) {
  const auto found = seats_.find(link);
  if (found == seats_.end()) return {};
  Dialling all;
  for (const std::uint64_t id : found->second.told) {
    const std::size_t index = position(id);
    if (index == stages_.size()) continue;
    const Dialling one = stages_[index]->gate->dial(link, now);
    all.action = std::max(all.action, one.action);
    if (one.delay > Duration::zero()) {
      all.effects = all.delay > Duration::zero() ? nullptr : stages_[index]->fault->effects;
      all.delay += one.delay;
    }
  }
  return all;
}

void Gates::advance(Time now, GateOutlet& out) {
  while (true) {
    const Time due = wake();
    if (due > now || due == never) return;
    for (const auto& stage : stages_) {
      if (stage->gate->wake() != due) continue;
      stage->fault->effects->lateness.record(now - due);
      Answers answers{*this, *stage, out};
      stage->gate->tick(due, answers);
      assert(stage->gate->wake() > due);
      break;  // a tick may have changed what the others want
    }
  }
}

Time Gates::wake() const {
  Time earliest = never;
  for (const auto& stage : stages_) earliest = std::min(earliest, stage->gate->wake());
  return earliest;
}

// A gate may go between two readings: nothing it counted is lost.
void Gates::keep_sums(Stage& stage, Time now) {
  const auto last = stage.gate->occupancy(now);
  if (!last) return;
  auto past = std::find_if(past_.begin(), past_.end(), [&](const auto& p) { return p.first == stage.fault->name; });
  if (past == past_.end()) past = past_.insert(past, {stage.fault->name, Occupancy{.in_force = false}});
  past->second.add_sums(*last);
  past->second.raise_maxima(*last);
}

std::vector<std::pair<std::string, Occupancy>> Gates::occupancy(Time now) {
  auto all = past_;
  for (auto& [name, past] : past_) past.active_max = past.queue_max = 0;
  for (const auto& stage : stages_) {
    auto present = stage->gate->occupancy(now);
    if (!present) continue;
    const auto past =
        std::find_if(all.begin(), all.end(), [&](const auto& p) { return p.first == stage->fault->name; });
    if (past == all.end()) {
      all.emplace_back(stage->fault->name, std::move(*present));
      continue;
    }
    present->add_sums(past->second);
    present->raise_maxima(past->second);
    past->second = std::move(*present);
  }
  return all;
}

}  // namespace firedrill::faults
