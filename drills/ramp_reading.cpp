// `KEY.ramp = { from = 40, to = 7, over = "20s" }` in a fault's table.
#include <algorithm>

#include <fmt/format.h>

#include "drills/ramp.hpp"
#include "drills/reading.hpp"
#include "drills/timeline.hpp"

namespace firedrill::drills {
namespace {

// The value at one end, or null with a problem noted.
const Value* read_end(Reader& keys, std::string_view key) {
  const Value* value = keys.raw(key);
  if (value == nullptr) {
    keys.problem(fmt::format("{} is missing; write {{ from = 40, to = 7, over = \"20s\" }}", key));
  } else if (!quantity_of(*value)) {
    keys.problem(key, "must be a number, or a text with a unit such as \"250ms\", \"64KiB\", \"10MB/s\" or \"30%\"");
    return nullptr;
  }
  return value;
}

std::optional<Ramp> read_ramp(const std::string& key, const Value& table, const std::string& subject,
                              Problems& problems) {
  const std::size_t before = problems.size();
  Reader keys{table, fmt::format("{}: {}.ramp", subject, key), problems};
  const Value* from = read_end(keys, "from");
  const Value* to = read_end(keys, "to");
  const Duration over = keys.duration("over").at_least(ramp_step);
  if (from != nullptr && to != nullptr && !can_ramp(*from, *to))
    keys.problem("to", fmt::format("must be of the same unit as from = {}", from->shown()));
  keys.finish();
  if (from == nullptr || to == nullptr || problems.size() != before) return std::nullopt;
  return Ramp{key, *from, *to, over};
}

}  // namespace

bool take_ramps(Value& table, const std::string& subject, std::vector<Ramp>& ramps, Problems& problems) {
  constexpr std::string_view own_keys[] = {"name", "proxy", "kind", "at", "for", "repeat"};
  bool sound = true;
  for (faults::Member& member : *table.table()) {
    const Value* ramp = member.value.find("ramp");
    if (ramp == nullptr || std::find(std::begin(own_keys), std::end(own_keys), member.key) != std::end(own_keys))
      continue;
    std::optional<Ramp> read;
    if (ramp->table() == nullptr || member.value.table()->size() > 1) {
      problems.push_back(
          {ramp->place,
           fmt::format("{}: {}: a ramp is one table and stands alone: {}.ramp = {{ from = 40, to = 7, over = "
                       "\"20s\" }}",
                       subject, member.key, member.key)});
    } else {
      read = read_ramp(member.key, *ramp, subject, problems);
    }
    sound = sound && read;
    if (!read) continue;
    ramps.push_back(std::move(*read));
    Value aim = ramps.back().to;
    member.value = std::move(aim);
  }
  return sound;
}

}  // namespace firedrill::drills
