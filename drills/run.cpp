// Conducting: steps and samples in their time, on one thread.
#include "drills/run.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include "drills/judge.hpp"
#include "drills/live_venue.hpp"
#include "drills/run_state.hpp"
#include "faults/units.hpp"

namespace firedrill::drills {

namespace {

constexpr Duration sample_every = std::chrono::milliseconds{250};
constexpr int samples_per_line = 4;                              // of requests and proxies: a line a second
constexpr Duration head_start = std::chrono::milliseconds{100};  // for threads to get ready before the first request

std::vector<std::string> fault_names(const Drill& drill) {
  std::vector<std::string> names;
  for (const FaultSpec& fault : drill.faults) names.push_back(fault.name);
  return names;
}

std::size_t appearances(const std::vector<Step>& steps) {
  return static_cast<std::size_t>(
      std::count_if(steps.begin(), steps.end(), [](const Step& s) { return s.what == Step::What::on; }));
}

}  // namespace

Run::State::State(Drill d, RunOptions o)
    : drill{std::move(d)},
      options{std::move(o)},
      seed{options.seed.value_or(drill.seed)},
      own_venue{options.venue != nullptr ? nullptr : std::make_unique<LiveVenue>(options.workers, options.host)},
      venue{options.venue != nullptr ? *options.venue : *own_venue},
      length{drill.length()},
      steps{timeline(drill)},
      force{drill, faults::Seed{seed}},
      phases{fault_names(drill), appearances(steps)},
      measures{drill, phases},
      touched(drill.faults.size()),
      healed(drill.faults.size()),
      rates{drill.faults.size()},
      board{drill, venue} {}

unsigned Run::State::stops() const {
  const std::lock_guard lock{mutex};
  return times_stopped;
}

Outcome Run::State::go() {
  outcome.result = Result::passed;
  try {
    outcome.directory = options.directory;
    journal = venue.open_log(drill, outcome.directory);
  } catch (const std::exception& error) {
    outcome.directory.clear();
    outcome.worsen(Result::errored,
                   fmt::format("the journal could not be opened, nothing was started: {}", error.what()));
    board.show(venue.now(), measures, force, pools, true);
    return outcome;
  }
  record = std::make_unique<Record>(drill, *journal);
  const std::size_t room = venue.room();
  try {
    if (room == 0)
      throw std::runtime_error{"the limit of descriptors leaves no room for connections; raise it (ulimit -n)"};
    stage = venue.open(drill, seed, force, measures,
                       [this](const std::string& check, bool ok, Duration took, const std::string& said) {
                         record->probe(check, ok, took, said);
                       });
  } catch (const std::exception& error) {
    outcome.worsen(Result::errored, fmt::format("could not start: {}", error.what()));
  }
  start = venue.now() + head_start;
  journal->start(start);
  board.begin(start);
  if (stage) {
    record->run_start(options, seed, room, options.workers, stage->proxy_addresses(), stage->upstreams(),
                      stage->backend_addresses());
    board.tell(fmt::format("room for {} connections; seed {}", room, seed));
    for (std::size_t i = 0; i < drill.proxies.size(); ++i)
      board.tell(
          fmt::format("proxy {}: {} -> {}", drill.proxies[i].name, stage->proxy_addresses()[i], stage->upstreams()[i]));
    for (const std::string& note : options.notes) record->text("note", "text", note);
    if (options.prediction) record->prediction(*options.prediction);
    conduct();
  } else {
    const std::vector<std::string> none_open(std::max(drill.proxies.size(), drill.backends.size()), "");
    record->run_start(options, seed, room, options.workers, none_open, none_open, none_open);
  }
  finish_journal();
  return outcome;
}

// From the first request to the last verdict.
void Run::State::conduct() {
  conducted = true;
  board.enter(Snapshot::Stage::running);
  // Somebody may make it longer: loads send until they are told to stop.
  stage->begin(start, options.host != nullptr ? drill.max_duration : length);
  measure_proxies(start);
  if (options.command != nullptr) start_command();
  {
    const std::lock_guard lock{mutex};
    takes_orders = true;
  }
  Time next_sample = start + sample_every;
  std::string why = "end";
  while (true) {
    Time next = std::min(next_sample, end());
    if (!paused_at && next_step < steps.size()) next = std::min(next, start + steps[next_step].at);
    {
      std::unique_lock lock{mutex};
      venue.wait(lock, woken, next, [this] { return times_stopped > 0 || command_over || !orders.empty(); });
      // Ctrl-C reaches the command and us at the same moment, in either order.
      if (times_stopped == 0 && command_over && options.command->ending().value_or(Wrapped::Ending{}).signal != 0)
        woken.wait_for(lock, std::chrono::milliseconds{100}, [this] { return times_stopped > 0; });
      if (times_stopped > 0) {
        why = stop_why;
        break;
      }
      if (command_over) {
        why = "command";
        break;
      }
    }
    const Time now = venue.now();
    if (now > next) {
      lag.record(now - next);
      longest_lag = std::max(longest_lag, now - next);
    }
    obey_orders();
    if (!paused_at && next_step < steps.size() && start + steps[next_step].at <= now) play(now);
    if (next_sample <= now) {
      next_sample += sample_every;
      sample(now);
      if (auto cause = must_abort(drill, measures, now, now - start)) {
        record->text("abort", "why", *cause);
        board.tell("abort: " + *cause);
        outcome.worsen(Result::aborted, "aborted: " + *cause);
        why = "abort";
        break;
      }
    }
    if (end() <= now) break;
  }
  take_no_more_orders();
  const Time stopped = venue.now();
  if (stopping() && why != "command") {  // a command that ended before has had its end
    record->text("abort", "why", why);
    board.tell("stopped: " + why);
    outcome.worsen(Result::aborted, "stopped by " + why);
  }
  if (options.command != nullptr && why == "end") {
    const std::string late =
        fmt::format("max_duration ({}) was over before the command was", faults::show(drill.max_duration));
    record->text("abort", "why", late);
    outcome.worsen(Result::aborted, late);
    why = "abort";
  }
  if (outcome.result == Result::aborted) cut_short = phases.at(stopped);
  if (outcome.result == Result::aborted || options.command != nullptr) phases.nothing_to_come();
  heal(outcome.result == Result::aborted ? (why == "abort" ? "abort" : "signal") : "end");
  if (options.command != nullptr) end_command();
  stage->stop_asking();
  wait_for_answers();
  sample(venue.now());
  close_proxies();
  workers_lag = stage->host().lag();
  stage.reset();
  judge_all();
  summarise(stopped - start);
}

// What goes wrong from the start is in force before the command does anything.
void Run::State::start_command() {
  std::this_thread::sleep_until(start);
  if (stopping()) return;
  play(venue.now());
  const EnvironmentVariables variables = proxy_variables(drill, stage->proxy_addresses());
  record->command_start(variables);
  try {
    options.command->start(variables, [this] {
      const std::lock_guard lock{mutex};
      command_over = true;
      woken.notify_all();
    });
  } catch (const std::runtime_error& error) {
    record->command_failed(error.what());
    outcome.worsen(Result::errored, fmt::format("the command could not be started: {}", error.what()));
    const std::lock_guard lock{mutex};
    command_over = true;
  }
}

// All steps that are due, moment by moment.
void Run::State::play(Time now) {
  while (next_step < steps.size() && start + steps[next_step].at <= now) {
    std::vector<Step> moment;
    while (next_step < steps.size() && (moment.empty() || steps[next_step].at == moment.front().at))
      moment.push_back(steps[next_step++]);
    carry_out(moment, now, "timeline");
  }
}

// What belongs to one moment.
void Run::State::carry_out(const std::vector<Step>& moment, Time now, std::string_view why) {
  measure_proxies(now);
  std::vector<bool> before;
  for (std::size_t i = 0; i < drill.faults.size(); ++i) before.push_back(force.in_force(i));
  for (const Step& step : moment)
    if (step.what == Step::What::off) rates.end(force, step.fault, now);
  force.take(moment, start, now);
  for (std::size_t i = 0; i < drill.faults.size(); ++i)
    if (force.in_force(i) && !before[i]) phases.on(i, now);
  try {
    force.publish(stage->host());
  } catch (const std::runtime_error& error) {
    outcome.worsen(Result::errored, error.what());
    board.tell(error.what());
  }
  const Time done = venue.now();
  measure_proxies(done);
  rates.look(force, done);
  for (std::size_t i = 0; i < drill.faults.size(); ++i) {
    if (force.in_force(i) || !before[i]) continue;
    phases.off(i, done);
    healed[i] = done - start;
  }
  for (const Step& step : moment) {
    record->fault(step, why);
    if (step.what == Step::What::on) board.tell(fmt::format("fault {} on", drill.faults[step.fault].name));
    if (step.what == Step::What::off) board.tell(fmt::format("fault {} off", drill.faults[step.fault].name));
  }
}

// What happened since the last call belongs to the phases that held until now.
void Run::State::measure_proxies(Time now) {
  const Phases::Set set = phases.at(now);
  measures.pass_time(now);
  for (const ProxyBlock& block : drill.proxies) {
    const proxy::Counters counters = stage->host().read(block.name);
    measures.proxy(block.name).take(counters, set, now);
    pools.take(block.name, counters.pools);
    record->pools(block.name, counters);
    if (samples % samples_per_line == 0) record->proxy(block.name, counters);
  }
}

void Run::State::write_traffic() {
  for (const LoadSpec& load : drill.loads)
    for (const auto& [set, requests] : measures.load(load.name).drain())
      record->requests(load.name, phases.names(set), requests);
}

void Run::State::sample(Time now) {
  measure_proxies(now);
  rates.look(force, now);
  stage->host().measure_lag();
  if (samples++ % samples_per_line == 0) write_traffic();
  watch_touches();
  board.show(now, measures, force, pools, false);
}

void Run::State::watch_touches() {
  for (std::size_t i = 0; i < drill.faults.size(); ++i) {
    if (touched[i]) continue;
    const auto first = force.first(i);
    if (!first) continue;
    touched[i] = true;
    record->touched(i, *first, start);
    board.tell(fmt::format("fault {} met its first connection: link {} of proxy {}, {}", drill.faults[i].name,
                           first->touch.link, first->proxy, first->touch.client.text()));
  }
}

Run::Run(Drill drill, RunOptions options) : state_{std::make_unique<State>(std::move(drill), std::move(options))} {}
Run::~Run() = default;

Outcome Run::go() { return state_->go(); }

void Run::stop(std::string why, const std::function<void()>& first) {
  const std::lock_guard lock{state_->mutex};
  if (first) first();
  if (state_->times_stopped++ == 0) state_->stop_why = std::move(why);
  state_->woken.notify_all();
}

Snapshot Run::snapshot() const { return state_->board.snapshot(); }

}  // namespace firedrill::drills
