// What somebody wants of a run that is under way, carried out by its conductor between two steps.
#include <algorithm>
#include <chrono>
#include <future>
#include <utility>

#include <fmt/format.h>

#include "drills/run_state.hpp"
#include "faults/problems.hpp"
#include "faults/reader.hpp"
#include "faults/units.hpp"

namespace firedrill::drills {

namespace {

constexpr std::chrono::seconds patience{5};

// Index of the first step from `from` on that concerns `fault` and is a `what`; the size when there is none.
std::size_t next_of(const std::vector<Step>& steps, std::size_t from, std::size_t fault, Step::What what) {
  const auto found = std::find_if(steps.begin() + static_cast<std::ptrdiff_t>(from), steps.end(),
                                  [&](const Step& s) { return s.fault == fault && s.what == what; });
  return static_cast<std::size_t>(found - steps.begin());
}

void erase(std::vector<Step>& steps, std::size_t from, std::size_t to, std::size_t fault) {
  const auto begin = steps.begin() + static_cast<std::ptrdiff_t>(from);
  const auto end = steps.begin() + static_cast<std::ptrdiff_t>(std::min(to, steps.size()));
  steps.erase(std::remove_if(begin, end, [&](const Step& s) { return s.fault == fault; }), end);
}

}  // namespace

std::string Run::give(Order order) {
  std::future<std::string> answer;
  {
    const std::lock_guard lock{state_->mutex};
    if (!state_->takes_orders) return "the run has not begun, or is over";
    auto& given = state_->orders.emplace_back();
    given.order = std::move(order);
    answer = given.answer.get_future();
    state_->woken.notify_all();
  }
  if (answer.wait_for(patience) != std::future_status::ready) return "the run does not answer";
  return answer.get();
}

void Run::State::take_no_more_orders() {
  std::deque<Given> late;
  {
    const std::lock_guard lock{mutex};
    takes_orders = false;
    late.swap(orders);
  }
  for (Given& given : late) given.answer.set_value("the run is over");
}

void Run::State::obey_orders() {
  while (true) {
    Given given;
    {
      const std::lock_guard lock{mutex};
      if (orders.empty()) return;
      given = std::move(orders.front());
      orders.pop_front();
    }
    const std::string obstacle = obey(given.order, venue.now());
    // Whoever is answered, and looks, finds what it has asked for.
    if (obstacle.empty()) board.show(venue.now(), measures, force, pools, false);
    given.answer.set_value(obstacle);
  }
}

std::string Run::State::obey(const Order& order, Time now) {
  using What = Order::What;
  const auto note = [&](const std::string& text) {
    record->text("note", "text", text);
    board.tell(text);
  };
  if (order.what == What::note) {
    note(fmt::format("{}: {}", order.who, order.text));
    return "";
  }
  if (order.what == What::pause) {
    if (paused_at) return "the run is paused already";
    pause(now);
    note(fmt::format("paused by {}", order.who));
    return "";
  }
  if (order.what == What::resume) {
    if (!paused_at) return "the run is not paused";
    note(fmt::format("resumed by {}, after {}", order.who, faults::show(now - *paused_at)));
    resume(now);
    return "";
  }
  std::vector<std::string> known;
  for (const FaultSpec& spec : drill.faults) known.push_back(spec.name);
  const auto found = std::find(known.begin(), known.end(), order.fault);
  if (found == known.end()) {
    const std::string near = faults::nearest(order.fault, known);
    return fmt::format("there is no fault \"{}\"{}", order.fault,
                       near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near));
  }
  if (paused_at) return "the run is paused; resume it first";
  const auto fault = static_cast<std::size_t>(found - known.begin());
  const std::string obstacle = order.what == What::end    ? end_fault(fault, now)
                               : order.what == What::skip ? skip(fault)
                                                          : extend(fault, order.by);
  if (!obstacle.empty()) return obstacle;
  note(order.what == What::end ? fmt::format("fault {} ended by {}", order.fault, order.who)
       : order.what == What::skip
           ? fmt::format("fault {} skipped by {}", order.fault, order.who)
           : fmt::format("fault {} extended by {}, by {}", order.fault, order.who, faults::show(order.by)));
  return "";
}

