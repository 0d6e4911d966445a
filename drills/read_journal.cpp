// From a journal's events to a Report. Unknown events are counted, unknown fields ignored, missing ones left empty.
#include "drills/read_journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "drills/journal_lines.hpp"

namespace firedrill::drills {
namespace {

std::vector<std::pair<double, double>> spans(const Fields& object, const char* key) {
  std::vector<std::pair<double, double>> all;
  for (const Fields& span : list_of(object, key))
    if (span.is_array() && span.size() == 2 && span[0].is_number() && span[1].is_number())
      all.emplace_back(span[0].get<double>(), span[1].get<double>());
  return all;
}

std::optional<TouchReport> touch(const Fields& value) {
  const auto link = count_of(value, "link");
  if (!link) return std::nullopt;
  return TouchReport{*link, text_of(value, "client"), number_of(value, "at_s"), text_of(value, "proxy")};
}

}  // namespace

const std::array<JournalReading::Event, 27> JournalReading::events{{
    {"run_start", &JournalReading::run_start},
    {"command_start", &JournalReading::command_start},
    {"command_failed", &JournalReading::command_failed},
    {"command_end", &JournalReading::command_end},
    {"fault_on", &JournalReading::fault_on},
    {"fault_change", &JournalReading::nothing},
    {"fault_off", &JournalReading::fault_off},
    {"fault_touched", &JournalReading::fault_touched},
    {"fault_summary", &JournalReading::fault_summary},
    {"requests", &JournalReading::requests},
    {"load_connections", &JournalReading::load_connections},
    {"tool", &JournalReading::tool},
    {"proxy", &JournalReading::proxy},
    {"pool", &JournalReading::pool},
    {"pool_summary", &JournalReading::pool_summary},
    {"probe", &JournalReading::probe},
    {"check", &JournalReading::check},
    {"signal", &JournalReading::check},
    {"abort", &JournalReading::abort},
    {"heal", &JournalReading::heal},
    {"note", &JournalReading::note},
    {"prediction", &JournalReading::prediction},
    {"decisions", &JournalReading::decisions},
    {"lag", &JournalReading::lag},
    {"cleanup", &JournalReading::cleanup},
    {"dropped", &JournalReading::dropped},
    {"run_end", &JournalReading::run_end},
}};

void JournalReading::take(const Fields& line) {
  t_ = number_of(line, "t").value_or(0);
  report_.ends_at_s = t_;
  if (report_.started_utc.empty()) report_.started_utc = text_of(line, "utc");
  const std::string name = text_of(line, "event");
  for (const Event& event : events)
    if (event.name == name) return (this->*event.take)(line);
  ++report_.unknown[name];
}

void JournalReading::run_start(const Fields& line) {
  started_ = true;
  report_.drill = text_of(line, "drill");
  report_.title = text_of(line, "title");
  report_.owner = text_of(line, "owner");
  report_.file = text_of(line, "file");
  report_.text = text_of(line, "text");
  for (const Fields& one : list_of(line, "included"))
    report_.included.push_back({text_of(one, "file"), text_of(one, "text")});
  report_.overrides = texts_of(line, "overrides");
  report_.seed = count_of(line, "seed");
  report_.version = text_of(line, "version");
  report_.host = text_of(line, "host");
  report_.started_utc = text_of(line, "utc");
  report_.planned_s = number_of(line, "length_s");
  if (auto argv = texts_of(line, "command"); !argv.empty()) report_.command.emplace().argv = std::move(argv);
  report_.no_faults = field(line, "no_faults") == true;
  report_.predicted = field(line, "predicted") == true;
  for (const char* phase : {"before", "fault", "after", "always"}) named(report_.phases, phase);
  for (const Fields& spec : list_of(line, "proxies")) {
    ProxyReport& proxy = named(report_.proxies, text_of(spec, "name"));
    proxy.listen = text_of(spec, "listen");
    proxy.upstream = text_of(spec, "upstream");
  }
  for (const Fields& spec : list_of(line, "faults")) {
    FaultReport& fault = named(report_.faults, text_of(spec, "name"));
    fault.kind = text_of(spec, "kind");
    fault.proxies = texts_of(spec, "proxies");
    fault.asked = facts_of(spec, "asked");
    fault.planned = spans(spec, "intervals");
    named(report_.phases, fault.name);
  }
  for (const Fields& spec : list_of(line, "loads")) {
    LoadReport& load = named(report_.loads, text_of(spec, "name"));
    load.url = text_of(spec, "url");
    load.rate = number_of(spec, "rate");
    load.stages = texts_of(spec, "stages");
    load.command = texts_of(spec, "command");
    load.keep_alive = field(spec, "keep_alive") == true;
    load.phases = report_.phases;
  }
  for (const auto& [key, list] : {std::pair{"checks", &report_.checks}, std::pair{"signals", &report_.signals}})
    for (const Fields& spec : list_of(line, key)) {
      CheckReport& check = named(*list, text_of(spec, "name"));
      check.during = text_of(spec, "during");
      check.source = text_of(spec, "source");
      check.expected = text_of(spec, "expected");
      check.misleads = text_of(spec, "misleads");
    }
}

CommandReport& JournalReading::command() { return report_.command ? *report_.command : report_.command.emplace(); }

void JournalReading::command_start(const Fields&) { command().started_s = t_; }

void JournalReading::command_failed(const Fields& line) {
  command().started_s.reset();
  command().problem = text_of(line, "why");
}

void JournalReading::command_end(const Fields& line) {
  command().ended_s = number_of(line, "at_s");
  command().signal = text_of(line, "signal");
  command().told = field(line, "told") == true;
  if (const auto code = count_of(line, "exit_code"); code && *code <= 255)
    command().exit_code = static_cast<int>(*code);
}

void JournalReading::fault_on(const Fields& line) {
  FaultReport& fault = named(report_.faults, text_of(line, "fault"));
  if (fault.kind.empty()) fault.kind = text_of(line, "kind");
  if (fault.proxies.empty()) fault.proxies = texts_of(line, "proxies");
  fault.in_force.emplace_back(t_, std::nullopt);
}

void JournalReading::fault_off(const Fields& line) {
  FaultReport& fault = named(report_.faults, text_of(line, "fault"));
  if (!fault.in_force.empty()) fault.in_force.back().second = t_;
  fault.healed_s = t_;
  fault.healed_why = text_of(line, "why");
}

void JournalReading::fault_touched(const Fields& line) {
  FaultReport& fault = named(report_.faults, text_of(line, "fault"));
  if (!fault.first) fault.first = touch(line);
}

void JournalReading::fault_summary(const Fields& line) {
  FaultReport& fault = named(report_.faults, text_of(line, "fault"));
  if (fault.kind.empty()) fault.kind = text_of(line, "kind");
  if (fault.proxies.empty()) fault.proxies = texts_of(line, "proxies");
  fault.links_affected = count_of(line, "links_affected");
  if (const Fields& unseen = field(line, "unseen"); unseen.is_boolean()) fault.unseen = unseen.get<bool>();
  if (const auto first = touch(field(line, "first"))) fault.first = first;
  fault.last = touch(field(line, "last"));
  if (const auto healed = number_of(line, "healed_s")) fault.healed_s = healed;
  if (const auto asked = facts_of(line, "asked"); !asked.empty()) fault.asked = asked;
  fault.achieved = facts_of(line, "achieved");
  if (const Fields& rates = field(line, "bytes_per_s"); rates.is_array())
    for (const Fields& rate : rates)
      if (rate.is_number_unsigned()) fault.bytes_per_s.push_back(rate.get<std::uint64_t>());
  if (const Fields& late = field(line, "lateness"); late.is_object())
    fault.lateness = {count_of(late, "samples").value_or(0), number_of(late, "p50_ms"), number_of(late, "p99_ms")};
}

void JournalReading::probe(const Fields& line) {
  const Fields& ok = field(line, "ok");
  if (ok.is_boolean() && !ok.get<bool>())
    named(is_signal(text_of(line, "check")) ? report_.signals : report_.checks, text_of(line, "check")).last_failure =
        text_of(line, "said");
}

bool JournalReading::is_signal(std::string_view name) const {
  return std::any_of(report_.signals.begin(), report_.signals.end(),
                     [&](const CheckReport& signal) { return signal.name == name; });
}

void JournalReading::check(const Fields& line) {
  const std::string name = text_of(line, "name");
  CheckReport& check = named(is_signal(name) ? report_.signals : report_.checks, name);
  const Fields& passed = field(line, "passed");
  if (passed.is_boolean()) check.passed = passed.get<bool>();
  check.samples = count_of(line, "samples").value_or(0);
  check.measured = text_of(line, "measured");
  check.measured_value = number_of(line, "measured_value");
  check.reason = text_of(line, "reason");
  for (const auto& [key, known] :
       {std::pair{"expected", &check.expected}, std::pair{"during", &check.during}, std::pair{"source", &check.source}})
    if (const std::string text = text_of(line, key); !text.empty()) *known = text;
}

void JournalReading::heal(const Fields& line) {
  const auto took = number_of(line, "took_s");
  const std::string why = text_of(line, "why");
  report_.heals.push_back({t_, took ? fmt::format("{} (took {:.1f} ms)", why, *took * 1000) : why});
}

void JournalReading::prediction(const Fields& line) {
  PredictedRun& run = report_.prediction.emplace();
  run.result = text_of(line, "result");
  run.left_out = texts_of(line, "left_out");
  for (const Fields& phase : list_of(line, "phases"))
    run.phases.push_back({text_of(phase, "name"), count_of(phase, "requests").value_or(0),
                          count_of(phase, "errors").value_or(0), number_of(phase, "p50_ms"),
                          number_of(phase, "p99_ms")});
}

void JournalReading::lag(const Fields& line) {
  report_.lag = {number_of(line, "p50_ms"), number_of(line, "p99_ms"), number_of(line, "max_ms"),
                 number_of(line, "workers_p50_ms"), number_of(line, "workers_p99_ms")};
}

void JournalReading::cleanup(const Fields& line) {
  const auto in_force = count_of(line, "faults_in_force"), open = count_of(line, "links_open"),
             held = count_of(line, "bytes_held");
  if (in_force && open && held) report_.cleanup = {*in_force, *open, *held};
}

void JournalReading::run_end(const Fields& line) {
  ended_ = true;
  report_.result = text_of(line, "result");
  report_.reasons = texts_of(line, "reasons");
  report_.duration_s = number_of(line, "duration_s");
  if (const auto code = count_of(line, "exit_code"); code && *code <= 255) report_.exit_code = static_cast<int>(*code);
}

Report JournalReading::finish(std::vector<std::string> missing) {
  if (dropped_ > 0)
    missing.push_back(fmt::format("{} line{} dropped during the run: the disk was full or too slow", dropped_,
                                  dropped_ == 1 ? " was" : "s were"));
  if (implausible_ > 0)
    missing.push_back(
        fmt::format("{} line{} of requests with impossible figures", implausible_, implausible_ == 1 ? "" : "s"));
  if (!started_) missing.push_back("there is no run_start: the drill is not known");
  if (!ended_) missing.push_back(fmt::format("there is no run_end: the journal ends at t={:.1f} s", report_.ends_at_s));
  constexpr std::array results{"passed", "failed", "aborted", "errored"};
  if (std::find(results.begin(), results.end(), report_.result) == results.end()) {
    report_.result = "errored";
    report_.exit_code = 4;
    report_.reasons.push_back(
        ended_
            ? "the journal names no result"
            : fmt::format("the journal ends at t={:.1f} s: the run was killed, or is not over yet", report_.ends_at_s));
  }
  for (PoolReport& each : report_.pools) thin(each);
  report_.complete = missing.empty();
  report_.missing = std::move(missing);
  return std::move(report_);
}

Report read_journal(const std::filesystem::path& path) {
  JournalLines lines{path};
  JournalReading reading;
  while (const auto line = lines.next()) reading.take(*line);
  return reading.finish(lines.missing());
}

}  // namespace firedrill::drills
