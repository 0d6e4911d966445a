// Begins with one of the kind's own examples and changes values: no kind is known by name, and a new one is fuzzed from
// the day it is in the catalogue.
#include "tests/fuzz/random_fault.hpp"

#include <string_view>
#include <vector>

#include "faults/catalog.hpp"
#include "faults/units.hpp"
#include "tests/fuzz/targets.hpp"

namespace firedrill::fuzz {
namespace {

using namespace faults;

// What sits at the ends of ranges, and what the traffic here is about as large as.
constexpr std::array<std::string_view, 14> durations{"0s",   "1ns",   "1us", "1ms", "2ms", "10ms",   "50ms",
                                                     "0.2s", "333ms", "1s",  "5s",  "1m",  "10000h", "366d"};
constexpr std::array<std::string_view, 12> size_words{"0B",   "1B",    "2B",   "7B",   "64B",     "100B",
                                                      "500B", "3000B", "1MiB", "1GiB", "1024GiB", "1073741824GiB"};
constexpr std::array<std::string_view, 10> rates{"0B/s",  "1B/s",    "1.5B/s", "8bit/s", "100B/s",
                                                 "1KB/s", "64KiB/s", "1MB/s",  "9MB/s",  "1000GB/s"};
constexpr std::array<std::string_view, 9> shares{"0%", "0.001%", "1%", "10%", "50%", "90%", "99.9%", "99.999%", "100%"};
constexpr std::array<std::int64_t, 10> counts{0, 1, 2, 3, 4, 7, 10, 100, 255, 1'000'000};
constexpr std::array<double, 8> numbers{0, 0.01, 0.1, 0.5, 1, 2.5, 10, 100};

Value other_value(Crumbs& crumbs, const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value.content)) return Value{!*flag};
  if (std::holds_alternative<std::int64_t>(value.content)) return Value{crumbs.pick(counts)};
  if (std::holds_alternative<double>(value.content)) return Value{crumbs.pick(numbers)};
  const std::string* text = value.text();
  if (text == nullptr) return value;
  if (parse_duration(*text)) return Value{std::string{crumbs.pick(durations)}};
  if (parse_size(*text)) return Value{std::string{crumbs.pick(size_words)}};
  if (parse_rate(*text)) return Value{std::string{crumbs.pick(rates)}};
  if (parse_share(*text)) return Value{std::string{crumbs.pick(shares)}};
  return value;
}

Value random_settings(Crumbs& crumbs, const Kind& kind) {
  Value table = parse_inline(crumbs.pick(kind.examples));
  // A key of another example, with its value: combinations that no example has.
  if (crumbs.one_in(3)) {
    const Value other = parse_inline(crumbs.pick(kind.examples));
    if (!other.table()->empty()) {
      const Member& member = crumbs.pick(*other.table());
      table.put(member.key, member.value);
    }
  }
  for (Member& member : *table.table())
    if (crumbs.one_in(2)) member.value = other_value(crumbs, member.value);
  return table;
}

std::shared_ptr<Fault> read(const std::string& name, Value table, const Kind& kind, Problems& problems) {
  table.put("kind", Value{std::string{kind.name}});
  Reader keys{table, "fault", problems};
  auto fault = read_fault(name, keys);
  keys.finish();
  return fault;
}

std::shared_ptr<Fault> make(Crumbs& crumbs, const Kind& kind, std::string name) {
  Problems problems;
  auto fault = read(name, random_settings(crumbs, kind), kind, problems);
  for (const Problem& problem : problems)
    require(problem.text.starts_with("fault: "), "a problem says what it is about", [&] { return problem.line(); });
  if (!problems.empty()) {
    problems.clear();
    fault = read(name, parse_inline(kind.examples.front()), kind, problems);
    require(problems.empty(), "a kind's examples work", [&] { return problems.front().line(); });
  }
  require(fault->settings->outlook().worst.find('\n') == std::string::npos, "an outlook is one line");
  return fault;
}

}  // namespace

std::shared_ptr<const Fault> random_fault(Crumbs& crumbs, Kind::Contract contract, std::string name) {
  std::vector<const Kind*> kinds;
  for (const Kind* kind : catalog)
    if (kind->contract == contract) kinds.push_back(kind);
  auto fault = make(crumbs, *crumbs.pick(kinds), std::move(name));
  fault->effects = std::make_shared<Effects>();
  return fault;
}

std::shared_ptr<const Fault> random_update(Crumbs& crumbs, const Fault& of) {
  auto fault = make(crumbs, *of.kind, of.name);
  fault->since = of.since;
  fault->effects = of.effects;
  return fault;
}

}  // namespace firedrill::fuzz
