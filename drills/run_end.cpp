// The end of a run: heal, wait, close, judge, write.
#include <algorithm>
#include <future>

#include <fmt/format.h>

#include "drills/judge.hpp"
#include "drills/planned.hpp"
#include "drills/report.hpp"
#include "drills/run_state.hpp"
#include "faults/bytes.hpp"
#include "faults/units.hpp"

namespace firedrill::drills {

namespace {

constexpr Duration grace = std::chrono::seconds{2};  // for the last answers of a run that was stopped, and for links
constexpr std::chrono::seconds command_patience{5};  // between SIGTERM and SIGKILL

}  // namespace

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

// A tool has until its timeout, but for one beside a command, whose end is the end of the run.
Duration Run::State::patience_for_answers() const {
  Duration patience = grace;
  for (const LoadSpec& load : drill.loads) {
    if (load.tool && options.command != nullptr) continue;
    const Duration began = load.tool ? start + load.tool->at - venue.now() : Duration::zero();
    patience = std::max(patience, began + load.timeout + std::chrono::seconds{1});
  }
  return patience;
}

// A run that went to its end has patience for the slowest request; one that was stopped has little, and who asks once
// more has none.
void Run::State::wait_for_answers() {
  const bool aborted = outcome.result == Result::aborted;
  const Duration patience = aborted ? grace : patience_for_answers();
  const unsigned before = stops();
  const Time deadline = venue.now() + patience;
  std::size_t missing = 0;
  do {
    missing = stage->wait_for_answers(std::min(deadline, venue.now() + std::chrono::milliseconds{50}));
  } while (missing > 0 && venue.now() < deadline && stops() == before);
  missing -= std::min(missing, stage->running_tools());
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
  for (const LoadSpec& load : drill.loads)
    if (const auto connections = stage->connections(load.name)) record->load_connections(load.name, *connections);
  stage->hang_up();
}

// All at once: each has links of its own to wait for.
void Run::State::close_proxies() {
  const Duration patience = stops() > 1 ? Duration::zero() : grace;
  std::vector<std::future<proxy::Counters>> closing;
  for (const ProxyBlock& proxy : drill.proxies)
    closing.push_back(
        std::async(venue.closing(), [this, patience, &proxy] { return stage->host().close(proxy.name, patience); }));
  for (std::size_t i = 0; i < closing.size(); ++i) {
    const proxy::Counters last = closing[i].get();
    record->proxy(drill.proxies[i].name, last);
    links_left += last.open;
    faults_left += last.faults_in_force;
    if (last.deaf) deaf.push_back(drill.proxies[i].name);
  }
}

void Run::State::heal(const std::string& why) {
  board.enter(Snapshot::Stage::healing);
  const Time began = venue.now();
  measure_proxies(began);
  std::vector<std::size_t> were;
  for (std::size_t i = 0; i < drill.faults.size(); ++i)
    if (force.in_force(i)) were.push_back(i);
  for (const std::size_t i : were) rates.end(force, i, began);
  force.clear();
  try {
    force.publish(stage->host());
  } catch (const std::runtime_error& error) {
    outcome.worsen(Result::errored, error.what());
  }
  const Time done = venue.now();
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
    // What an abort cut short is nobody's failure, and what the heal ended nobody's success.
    const bool cut = outcome.result == Result::aborted && cut_short.test(phases.bit(check.during));
    const auto untold = options.untold_checks.find(i);
    const bool can_be_told = untold == options.untold_checks.end();
    verdict.judged = can_be_told && (outcome.result != Result::aborted || (verdict.measured_at_all && !cut));
    if (!can_be_told) {
      verdict.reason = untold->second;
      verdict.measured.clear();
    } else if (!verdict.judged) {
      verdict.reason = cut ? fmt::format("the run was aborted during \"{}\"", check.during)
                           : "the run was aborted before there was anything to judge";
    }
    record->check(i, verdict);
    if (check.is_signal()) {
      board.tell(fmt::format("signal \"{}\" {}", check.name,
                             !verdict.judged || !verdict.measured_at_all ? "not measured: " + verdict.reason
                             : verdict.passed                            ? "seen: " + verdict.measured
                                                                         : "not seen: " + verdict.measured));
      continue;
    }
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
    if (force.links(i) > 0 || outcome.result == Result::aborted || options.untold_faults.contains(i)) continue;
    std::string where;
    for (const std::string& proxy : drill.faults[i].proxies) where += (where.empty() ? "" : ", ") + proxy;
    if (force.unseen(i)) {
      const bool seen = std::any_of(drill.checks.begin(), drill.checks.end(),
                                    [&](const CheckSpec& check) { return looks_at(check, drill.faults[i], drill); });
      if (!seen && options.command == nullptr)
        outcome.worsen(Result::errored,
                       fmt::format("whom fault \"{}\" kept from proxy {} nobody here can see, and no check looks at it "
                                   "then: nothing shows that it did anything",
                                   drill.faults[i].name, where));
      continue;
    }
    if (const std::uint64_t came = force.eligible(i); came > 0) {
      outcome.worsen(
          Result::errored,
          fmt::format("fault \"{}\" touched no connection: {} came to proxy {}, and none met what it does to them; "
                      "the report says how they ended",
                      drill.faults[i].name, came, where));
      continue;
    }
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
    if (load.tool) {
      judge_tool(load);
      continue;
    }
    const Requests all = measures.load(load.name).of_phase(Phases::always);
    const auto unsent = all.errors.find("not_sent");
    if (unsent == all.errors.end() || unsent->second * 100 < all.count) continue;
    outcome.worsen(Result::errored,
                   fmt::format("load \"{}\" could not send {} of {} requests for want of descriptors, ports or memory: "
                               "its figures say nothing about the system",
                               load.name, unsent->second, all.count));
  }
}

