// Asking each link fault in turn.
#include "faults/watch.hpp"

#include <algorithm>
#include <cassert>

namespace firedrill::faults {

// A link that was ended was touched; one that a fault merely watched was not.
Verdict Watch::judged(Member& member, Verdict verdict, Time now) const {
  if (verdict.action != Verdict::Action::keep) {
    member.fault->effects->touch({link_.ordinal, link_.client, now});
    member.fault->effects->due.fetch_add(1, std::memory_order_relaxed);
    verdict.effects = member.fault->effects;
    member.watch.reset();
  }
  return verdict;
}

Verdict Watch::adopt(const std::vector<std::shared_ptr<const Fault>>& faults, const LinkFacts& link, Time now) {
  if (const Verdict due = advance(now); due.action != Verdict::Action::keep) return due;
  link_ = link;
  const auto stays = [](const Member& member, const auto& fault) { return member.fault == fault; };
  if (std::equal(members_.begin(), members_.end(), faults.begin(), faults.end(), stays)) return {};
  std::vector<Member> members;
  Verdict first;
  for (const auto& fault : faults) {
    const auto old = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& m) { return m.fault && continues(*fault, *m.fault); });
    Verdict verdict;
    if (old == members_.end()) {
      const Making making{link.seed, fault->name, *fault->effects};
      members.push_back({fault, fault->kind->make_link(*fault->settings, making, link)});
      verdict = members.back().watch->open(link, now);
    } else {
      const bool same = old->fault == fault;
      members.push_back({fault, std::move(old->watch)});
      old->fault = nullptr;
      if (!same && members.back().watch) verdict = members.back().watch->update(*fault->settings, link, now);
    }
    if (first.action == Verdict::Action::keep) first = judged(members.back(), verdict, now);
  }
  members_ = std::move(members);
  return first;
}

Verdict Watch::moved(Direction direction, std::size_t bytes, Time now) {
  if (const Verdict due = advance(now); due.action != Verdict::Action::keep) return due;
  for (Member& member : members_) {
    if (!member.watch) continue;
    const Verdict verdict = judged(member, member.watch->moved(direction, bytes, now), now);
    if (verdict.action != Verdict::Action::keep) return verdict;
  }
  return {};
}

Verdict Watch::advance(Time now) {
  while (true) {
    const Time due = wake();
    if (due > now || due == never) return {};
    for (Member& member : members_) {
      if (!member.watch || member.watch->wake() != due) continue;
      member.fault->effects->lateness.record(now - due);
      const Verdict verdict = judged(member, member.watch->tick(due), now);
      if (verdict.action != Verdict::Action::keep) return verdict;
      assert(member.watch->wake() > due);
    }
  }
}

Time Watch::wake() const {
  Time earliest = never;
  for (const Member& member : members_)
    if (member.watch) earliest = std::min(earliest, member.watch->wake());
  return earliest;
}

}  // namespace firedrill::faults
