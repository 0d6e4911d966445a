// Caps the backend connections of a proxy as a load balancer's pool does, with the queue in front.
#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "faults/catalog.hpp"
#include "faults/pool_tally.hpp"

namespace firedrill::faults {
namespace {

class Pool final : public GateFault {
 public:
  Pool(const PoolSettings& settings, const Making& making)
      : settings_{settings}, seed_{making.seed}, fault_{making.fault}, shards_(settings.shards) {}

  static std::uint64_t fate(const PoolSettings& settings, const Making& making, const LinkFacts& link) {
    return leaks(settings, making.seed, making.fault, link.ordinal) ? 1 : 0;
  }

  void begin(Time now) override { tally_.begin(now); }
  void arrive(const LinkFacts& link, Time now, GateOutlet& out) override;
  bool present(const LinkFacts& link, Time now) override;
  void depart(std::uint64_t link, Time now, GateOutlet& out) override;
  void finished(std::uint64_t link, Time now, GateOutlet& out) override;
  Door door() const override;
  Time wake() const override;
  void tick(Time now, GateOutlet& out) override;
  void update(const Settings& settings, Time now, GateOutlet& out) override;
  void release(Time now, GateOutlet& out) override;
  std::optional<Occupancy> occupancy(Time now) override;

 private:
  enum class Where : std::uint8_t { active, waiting, held };
  struct Entry {
    PoolPlaces::iterator place;
    std::size_t shard;
    Where where;
  };
  using Entries = std::unordered_map<std::uint64_t, Entry>;

  static bool leaks(const PoolSettings& settings, Seed seed, std::string_view fault, std::uint64_t link) {
    return Draws{seed, fault, link}.chance(settings.leak, 0, 1);
  }
  Entry& enter(const LinkFacts& link, PoolPlaces PoolShard::*list, Where where, PoolPlace place);
  void grant(PoolShard& shard, Time now, GateOutlet& out);
  void expire(PoolShard& shard, Time now, GateOutlet& out);
  void settle(Time now, GateOutlet& out);
  void evict(Time now, GateOutlet& out);
  void send_off(Entries::iterator entry, PoolSettings::Sendoff how, Cause why, Time now, GateOutlet& out);
  void count_to(Time now) { tally_.count_to(now, shards_, settings_); }
  void note_maxima() { tally_.note_maxima(shards_, settings_); }

