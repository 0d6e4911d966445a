// `stages = [{ to = 200, over = "10s" }, …]` of a load.
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "drills/load_reading.hpp"
#include "drills/rate_curve.hpp"

namespace firedrill::drills {
namespace {

constexpr std::size_t most_stages = 100;
constexpr std::string_view a_stage =
    R"(a stage is one of { to = 200, over = "10s" }, { hold = "20s" } and { spike = 800, for = "2s" })";

RateStage read_stage(Reader& keys) {
  using What = RateStage::What;
  constexpr std::array<std::string_view, 3> kinds{"to", "hold", "spike"};
  RateStage stage;
  std::string_view kind;
  for (const std::string_view key : kinds) {
    if (keys.raw(key) == nullptr) continue;
    if (!kind.empty()) keys.problem(key, fmt::format("{} is given too; {}", kind, a_stage));
    if (kind.empty()) kind = key;
  }
  if (kind.empty()) keys.problem(std::string{a_stage});
  for (const auto& [key, owner] : {std::pair{"over", "to"}, {"for", "spike"}})
    if (keys.raw(key) != nullptr && kind != owner && !kind.empty())
      keys.problem(key, fmt::format("goes with {}; {}", owner, a_stage));
  if (kind == "to") {
    stage.what = What::ramp;
    stage.rate = keys.number("to").at_least(0).at_most(most_per_second);
    stage.lasts = keys.duration("over", Duration::zero());
  } else if (kind == "hold") {
    stage.what = What::hold;
    stage.lasts = keys.duration("hold").at_least(shortest);
  } else if (kind == "spike") {
    stage.what = What::spike;
    stage.rate = keys.number("spike").at_least(0).at_most(most_per_second);
    stage.lasts = keys.duration("for").at_least(shortest);
  }
  keys.finish();
  return stage;
}

}  // namespace

void read_stages(Reader& keys, LoadSpec& load) {
  const Value* value = keys.raw("stages");
  if (value == nullptr) return;
  const Value::List* list = value->list();
  if (list == nullptr || list->empty())
    return keys.problem("stages", fmt::format("must be a list of stages; {}", a_stage));
  if (list->size() > most_stages) return keys.problem("stages", fmt::format("at most {} of them", most_stages));
  const std::size_t before = keys.problems().size();
  for (const Value& one : *list) {
    const std::string subject = fmt::format("{}: stage {}", keys.subject(), &one - list->data() + 1);
    if (one.table() == nullptr) {
      keys.problems().push_back({one.place, fmt::format("{}: {}", subject, a_stage)});
      continue;
    }
    Reader stage{one, subject, keys.problems()};
    load.stages.push_back(read_stage(stage));
  }
  if (keys.problems().size() == before && RateCurve{load}.peak() <= 0)
    keys.problem("stages", "the rate is 0 all the time: no request is ever due");
}

}  // namespace firedrill::drills