// What a tool did not say, nobody makes up.
void Run::State::judge_tool(const LoadSpec& load) {
  const auto reading = measures.tool(load.name).reading();
  if (!reading) return;
  record->tool(load, *reading);
  const auto* problem = std::get_if<std::string>(&*reading);
  if (problem == nullptr) return;
  board.tell(fmt::format("load {}: {}: {}", load.name, load.tool->argv.front(), *problem));
  if (outcome.result == Result::aborted) return;
  outcome.worsen(Result::errored,
                 fmt::format("load \"{}\" has no figures: {}: {}", load.name, load.tool->argv.front(), *problem));
}

void Run::State::summarise(Duration lasted) {
  for (std::size_t i = 0; i < drill.faults.size(); ++i) record->fault_summary(i, force, pools, rates, start, healed[i]);
  for (const PoolWatch::Pool& pool : pools.all()) record->pool_summary(pool.proxy, pool.fault, pool.last);
  record->decisions(force);
  record->lag(lag, longest_lag, workers_lag);
  record->cleanup(faults_left, links_left, faults::Bytes::outstanding());
  for (const std::string& proxy : deaf)
    outcome.worsen(Result::errored, fmt::format("proxy {} could not listen again when its fault was over", proxy));
  if (faults_left > 0) outcome.worsen(Result::errored, fmt::format("{} faults were still in force", faults_left));
  if (links_left > 0) outcome.worsen(Result::errored, fmt::format("{} connections did not end", links_left));
  board.show(start + lasted, measures, force, pools, true);
}

void Run::State::finish_journal() {
  const Duration lasted = conducted ? venue.now() - start : Duration::zero();
  record->run_end(outcome, std::max(lasted, Duration::zero()));
  record.reset();
  std::optional<std::string> failure = journal->close();
  try {  // with lines missing, too: the report says so
    if (!outcome.directory.empty()) write_reports(outcome.directory, read_journal(outcome.directory));
  } catch (const std::exception& error) {
    if (!failure) failure = error.what();
  }
  if (failure) outcome.worsen(Result::errored, fmt::format("the report is not whole: {}", *failure));
  board.enter(Snapshot::Stage::over);
}

}  // namespace firedrill::drills
