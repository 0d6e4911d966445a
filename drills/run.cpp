// Conducting: steps and samples in their time, on one thread.
#include "drills/run.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <future>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "drills/board.hpp"
#include "drills/force.hpp"
#include "drills/judge.hpp"
#include "drills/record.hpp"
#include "drills/report.hpp"
#include "drills/stage.hpp"
#include "faults/bytes.hpp"
#include "faults/units.hpp"

namespace firedrill::drills {

using faults::Time;
using std::chrono::steady_clock;

namespace {

constexpr Duration sample_every = std::chrono::milliseconds{250};
constexpr int samples_per_line = 4;                              // of requests and proxies: a line a second
constexpr Duration head_start = std::chrono::milliseconds{100};  // for threads to get ready before the first request
constexpr Duration grace = std::chrono::seconds{2};              // for links after the last answer
constexpr std::chrono::seconds command_patience{5};              // between SIGTERM and SIGKILL

}  // namespace

struct Run::State {
  State(Drill d, RunOptions o);

  Outcome go();
  void conduct();
  void start_command();
  void end_command();
  void play(Time now);
  void sample(Time now);
  void watch_touches();
  void heal(const std::string& why);
  void measure_proxies(Time now);
  void write_traffic();
  void wait_for_answers();
  void close_proxies();
  void judge_all();
  void judge_loads();
  void summarise(Duration lasted);
  void finish_journal();
  bool stopping() const { return stops() > 0; }
  /// How often somebody wanted the run to end.
  unsigned stops() const;

  const Drill drill;
  const RunOptions options;
  const std::uint64_t seed;
  const Duration length;
  const std::vector<Step> steps;

  // The conductor's.
  Outcome outcome;
  Force force;
  Phases phases;
  Measures measures;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Record> record;
  std::unique_ptr<Stage> stage;
  Time start{};
  std::size_t next_step = 0;
  std::vector<bool> touched;
  std::vector<std::optional<Duration>> healed;
  faults::Histogram lag;
  Duration longest_lag{};
  faults::Histogram workers_lag;
  PoolWatch pools;
  RateWatch rates;
  std::uint64_t samples = 0;
  std::uint64_t links_left = 0, faults_left = 0;