  PoolSettings settings_;
  Seed seed_;
  std::string fault_;
  std::vector<PoolShard> shards_;  // never fewer than before: a shard that is no longer used drains
  PoolPlaces held_;                // turned away, but kept hanging
  Entries entries_;
  std::uint64_t sequence_ = 0;
  Time evict_due_ = never;  // links present from the start may be too many
  PoolTally tally_;
};

// Ordinals come one by one, so that shards share the load evenly; which one a link gets does not depend on time.
Pool::Entry& Pool::enter(const LinkFacts& link, PoolPlaces PoolShard::*list, Where where, PoolPlace place) {
  const std::size_t shard = link.ordinal % settings_.shards;
  PoolPlaces& places = shards_[shard].*list;
  places.push_back(place);
  return entries_[link.ordinal] = {std::prev(places.end()), shard, where};
}

void Pool::arrive(const LinkFacts& link, Time now, GateOutlet& out) {
  count_to(now);
  PoolShard& shard = shards_[link.ordinal % settings_.shards];
  enter(link, &PoolShard::waiting, Where::waiting, {link.ordinal, ++sequence_, now});
  // The newcomer counts as offered, which may raise the limit for those before it.
  grant(shard, now, out);
  const auto entry = entries_.find(link.ordinal);
  if (entry->second.where == Where::waiting) {
    entry->second.place->waited = true;
    // Who slipped through a door just paused waits like those outside.
    if (settings_.queue && shard.waiting.size() > *settings_.queue && settings_.wait == PoolSettings::Wait::accepted) {
      tally_.rejected();
      send_off(entry, settings_.on_full, Cause::queue_full, now, out);
    }
  }
  note_maxima();
}

bool Pool::present(const LinkFacts& link, Time now) {
  count_to(now);
  const Entry& entry =
      enter(link, &PoolShard::active, Where::active, {link.ordinal, ++sequence_, link.opened, link.opened});
  if (settings_.evict && shards_[entry.shard].overfull(settings_)) evict_due_ = now;
  note_maxima();
  return true;
}

void Pool::depart(std::uint64_t link, Time now, GateOutlet& out) {
  count_to(now);
  const auto found = entries_.find(link);
  if (found == entries_.end()) return;
  const Entry entry = found->second;
  PoolShard& shard = shards_[entry.shard];
  entries_.erase(found);
  switch (entry.where) {
    case Where::held:
      held_.erase(entry.place);
      break;
    case Where::waiting:
      tally_.gone(*entry.place, now);
      shard.waiting.erase(entry.place);
      break;
    case Where::active:
      if (leaks(settings_, seed_, fault_, link)) {
        ++shard.lost;
      } else {
        tally_.given_back(*entry.place, now);
      }
      shard.active.erase(entry.place);
      grant(shard, now, out);
      break;
  }
  note_maxima();
}

void Pool::finished(std::uint64_t link, Time now, GateOutlet& out) {
  if (!settings_.drop_on_client_close) return;
  count_to(now);
  const auto found = entries_.find(link);
  if (found == entries_.end() || found->second.where == Where::active) return;
  if (found->second.where == Where::waiting) {
    tally_.gone(*found->second.place, now);
    send_off(found, Ending::close, Cause::client_gone, now, out);
  } else {
    held_.erase(found->second.place);
    entries_.erase(found);
    out.turn_away(link, Ending::close, Cause::client_gone, now);
  }
  note_maxima();
}

// A waiting link loses its place: answered, or kept hanging.
void Pool::send_off(Entries::iterator entry, PoolSettings::Sendoff how, Cause why, Time now, GateOutlet& out) {
  PoolPlaces& waiting = shards_[entry->second.shard].waiting;
  const PoolPlaces::iterator place = entry->second.place;
  if (!how) {
    held_.splice(held_.end(), waiting, place);
    entry->second.where = Where::held;
    return;
  }
  const std::uint64_t link = place->link;
  waiting.erase(place);
  entries_.erase(entry);
  out.turn_away(link, *how, why, now);
}

void Pool::grant(PoolShard& shard, Time now, GateOutlet& out) {
  for (auto place = shard.next(settings_, now); place != shard.waiting.end(); place = shard.next(settings_, now)) {
    tally_.granted(*place, now);
    place->taken = now;
    shard.active.splice(shard.active.end(), shard.waiting, place);
    entries_.at(place->link).where = Where::active;
    out.admit(place->link, now);
  }
}

void Pool::expire(PoolShard& shard, Time now, GateOutlet& out) {
  while (shard.timeout_due(settings_) <= now) {
    tally_.timed_out(shard.waiting.front(), now);
    send_off(entries_.find(shard.waiting.front().link), settings_.on_timeout, Cause::queue_timeout, now, out);
  }
}

void Pool::evict(Time now, GateOutlet& out) {
  evict_due_ = never;
  if (!settings_.evict) return;
  for (PoolShard& shard : shards_) {
    while (shard.overfull(settings_)) {
      const PoolPlace youngest = shard.active.back();
      shard.active.pop_back();
      entries_.erase(youngest.link);
      tally_.evicted(youngest, now);
      out.turn_away(youngest.link, Ending::reset, Cause::evicted, now);
    }
  }
}

Door Pool::door() const {
  if (settings_.wait == PoolSettings::Wait::accepted) return Door::open;
  const bool room = std::any_of(shards_.begin(), shards_.begin() + static_cast<std::ptrdiff_t>(settings_.shards),
                                [&](const PoolShard& shard) { return shard.has_room(settings_); });
  return room ? Door::open : Door::paused;
}

Time Pool::wake() const {
  Time earliest = evict_due_;
  for (const PoolShard& shard : shards_)
    earliest = std::min({earliest, shard.timeout_due(settings_), shard.reserve_due(settings_)});
  return earliest;
}

void Pool::tick(Time now, GateOutlet& out) {
  count_to(now);
  settle(now, out);
}

void Pool::update(const Settings& settings, Time now, GateOutlet& out) {
  count_to(now);
  settings_ = static_cast<const PoolSettings&>(settings);
  if (shards_.size() < settings_.shards) shards_.resize(settings_.shards);
  settle(now, out);
}

void Pool::settle(Time now, GateOutlet& out) {
  evict(now, out);
  for (PoolShard& shard : shards_) {
    grant(shard, now, out);  // before patience ends at the same moment
    expire(shard, now, out);
  }
  note_maxima();
}

void Pool::release(Time now, GateOutlet& out) {
  count_to(now);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> all;  // sequence, link
  for (const PoolShard& shard : shards_)
    for (const PoolPlace& place : shard.waiting) {
      all.emplace_back(place.sequence, place.link);
      tally_.released();
    }
  for (const PoolPlace& place : held_) all.emplace_back(place.sequence, place.link);
  std::sort(all.begin(), all.end());
  for (PoolShard& shard : shards_) shard = {};
  held_.clear();
  entries_.clear();
  for (const auto& [sequence, link] : all) out.admit(link, now);
}

std::optional<Occupancy> Pool::occupancy(Time now) {
  Occupancy all = tally_.read(now, shards_, settings_);
  all.held = held_.size();
  all.sees_queue = settings_.wait != PoolSettings::Wait::backlog;
  return all;
}

constexpr std::array<std::string_view, 11> pool_examples{
    "max_connections=7 queue_timeout=1s",
    "max_connections=0 queue=5",
    "max_connections=5 queue=10 order=lifo queue_timeout=300ms on_full=close on_timeout=close",
    "max_connections=4 queue=3 queue_timeout=200ms on_full=hold on_timeout=hold drop_on_client_close=true",
    "max_connections=10 leak=20%",
    "max_connections=10 preoccupy=8 queue_timeout=2s",
    "max_connections=6 evict=true queue=0",
    "max_connections=12 min_connections=2 full_at=20",
    "max_connections=4 reserve=3 reserve_after=100ms queue_timeout=1s",
    "max_connections=3 shards=4 queue=2",
    "max_connections=5 wait=backlog",
};

}  // namespace

constinit const Kind pool = gate_kind<Pool, PoolSettings, read_pool>(
    "pool", "caps backend connections as a load balancer's pool does, with the queue in front", Scopes::clients,
    pool_examples);

}  // namespace firedrill::faults
