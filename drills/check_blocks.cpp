// [[check]] and [abort]: what must hold, and what must end the run.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "drills/reading.hpp"
#include "drills/timeline.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;

void refuse_probe_keys(Reader& keys, const Source& source) {
  const std::string_view what = std::holds_alternative<LoadSource>(source) ? "load" : "proxy";
  for (const std::string_view key : {"every", "timeout", "retries", "pass"})
    if (keys.raw(key) != nullptr)
      keys.problem(key, fmt::format("goes with http, tcp and command only; a {} is measured all the time", what));
}

// Its figures come when it has ended.
bool is_of_tool(const Source& source, const Drill& drill) {
  const auto* load = std::get_if<LoadSource>(&source);
  return load != nullptr && std::any_of(drill.loads.begin(), drill.loads.end(),
                                        [&](const LoadSpec& spec) { return spec.name == load->load && spec.tool; });
}

// No moment of the run would ever be judged, which must not look like success.
std::string why_never(const std::string& during, const Drill& drill) {
  const auto all = intervals(drill);
  if (all.empty()) {
    if (during == "fault") return "the drill has no [[fault]]";
    if (during == "after") return "the drill has no [[fault]] that could be healed";
    return {};
  }
  Duration last{};
  for (const Interval& interval : all) last = std::max(last, interval.to);
  if (during == "before" && all.front().from == Duration::zero())
    return "the first fault comes at 0s, and nothing is before it";
  if (during == "after" && last >= drill.length())
    return fmt::format("the last fault stays until the run ends ({}), and nothing is after it",
                       faults::show(drill.length()));
  return {};
}

std::string read_during(Reader& keys, const Reading& reading) {
  const std::string during = keys.text("during", "always");
  const Value* value = keys.raw("during");
  if (value == nullptr || value->text() == nullptr) return during;
  const auto fault_names = names_of(reading.drill.faults);
  std::vector<std::string> known{"before", "fault", "after", "always"};
  known.insert(known.end(), fault_names.begin(), fault_names.end());
  if (std::find(known.begin(), known.end(), during) == known.end()) {
    const std::string near = faults::nearest(during, known);
    keys.problem("during", near.empty() ? fmt::format("must be one of {}", fmt::join(known, ", "))
                                        : fmt::format("there is no fault \"{}\"; did you mean \"{}\"?", during, near));
  } else if (reading.timing_is_sound) {
    if (const std::string why = why_never(during, reading.drill); !why.empty()) keys.problem("during", why);
  }
  return during;
}

void read_expect(Reader& keys, CheckSpec& check, Problems& problems) {
  const Value* value = keys.raw("expect");
  if (value != nullptr && value->table() == nullptr) {
    keys.problem("expect", R"(must be a table such as { errors = "< 1%", p99 = "< 200ms" })");
    return;
  }
  if (value == nullptr || value->table()->empty()) {
    if (!is_probe(check.source))
      keys.problem(value == nullptr ? R"(expect is missing; give at least one figure, such as { errors = "< 1%" })"
                                    : R"(expect is empty; give at least one figure, such as { errors = "< 1%" })");
    return;
  }
  Reader expect{*value, keys.subject() + ": expect", problems};
  check.expect = read_figures(expect, check.source, {});
}

void read_probing(Reader& keys, CheckSpec& check) {
  check.every = keys.duration("every", 1s).at_least(100ms);
  check.timeout = keys.duration("timeout", 2s).at_least(shortest).at_most(5min);
  check.retries = keys.count("retries", 0).at_most(100);
  const auto judged =
      std::any_of(check.expect.begin(), check.expect.end(), [](const Expectation& e) { return e.figure == "success"; });
  check.pass = keys.share("pass", judged ? 0 : 1);
  if (judged && keys.has("pass")) keys.problem("pass", "expect.success says the same; give one of the two");
  if (!judged && keys.has("pass") && check.pass <= 0 && keys.raw("pass")->shown().starts_with("\"0"))
    keys.problem("pass", "holds whatever is measured; give a share that can be missed");
}