  // Shared.
  Board board;
  mutable std::mutex mutex;
  std::condition_variable woken;
  std::string stop_why;  // the first one
  unsigned stops_ = 0;
  bool command_over = false;
};

namespace {

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
      length{drill.length()},
      steps{timeline(drill)},
      force{drill, faults::Seed{seed}},
      phases{fault_names(drill), appearances(steps)},
      measures{drill, phases},
      touched(drill.faults.size()),
      healed(drill.faults.size()),
      rates{drill.faults.size()},
      board{drill} {}

unsigned Run::State::stops() const {
  const std::lock_guard lock{mutex};
  return stops_;
}

Outcome Run::State::go() {
  outcome.result = Result::passed;
  try {
    outcome.directory = options.directory.empty()
                            ? new_run_directory("firedrill-runs", drill.name, std::chrono::system_clock::now()).string()
                            : options.directory;
    journal = std::make_unique<Journal>(outcome.directory);
  } catch (const std::exception& error) {
    outcome.directory.clear();
    outcome.worsen(Result::errored,
                   fmt::format("the journal could not be opened, nothing was started: {}", error.what()));
    board.show(steady_clock::now(), measures, force, pools, true);
    return outcome;
  }
  record = std::make_unique<Record>(drill, *journal);
  const std::size_t room = proxy::Engine::room();
  try {
    if (room == 0)
      throw std::runtime_error{"the limit of descriptors leaves no room for connections; raise it (ulimit -n)"};
    stage = std::make_unique<Stage>(drill, seed, options.workers, force, measures,
                                    [this](const std::string& check, bool ok, Duration took, const std::string& said) {
                                      record->probe(check, ok, took, said);
                                    });
  } catch (const std::exception& error) {
    outcome.worsen(Result::errored, fmt::format("could not start: {}", error.what()));
  }
  start = steady_clock::now() + head_start;
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
  board.enter(Snapshot::Stage::running);
  stage->begin(start, length);
  measure_proxies(start);
  if (options.command != nullptr) start_command();
  const Time end = start + length;
  Time next_sample = start + sample_every;
  std::string why = "end";
  while (true) {
    Time next = std::min(next_sample, end);
    if (next_step < steps.size()) next = std::min(next, start + steps[next_step].at);
    {
      std::unique_lock lock{mutex};
      woken.wait_until(lock, next, [this] { return stops_ > 0 || command_over; });
      // Ctrl-C reaches the command and us at the same moment, in either order.
      if (stops_ == 0 && command_over && options.command->ending().value_or(Wrapped::Ending{}).signal != 0)
        woken.wait_for(lock, std::chrono::milliseconds{100}, [this] { return stops_ > 0; });
      if (stops_ > 0) {
        why = stop_why;
        break;
      }
      if (command_over) {
        why = "command";
        break;
      }
    }
    const Time now = steady_clock::now();
    lag.record(now - next);
    longest_lag = std::max(longest_lag, now - next);
    if (next_step < steps.size() && start + steps[next_step].at <= now) play(now);
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
    if (end <= now) break;
  }
  const Time stopped = steady_clock::now();
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
  if (outcome.result == Result::aborted || options.command != nullptr) phases.nothing_to_come();
  heal(outcome.result == Result::aborted ? (why == "abort" ? "abort" : "signal") : "end");
  if (options.command != nullptr) end_command();
  stage->stop_asking();
  wait_for_answers();
  sample(steady_clock::now());
  close_proxies();
  workers_lag = stage->engine().lag();
  stage.reset();
  judge_all();
  summarise(stopped - start);
}

// What goes wrong from the start is in force before the command does anything.
void Run::State::start_command() {
  std::this_thread::sleep_until(start);
  if (stopping()) return;
  play(steady_clock::now());
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

// By now everything is healed. What an abort cut short is nobody's failure.
void Run::State::end_command() {
  options.command->end(command_patience);
  const auto ending = options.command->ending();
  if (!ending) return;
  record->command_end(*ending, start);
  if (outcome.result == Result::aborted || ending->code() == 0) return;
  outcome.command_code = ending->code();
  outcome.worsen(Result::failed, ending->signal != 0
                                     ? fmt::format("the command was ended by SIG{}", sigabbrev_np(ending->signal))
                                     : fmt::format("the command exited with {}", ending->exit_code));
}

// A run that went to its end has patience for the slowest request; one that was stopped has little, and who asks once
// more has none.
void Run::State::wait_for_answers() {
  const bool aborted = outcome.result == Result::aborted;
  Duration patience = grace;
  if (!aborted)
    for (const LoadSpec& load : drill.loads) patience = std::max(patience, load.timeout + std::chrono::seconds{1});
  const unsigned before = stops();
  const Time deadline = steady_clock::now() + patience;
  std::size_t missing = 0;
  do {
    missing = stage->wait_for_answers(std::min(deadline, steady_clock::now() + std::chrono::milliseconds{50}));
  } while (missing > 0 && steady_clock::now() < deadline && stops() == before);
  if (missing > 0) {
    const std::string lost = fmt::format("{} requests had no answer when the run ended, and are not counted", missing);
    record->text("note", "text", lost);
    board.tell(lost);
  }
  if (!aborted && stops() > before) {
    const std::lock_guard lock{mutex};
    record->text("abort", "why", stop_why);
    outcome.worsen(Result::aborted, fmt::format("stopped by {} while the last answers were awaited", stop_why));
  }
  stage->hang_up();
}

// All at once: each has links of its own to wait for.
void Run::State::close_proxies() {
  const Duration patience = stops() > 1 ? Duration::zero() : grace;
  std::vector<std::future<proxy::Counters>> closing;
  for (const ProxyBlock& proxy : drill.proxies)
    closing.push_back(std::async(std::launch::async,
                                 [this, patience, &proxy] { return stage->engine().close(proxy.name, patience); }));
  for (std::size_t i = 0; i < closing.size(); ++i) {
    const proxy::Counters last = closing[i].get();
    record->proxy(drill.proxies[i].name, last);
    links_left += last.open;
    faults_left += last.faults_in_force;
  }
}

// All steps that are due, moment by moment.
void Run::State::play(Time now) {
  while (next_step < steps.size() && start + steps[next_step].at <= now) {
    std::vector<Step> moment;
    while (next_step < steps.size() && (moment.empty() || steps[next_step].at == moment.front().at))
      moment.push_back(steps[next_step++]);
    measure_proxies(now);
    std::vector<bool> before;
    for (std::size_t i = 0; i < drill.faults.size(); ++i) before.push_back(force.in_force(i));
    force.take(moment, start, now);
    for (std::size_t i = 0; i < drill.faults.size(); ++i)
      if (force.in_force(i) && !before[i]) phases.on(i, now);
    try {
      force.publish(stage->engine());
    } catch (const std::runtime_error& error) {
      outcome.worsen(Result::errored, error.what());
      board.tell(error.what());
    }
    const Time done = steady_clock::now();
    measure_proxies(done);
    for (std::size_t i = 0; i < drill.faults.size(); ++i) {
      if (force.in_force(i) || !before[i]) continue;
      phases.off(i, done);
      healed[i] = done - start;
    }
    for (const Step& step : moment) {
      record->fault(step, "timeline");
      if (step.what == Step::What::on) board.tell(fmt::format("fault {} on", drill.faults[step.fault].name));
      if (step.what == Step::What::off) board.tell(fmt::format("fault {} off", drill.faults[step.fault].name));
    }
  }
}

// What happened since the last call belongs to the phases that held until now.
void Run::State::measure_proxies(Time now) {
  const Phases::Set set = phases.at(now);
  measures.pass_time(now);
  for (const ProxyBlock& block : drill.proxies) {
    const proxy::Counters counters = stage->engine().read(block.name);
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
  stage->engine().measure_lag();
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

void Run::State::heal(const std::string& why) {
  board.enter(Snapshot::Stage::healing);
  const Time began = steady_clock::now();
  measure_proxies(began);
  std::vector<std::size_t> were;
  for (std::size_t i = 0; i < drill.faults.size(); ++i)
    if (force.in_force(i)) were.push_back(i);
  force.clear();
  try {
    force.publish(stage->engine());
  } catch (const std::runtime_error& error) {
    outcome.worsen(Result::errored, error.what());
  }
  const Time done = steady_clock::now();
  measure_proxies(done);
  for (const std::size_t i : were) {
    phases.off(i, done);
    healed[i] = done - start;
    record->fault_off(i, why);
    board.tell(fmt::format("fault {} off ({})", drill.faults[i].name, why));
  }
  record->heal(why, done - began);
}

void Run::State::judge_all() {
  write_traffic();
  watch_touches();
  judge_loads();
  for (std::size_t i = 0; i < drill.checks.size(); ++i) {
    Verdict verdict = judge(drill, i, measures);
    const CheckSpec& check = drill.checks[i];
    // What an abort cut short is nobody's failure.
    verdict.judged = verdict.measured_at_all || outcome.result != Result::aborted;
    if (!verdict.judged) verdict.reason = "the run was aborted before there was anything to judge";
    record->check(i, verdict);
    if (!verdict.judged) {
      board.tell(fmt::format("check \"{}\" not judged: {}", check.name, verdict.reason));
      continue;
    }
    board.tell(fmt::format("check \"{}\" {}: {}", check.name, verdict.passed ? "held" : "missed",
                           verdict.passed ? verdict.measured : verdict.reason));
    if (verdict.passed) continue;
    outcome.worsen(verdict.measured_at_all ? Result::failed : Result::errored,
                   fmt::format("check \"{}\": {}", check.name, verdict.reason));
  }
  // No vacuous green: a fault that touched nothing proved nothing. One that an abort cut short is not to blame.
  for (std::size_t i = 0; i < drill.faults.size(); ++i) {
    if (force.links(i) > 0 || force.unseen(i) || outcome.result == Result::aborted) continue;
    std::string where;
    for (const std::string& proxy : drill.faults[i].proxies) where += (where.empty() ? "" : ", ") + proxy;
    const bool came = healed[i].has_value() || options.command == nullptr;
    outcome.worsen(Result::errored,
                   came ? fmt::format("fault \"{}\" touched no connection: no traffic that it is for reached proxy {}",
                                      drill.faults[i].name, where)
                        : fmt::format("fault \"{}\" touched no connection: the command was over before it came",
                                      drill.faults[i].name));
  }
}

// A generator that cannot send measures itself.
void Run::State::judge_loads() {
  for (const LoadSpec& load : drill.loads) {
    const Requests all = measures.load(load.name).of_phase(Phases::always);
    const auto unsent = all.errors.find("not_sent");
    if (unsent == all.errors.end() || unsent->second * 100 < all.count) continue;
    outcome.worsen(Result::errored,
                   fmt::format("load \"{}\" could not send {} of {} requests for want of descriptors, ports or memory: "
                               "its figures say nothing about the system",
                               load.name, unsent->second, all.count));
  }
}

void Run::State::summarise(Duration lasted) {
  for (std::size_t i = 0; i < drill.faults.size(); ++i) record->fault_summary(i, force, pools, rates, start, healed[i]);
  for (const PoolWatch::Pool& pool : pools.all()) record->pool_summary(pool.proxy, pool.fault, pool.last);
  record->decisions(force);
  record->lag(lag, longest_lag, workers_lag);
  record->cleanup(faults_left, links_left, faults::Bytes::outstanding());
  if (faults_left > 0) outcome.worsen(Result::errored, fmt::format("{} faults were still in force", faults_left));
  if (links_left > 0) outcome.worsen(Result::errored, fmt::format("{} connections did not end", links_left));
  board.show(start + lasted, measures, force, pools, true);
}

void Run::State::finish_journal() {
  const Duration lasted = stage || outcome.result != Result::errored ? steady_clock::now() - start : Duration::zero();
  record->run_end(outcome, std::max(lasted, Duration::zero()));
  record.reset();
  std::optional<std::string> failure = journal->close();
  try {  // with lines missing, too: the report says so
    write_reports(outcome.directory, read_journal(outcome.directory));
  } catch (const std::exception& error) {
    if (!failure) failure = error.what();
  }
  if (failure) outcome.worsen(Result::errored, fmt::format("the report is not whole: {}", *failure));
  board.enter(Snapshot::Stage::over);
}

Run::Run(Drill drill, RunOptions options) : state_{std::make_unique<State>(std::move(drill), std::move(options))} {}
Run::~Run() = default;

Outcome Run::go() { return state_->go(); }

void Run::stop(std::string why) {
  const std::lock_guard lock{state_->mutex};
  if (state_->stops_++ == 0) state_->stop_why = std::move(why);
  state_->woken.notify_all();
}

Snapshot Run::snapshot() const { return state_->board.snapshot(); }

}  // namespace firedrill::drills
