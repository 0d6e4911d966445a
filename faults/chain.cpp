// Handing on from fault to fault.
#include "faults/chain.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace firedrill::faults {

/// What stage `stage - 1` hands on to: stage `stage`, or the outlet behind the last one.
class Chain::Next final : public Outlet {
 public:
  Next(Chain& chain, std::size_t stage, Outlet& out) : chain_{chain}, stage_{stage}, out_{out} {}

  void data(Bytes bytes, Time now) override {
    if (bytes.empty()) return;
    note(bytes.data(), bytes.size());
    if (ended()) {
      chain_.discarded_ += bytes.size();
      return;
    }
    if (stage_ == chain_.stages_.size()) return out_.data(std::move(bytes), now);
    Next next{chain_, stage_ + 1, out_};
    Stage& stage = chain_.stages_[stage_];
    const char* const first = bytes.data();
    const std::size_t size = bytes.size();
    stage.stream->data(std::move(bytes), now, next);
    if (!next.was_handed_just(first, size)) chain_.touch(stage, now);
    chain_.settle(stage);
  }
  void finish(Time now) override {
    note(nullptr, 0);
    if (std::exchange(ended(), true)) return;
    if (stage_ == chain_.stages_.size()) return out_.finish(now);
    Next next{chain_, stage_ + 1, out_};
    Stage& stage = chain_.stages_[stage_];
    stage.stream->finish(now, next);
    if (!next.was_handed_just(nullptr, 0)) chain_.touch(stage, now);
    chain_.settle(stage);
  }
  void abort(Time now) override {
    note(nullptr, 0);
    if (std::exchange(ended(), true)) return;
    if (stage_ == chain_.stages_.size()) return out_.abort(now);
    Next next{chain_, stage_ + 1, out_};
    Stage& stage = chain_.stages_[stage_];
    stage.stream->abort(now, next);
    chain_.settle(stage);
  }
  bool used() const { return calls_ > 0; }

 private:
  // What came out of a fault, to be held against what went in: a fault that hands on the same view of the same bytes in
  // the same moment has done nothing to them.
  void note(const char* first, std::size_t size) {
    ++calls_;
    first_ = first;
    size_ = size;
  }
  bool was_handed_just(const char* first, std::size_t size) const {
    return calls_ == 1 && first_ == first && size_ == size;
  }

  // A fault may come when the end has passed already, or go after it has made one: nothing follows all the same.
  bool& ended() { return stage_ == chain_.stages_.size() ? chain_.ended_ : chain_.stages_[stage_].ended; }

  Chain& chain_;
  std::size_t stage_;
  Outlet& out_;
  unsigned calls_ = 0;
  const char* first_ = nullptr;
  std::size_t size_ = 0;
};

void Chain::touch(Stage& stage, Time now) const {
  if (stage.touched) return;
  stage.touched = true;
  stage.fault->effects->touch({link_.ordinal, link_.client, now});
}

void Chain::settle(Stage& stage) {
  closes_ = closes_ || stage.stream->closes();
  const std::uint64_t discarded = stage.stream->discarded();
  if (discarded == stage.discarded) return;
  if (discards_ == Discards::counted)
    stage.fault->effects->discarded.fetch_add(discarded - stage.discarded, std::memory_order_relaxed);
  discarded_ += discarded - stage.discarded;
  stage.discarded = discarded;
}

void Chain::data(Bytes bytes, Time now, Outlet& out) {
  advance(now, out);
  Next{*this, 0, out}.data(std::move(bytes), now);
}

void Chain::finish(Time now, Outlet& out) {
  advance(now, out);
  Next{*this, 0, out}.finish(now);
}

void Chain::abort(Time now, Outlet& out) {
  advance(now, out);
  Next{*this, 0, out}.abort(now);
}

void Chain::advance(Time now, Outlet& out) {
  while (true) {
    // Of two due at the same moment the later in the chain goes first: it holds the older bytes.
    std::size_t first = stages_.size();
    Time due = never;
    for (std::size_t i = stages_.size(); i-- > 0;) {
      const Time wake = stages_[i].stream->wake();
      if (wake < due) {
        due = wake;
        first = i;
      }
    }
    if (due > now || due == never) return;
    Stage& stage = stages_[first];
    if (now > due)
      stage.fault->effects->lateness.record(now - due);  // none where time is virtual, or told from outside
    Next next{*this, first + 1, out};
    stage.stream->tick(due, next);
    assert(stage.stream->wake() > due);
    settle(stage);
  }
}

void Chain::adopt(const std::vector<std::shared_ptr<const Fault>>& faults, const LinkFacts& link, Time now,
                  Outlet& out) {
  advance(now, out);
  link_ = link;
  // Releases go from the end of the chain to its front, so that older bytes leave first.
  std::size_t near = faults.size();
  for (std::size_t i = stages_.size(); i-- > 0;) {
    const std::size_t kept = find_onward(faults, near > 0 ? near - 1 : 0, [&](const auto& fault) {
      return fault == stages_[i].fault || continues(*fault, *stages_[i].fault);
    });
    Next next{*this, i + 1, out};
    if (kept == faults.size()) {
      stages_[i].stream->release(now, next);
      settle(stages_[i]);
      spoiled_ = spoiled_ || (stages_[i].stream->discarded() > 0 && !stages_[i].stream->closes());
      stages_[i].stream.reset();  // before the fault whose effects it knows
      stages_.erase(stages_.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    near = kept;
    if (faults[kept] != stages_[i].fault) {
      stages_[i].fault = faults[kept];
      stages_[i].stream->update(*stages_[i].fault->settings, now, next);
      settle(stages_[i]);
    }
  }
  std::ptrdiff_t place = 0;
  for (const auto& fault : faults) {
    // Faults in force keep their places, whatever order they are given in: what they hold may not overtake.
    const std::size_t there =
        find_onward(stages_, static_cast<std::size_t>(place), [&](const Stage& s) { return s.fault == fault; });
    if (there != stages_.size()) {
      place = std::max(place, static_cast<std::ptrdiff_t>(there) + 1);
      continue;
    }
    const Making making{link.seed, fault->name, *fault->effects};
    const bool ended =
        place == static_cast<std::ptrdiff_t>(stages_.size()) ? ended_ : stages_[static_cast<std::size_t>(place)].ended;
    Stage stage{fault, fault->kind->make_stream(*fault->settings, making, link, direction_), ended};
    stages_.insert(stages_.begin() + place++, std::move(stage));
    Next next{*this, static_cast<std::size_t>(place), out};
    Stage& begun = stages_[static_cast<std::size_t>(place) - 1];
    begun.stream->begin(now, next);
    if (next.used()) touch(begun, now);
    settle(begun);
  }
}

Time Chain::wake() const {
  Time earliest = never;
  for (const Stage& stage : stages_) earliest = std::min(earliest, stage.stream->wake());
  return earliest;
}

std::size_t Chain::held() const {
  std::size_t bytes = 0;
  for (const Stage& stage : stages_) bytes += stage.stream->held();
  return bytes;
}

bool Chain::full() const {
  return std::any_of(stages_.begin(), stages_.end(), [](const Stage& stage) { return stage.stream->full(); });
}

}  // namespace firedrill::faults
