// Conditions read, watched and judged.
#include "faults/timed_end.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace firedrill::faults {

TimedEndSettings read_timed_end(Reader& keys) {
  TimedEndSettings settings;
  settings.age = keys.maybe_duration("age");
  settings.idle = keys.maybe_duration("idle");
  settings.bytes = keys.maybe_size("bytes");
  if (settings.bytes == 0) keys.problem("bytes", "must be at least 1B");
  const auto chance = keys.share("chance", 0);
  if (keys.has("chance")) settings.chance = chance;
  settings.side = keys.choice<Side>(
      "side", {{"client", Side::client}, {"upstream", Side::upstream}, {"both", Side::both}}, Side::both);
  return settings;
}

Outlook TimedEndSettings::outlook() const {
  std::vector<std::string> when;
  if (age) when.push_back("at the age of " + show(*age));
  if (idle) when.push_back(fmt::format("after {} without a byte", show(*idle)));
  if (bytes) when.push_back("after " + show_size(*bytes));
  if (chance) when.push_back(fmt::format("by chance, {} of them every second", show_share(*chance)));
  if (when.empty()) when.emplace_back("as soon as they are there");
  // An end that the client does not hear of shuts nothing for it.
  const bool shut = is_at_once() && side != Side::upstream;
  const std::string_view whose = side == Side::client     ? " towards the client"
                                 : side == Side::upstream ? " towards the upstream"
                                                          : "";
  return {shut ? Shuts::links : Shuts::nothing, {}, fmt::format("links end{} {}", whose, fmt::join(when, ", or "))};
}

TimedEnd::TimedEnd(const TimedEndSettings& settings, const Making& making, const LinkFacts& link,
                   Verdict::Action action)
    : settings_{settings}, action_{action}, lifetime_{lifetime(making, link)} {}

double TimedEnd::lifetime(const Making& making, const LinkFacts& link) {
  // The salt keeps it apart from the draw that the scope `percent` makes for the same link.
  return -std::log(Draws{making.seed, making.fault, link.ordinal}.unit(0, 1));
}

// Whole milliseconds until chance would end the link.
std::uint64_t TimedEnd::fate(const TimedEndSettings& settings, const Making& making, const LinkFacts& link) {
  const double hazard = -std::log1p(-settings.chance.value_or(0));
  return hazard > 0 ? static_cast<std::uint64_t>(std::min(lifetime(making, link) / hazard * 1e3, 1e15)) : 0;
}

Verdict TimedEnd::open(const LinkFacts& link, Time now) {
  opened_ = link.opened;
  last_moved_ = link.last_moved;
  bytes_ = link.bytes[0] + link.bytes[1];
  hazard_from_ = now;
  set_hazard(now);
  idle_check_ = idle_due();
  return judge(now);
}

Verdict TimedEnd::moved(Direction, std::size_t bytes, Time now) {
  last_moved_ = now;
  bytes_ += bytes;
  if (settings_.bytes && bytes_ >= *settings_.bytes) return {action_, settings_.side};
  return {};
}

Time TimedEnd::wake() const { return std::min({age_due(), idle_check_, chance_due_}); }

Verdict TimedEnd::tick(Time now) {
  idle_check_ = idle_due();
  return judge(now);
}

Verdict TimedEnd::update(const Settings& settings, const LinkFacts&, Time now) {
  settings_ = static_cast<const TimedEndSettings&>(settings);
  set_hazard(now);
  idle_check_ = idle_due();
  return judge(now);
}

Verdict TimedEnd::judge(Time now) {
  const bool enough = settings_.bytes && bytes_ >= *settings_.bytes;
  if (settings_.is_at_once() || enough || std::min({age_due(), idle_due(), chance_due_}) <= now)
    return {action_, settings_.side};
  return {};
}

void TimedEnd::set_hazard(Time now) {
  if (hazard_ > 0) lifetime_ -= hazard_ * seconds(now - hazard_from_);
  hazard_from_ = now;
  hazard_ = -std::log1p(-settings_.chance.value_or(0));
  const double left = hazard_ > 0 ? std::max(lifetime_, 0.0) / hazard_ : HUGE_VAL;
  chance_due_ = left < 366 * 86400.0 ? now + from_seconds(left) : never;
}

}  // namespace firedrill::faults
