// [schedule].
#include "drills/schedule.hpp"

#include <stdexcept>
#include <string>

namespace firedrill::drills {
namespace {

using faults::Reader;
using faults::Value;

// What is made of a text, or nothing and a problem.
template <typename Make>
auto made_of(Reader& keys, std::string_view key, const std::string& text, Make make)
    -> std::optional<decltype(make(text))> {
  try {
    return make(text);
  } catch (const std::invalid_argument& wrong) {
    keys.problem(key, wrong.what());
    return std::nullopt;
  }
}

}  // namespace

std::optional<std::chrono::sys_seconds> Schedule::next(std::chrono::sys_seconds after) const {
  return enabled ? std::optional{cron.next(after, timezone)} : std::nullopt;
}

std::optional<Schedule> read_schedule(Reader& top) {
  const Value* table = top.raw("schedule");
  if (table == nullptr) return std::nullopt;
  if (table->table() == nullptr) {
    top.problem("schedule", "must be a table: write [schedule]");
    return std::nullopt;
  }
  const std::size_t before = top.problems().size();
  Reader keys{*table, "schedule", top.problems()};
  std::optional<Cron> cron;
  if (keys.raw("cron") == nullptr) {
    keys.problem("cron is missing; give a cron expression, such as \"0 9 * * mon-fri\"");
  } else {
    cron = made_of(keys, "cron", keys.text("cron"), Cron::parse);
  }
  const auto timezone = made_of(keys, "timezone", keys.text("timezone", "UTC"), TimeZone::named);
  const auto missed = keys.choice<Schedule::Missed>(
      "missed", {{"skip", Schedule::Missed::skip}, {"run", Schedule::Missed::run}}, Schedule::Missed::skip);
  const auto overlap =
      keys.choice<Schedule::Overlap>("overlap", {{"forbid", Schedule::Overlap::forbid}}, Schedule::Overlap::forbid);
  const bool enabled = keys.flag("enabled", true);
  keys.finish();
  if (top.problems().size() > before) return std::nullopt;
  return Schedule{*cron, *timezone, missed, overlap, enabled};
}

}  // namespace firedrill::drills