void read_check(const Block& block, Reading& reading, bool is_signal) {
  Reader keys{*block.table, block.subject, reading.problems};
  CheckSpec check;
  check.name = block.name;
  if (is_signal) {
    check.misleads = keys.text("misleads");
    if (keys.has("misleads") && check.misleads.empty()) keys.problem("misleads", "must say why nobody should go by it");
    const auto& others = reading.drill.checks;
    if (std::any_of(others.begin(), others.end(), [&](const CheckSpec& one) { return one.name == check.name; }))
      keys.problem("name", "a check has this name; give the signal one of its own");
  }
  keys.raw("name");
  check.during = read_during(keys, reading);
  const auto source = read_source(keys, reading.drill);
  if (!source) {
    // Which keys go with it is unknown; none of them is called unknown for that.
    for (const std::string_view key : {"expect", "every", "timeout", "retries", "pass", "status", "exit_code"})
      keys.raw(key);
    keys.finish();
    return;
  }
  check.source = *source;
  read_expect(keys, check, reading.problems);
  if (is_probe(check.source)) {
    read_probing(keys, check);
  } else {
    refuse_probe_keys(keys, check.source);
  }
  if (is_of_tool(check.source, reading.drill) && check.during != "always")
    keys.problem("during", "the figures of a command are of all that it did: they are judged \"always\"");
  keys.finish();
  reading.drill.checks.push_back(std::move(check));
}

std::string shown(const Source& source) {
  struct Shown {
    std::string operator()(const LoadSource& s) const { return fmt::format("load \"{}\"", s.load); }
    std::string operator()(const ProxySource& s) const { return fmt::format("proxy \"{}\"", s.proxy); }
    std::string operator()(const HttpProbe& s) const { return s.url.text; }
    std::string operator()(const TcpProbe& s) const { return s.address.text; }
    std::string operator()(const CommandProbe& s) const { return fmt::format("{}", fmt::join(s.argv, " ")); }
  };
  return std::visit(Shown{}, source);
}

void read_abort(const Value& table, std::size_t number, Reading& reading) {
  const std::string subject = fmt::format("abort condition {}", number);
  if (table.table() == nullptr) {
    reading.problems.push_back(
        {table.place, subject + R"(: must be a table such as { load = "users", errors = "> 80%", over = "10s" })"});
    return;
  }
  Reader keys{table, subject, reading.problems};
  AbortSpec abort;
  abort.over = keys.duration("over").at_least(1s).at_most(5min);
  const auto source = read_source(keys, reading.drill);
  if (!source) return;
  abort.source = *source;
  std::vector<std::string_view> others{"over",    "load",   "proxy",     "http",  "tcp",
                                       "command", "status", "exit_code", "every", "timeout"};
  if (is_probe(abort.source)) {
    abort.every = keys.duration("every", 1s).at_least(100ms);
    abort.timeout = keys.duration("timeout", 2s).at_least(shortest).at_most(5min);
    if (keys.has("over") && abort.every > abort.over) keys.problem("every", "must be at most over");
  } else {
    refuse_probe_keys(keys, abort.source);
    if (is_of_tool(abort.source, reading.drill))
      keys.problem("load", "a command says nothing before it has ended: no safety line can look at it");
    others.insert(others.end(), {"retries", "pass"});
  }
  const std::size_t before = reading.problems.size();
  abort.when = read_figures(keys, abort.source, others);
  if (abort.when.empty() && reading.problems.size() == before)
    keys.problem(R"(no figure; give at least one, such as errors = "> 80%")");
  for (const Expectation& one : abort.when)
    abort.text +=
        fmt::format("{}{} {}", abort.text.empty() ? shown(abort.source) + ": " : " and ", one.figure, one.text);
  abort.text += " over " + faults::show(abort.over);
  reading.drill.aborts.push_back(std::move(abort));
}

}  // namespace

void read_checks(Reader& top, Reading& reading) {
  for (const Block& block : read_blocks(top, "check", Naming::title, reading.problems))
    read_check(block, reading, false);
  for (const Block& block : read_blocks(top, "signal", Naming::title, reading.problems))
    read_check(block, reading, true);
}

void read_aborts(Reader& top, Reading& reading) {
  const Value* value = top.raw("abort");
  if (value == nullptr) return;
  const Value* when = value->find("when");
  if (value->table() == nullptr || when == nullptr || when->list() == nullptr || when->list()->empty()) {
    reading.problems.push_back(
        {when != nullptr ? when->place : value->place,
         R"(abort: write [abort] with when = [{ load = "users", errors = "> 80%", over = "10s" }])"});
    return;
  }
  Reader keys{*value, "abort", reading.problems};
  keys.raw("when");
  keys.finish();
  std::size_t number = 0;
  for (const Value& table : *when->list()) {
    if (++number > most_blocks) {
      reading.problems.push_back({table.place, fmt::format("abort: at most {} conditions", most_blocks)});
      return;
    }
    read_abort(table, number, reading);
  }
}

}  // namespace firedrill::drills