void Run::State::pause(Time now) {
  std::vector<Step> off;
  for (std::size_t i = 0; i < drill.faults.size(); ++i) {
    const auto& fault = force.current(i);
    if (!fault) continue;
    Step step;
    step.fault = i;
    step.at = now - start;
    step.what = Step::What::on;
    step.state = fault;
    step.until = fault->until - start;
    held_back.push_back(step);
    step.what = Step::What::off;
    off.push_back(step);
  }
  phases.more_to_come(static_cast<std::ptrdiff_t>(off.size()));
  if (!off.empty()) carry_out(off, now, "pause");
  paused_at = now;
  board.now_paused(true);
}

void Run::State::resume(Time now) {
  const Duration shift = now - *std::exchange(paused_at, std::nullopt);
  const auto later = [&](Duration& moment) {
    if (moment < Duration::max() - shift) moment += shift;
  };
  for (std::size_t i = next_step; i < steps.size(); ++i) {
    later(steps[i].at);
    later(steps[i].from);
    later(steps[i].until);
  }
  length = std::min(length + shift, drill.max_duration);
  for (Step& step : held_back) {
    step.at = now - start;
    later(step.until);
  }
  board.now_lasts(length);
  board.now_paused(false);
  if (!held_back.empty()) carry_out(std::exchange(held_back, {}), now, "resume");
}

std::string Run::State::end_fault(std::size_t fault, Time now) {
  if (!force.in_force(fault)) return fmt::format("fault {} is not in force", drill.faults[fault].name);
  erase(steps, next_step, next_of(steps, next_step, fault, Step::What::off) + 1, fault);
  Step off;
  off.fault = fault;
  off.what = Step::What::off;
  off.at = now - start;
  carry_out({off}, now, "hand");
  return "";
}

std::string Run::State::skip(std::size_t fault) {
  // Of one that is in force the appearance under way is none that is still to come.
  const std::size_t from = force.in_force(fault) ? next_of(steps, next_step, fault, Step::What::off) + 1 : next_step;
  std::ptrdiff_t appearances = 0;
  for (std::size_t i = from; i < steps.size(); ++i)
    if (steps[i].fault == fault && steps[i].what == Step::What::on) ++appearances;
  if (appearances == 0)
    return fmt::format("fault {} will not come {}", drill.faults[fault].name,
                       force.in_force(fault) ? "again; it is in force, and can be ended" : "any more");
  erase(steps, from, steps.size(), fault);
  phases.more_to_come(-appearances);
  return "";
}

std::string Run::State::extend(std::size_t fault, Duration by) {
  const std::string& name = drill.faults[fault].name;
  if (!force.in_force(fault)) return fmt::format("fault {} is not in force", name);
  const std::size_t at = next_of(steps, next_step, fault, Step::What::off);
  if (at >= steps.size()) return fmt::format("fault {} lasts until the end of the run anyway", name);
  Step off = steps[at];
  off.at += by;
  if (off.at > drill.max_duration)
    return fmt::format("max_duration ({}) would be over before fault {} was", faults::show(drill.max_duration), name);
  if (const std::size_t again = next_of(steps, at, fault, Step::What::on);
      again < steps.size() && steps[again].at <= off.at)
    return fmt::format("fault {} comes again at {}", name, faults::show(steps[again].at));
  for (std::size_t i = next_step; i < at; ++i)
    if (steps[i].fault == fault) steps[i].until = off.at;
  steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(at));
  const auto place = std::upper_bound(steps.begin() + static_cast<std::ptrdiff_t>(next_step), steps.end(), off.at,
                                      [](Duration moment, const Step& step) { return moment < step.at; });
  steps.insert(place, off);
  length = std::max(length, off.at);
  board.now_lasts(length);
  force.prolong(fault, start + off.at);
  force.publish(stage->host());
  return "";
}

}  // namespace firedrill::drills
