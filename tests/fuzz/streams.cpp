// One lane, played as proxy/lane.cpp and proxy/link.cpp do it.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "faults/chain.hpp"
#include "tests/fuzz/passage.hpp"
#include "tests/fuzz/plays.hpp"
#include "tests/fuzz/random_fault.hpp"

namespace firedrill::fuzz {
namespace {

using namespace faults;
using End = Passage::End;

constexpr std::size_t most_faults = 5;
constexpr std::size_t most_bytes = 12'000;  // byte by byte through five faults is as slow as a script may be

/// A fault of the plan between its two witnesses.
struct Member {
  std::shared_ptr<const Fault> before, fault, behind;
  std::shared_ptr<Passage> in, out;

  std::uint64_t discarded() const { return fault->effects->discarded.load(); }
  std::uint64_t held() const { return in->text().size() - out->text().size() - discarded(); }
};

class Lane {
 public:
  explicit Lane(Crumbs& crumbs)
      : crumbs_{crumbs},
        direction_{crumbs.one_in(4) ? Direction::upstream : Direction::downstream},
        watched_{!crumbs.one_in(4)},
        chain_{direction_} {
    facts_.seed = {crumbs.below(256)};
    facts_.ordinal = 1 + crumbs.below(200);
    facts_.client = Address::ipv4({127, 0, 0, 1}, 5000);
    facts_.opened = facts_.last_moved = now_;
    if (crumbs.one_in(4)) facts_.bytes = {crumbs.below(256) * 31, crumbs.below(256) * 31};  // it has lived for a while
  }

  void play() {
    for (int act = 0; act < most_acts && !crumbs_.done() && !over_; ++act) {
      this->act();
      if (!over_) judge();
    }
    if (!over_) run_out();
    if (!over_) heal();
  }

 private:
  void act() {
    switch (crumbs_.below(12)) {
      case 0:
      case 1:
      case 2:
        return data();
      case 3:
        if (crumbs_.one_in(3)) return end();
        return other_way();
      case 4:
      case 5:
        now_ += crumbs_.pause();
        return advance();
      case 6:
      case 7:
        return on_time();
      case 8:
      case 9:
        return add();
      case 10:
        return change();
      case 11:
        return remove();
    }
  }

  // The lane reads nothing while a fault says it is full.
  void data() {
    static constexpr std::array<std::size_t, 8> sizes{1, 2, 9, 40, 100, 700, 1500, 3000};
    const std::size_t n = crumbs_.pick(sizes);
    if (source_end_ != End::none || chain_.full() || in_.size() + n > most_bytes) return;
    std::string text(n, ' ');
    for (char& c : text) c = static_cast<char>(next_byte_++ % 251);
    moved(direction_, n);
    in_ += text;
    chain_.data(Bytes::copy_of(text), now_, tape_);
  }

  void other_way() {
    moved(direction_ == Direction::upstream ? Direction::downstream : Direction::upstream, 1 + crumbs_.below(100));
  }

  void moved(Direction direction, std::size_t n) {
    facts_.bytes[static_cast<std::size_t>(direction)] += n;
    facts_.last_moved = now_;
  }

  void end() {
    if (source_end_ != End::none) return;
    source_end_ = crumbs_.one_in(2) ? End::abort : End::finish;
    ended_at_ = now_;
    source_end_ == End::abort ? chain_.abort(now_, tape_) : chain_.finish(now_, tape_);
  }

  void advance() { chain_.advance(now_, tape_); }

  // The timer fires as asked, or a little late.
  void on_time() {
    const Time wake = chain_.wake();
    if (wake > far_future) return;
    now_ = std::max(now_, wake);
    if (crumbs_.one_in(4)) now_ += crumbs_.pause();
    advance();
  }

  void adopt() {
    std::vector<std::shared_ptr<const Fault>> plan;
    for (const Member& member : members_) {
      if (watched_) plan.push_back(member.before);
      plan.push_back(member.fault);
      if (watched_) plan.push_back(member.behind);
    }
    chain_.adopt(plan, facts_, now_, tape_);
    over_ = chain_.spoiled();  // the link is reset
  }

  void add() {
    if (members_.size() == most_faults) return;
    const std::string name = fmt::format("f{}", ++named_);
    Member member;
    member.fault = random_fault(crumbs_, Kind::Contract::stream, name);
    member.in = std::make_shared<Passage>();
    member.out = std::make_shared<Passage>();
    member.before = witness(name + "<", member.in);
    member.behind = witness(name + ">", member.out);
    effects_.push_back(member.fault->effects);
    altered_ = altered_ || member.fault->kind->bytes == Kind::Bytes::altered;
    makes_ends_ = makes_ends_ || member.fault->kind->ends == Kind::Ends::made;
    const std::size_t place = crumbs_.below(members_.size() + 1);
    members_.insert(members_.begin() + static_cast<std::ptrdiff_t>(place), std::move(member));
    adopt();
  }

  void change() {
    if (members_.empty()) return;
    Member& member = members_[crumbs_.below(members_.size())];
    member.fault = random_update(crumbs_, *member.fault);
    adopt();
  }

  // What it held goes to the next one, all of it and at once; the others keep what they have.
  void remove() {
    if (members_.empty()) return;
    advance();
    const std::size_t which = crumbs_.below(members_.size());
    const Member gone = members_[which];
    std::vector<std::size_t> came;
    for (const Member& member : members_) came.push_back(member.in->text().size());
    const std::size_t tape_before = tape_.passage.text().size();
    const std::uint64_t held = gone.held(), discarded = gone.discarded(), nobodys = discarded_by_nobody();
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(which));
    adopt();
    if (!watched_) return;
    for (std::size_t i = 0; i < which; ++i)
      require(members_[i].in->text().size() == came[i], "a release moves nothing in front of it");
    const bool last = which == members_.size();
    const std::size_t got =
        last ? tape_.passage.text().size() - tape_before : members_[which].in->text().size() - came[which + 1];
    // Where the end has passed already, by a fault that has gone since, the chain throws away what still comes.
    const std::uint64_t due = held - (gone.discarded() - discarded);
    const bool thrown_away = got == 0 && discarded_by_nobody() - nobodys >= due;
    require(got == due || thrown_away, "a release hands on all that was held",
            [&] { return fmt::format("{} held {} bytes and handed on {}", gone.fault->kind->name, held, got); });
  }

  std::uint64_t discarded_by_nobody() const {
    std::uint64_t by_faults = 0;
    for (const auto& effects : effects_) by_faults += effects->discarded.load();
    return chain_.discarded() - by_faults;
  }

  void judge() {
    advance();
    require(chain_.wake() > now_, "wake() lies ahead");
    const Passage& out = tape_.passage;
    require(out.text().size() + chain_.held() + chain_.discarded() == in_.size(),
            "bytes are out, or held, or thrown away", [&] {
              return fmt::format("{} in, {} out, {} held, {} thrown away", in_.size(), out.text().size(), chain_.held(),
                                 chain_.discarded());
            });
    require(altered_ || in_.starts_with(out.text()), "what comes out is the beginning of what went in");
    require(out.last() <= now_, "nothing leaves at a later time");
    judge_end(out);
    if (watched_) judge_members();
  }

  void judge_end(const Passage& out) const {
    if (makes_ends_ || out.end() == End::none) return;
    require(out.end() == source_end_, "an end is carried as it came");
    require(out.last() >= ended_at_, "an end does not leave before it came");
    if (out.end() == End::finish) require(chain_.held() == 0, "a FIN comes behind all bytes");
  }

  void judge_members() const {
    std::uint64_t held = 0;
    for (const Member& member : members_) {
      const Kind& kind = *member.fault->kind;
      const auto who = [&] { return std::string{kind.name}; };
      const std::string &in = member.in->text(), &out = member.out->text();
      require(out.size() + member.discarded() <= in.size(), "a fault hands on no more than it was given", who);
      require(kind.bytes == Kind::Bytes::altered || in.starts_with(out), "a fault keeps the order", who);
      // What a dead peer sent may go with it.
      require(kind.bytes == Kind::Bytes::lost || member.in->end() == End::abort || member.discarded() == 0,
              "only kinds that say so throw bytes away", who);
      if (kind.ends == Kind::Ends::carried && member.out->end() != End::none)
        require(member.out->end() == member.in->end(), "a fault carries an end as it came", who);
      held += member.held();
    }
    require(held == chain_.held(), "what is held is the sum of what each fault holds");
  }

  // Every tick gets a byte or an end one fault further, so that it is over some day.
  void run_out() {
    std::size_t ticks = 0;
    const std::size_t most = (in_.size() + 8) * (4 * members_.size() + 1);
    while (chain_.wake() < far_future) {
      now_ = std::max(now_, chain_.wake());
      advance();
      judge();
      require(++ticks <= most, "every tick gets something on");
    }
  }

  void heal() {
    now_ += crumbs_.pause();
    advance();
    members_.clear();
    adopt();
    require(chain_.empty() && chain_.held() == 0 && chain_.wake() == never, "a healed chain is empty");
    const Passage& out = tape_.passage;
    if (over_ || makes_ends_) return;
    if (chain_.discarded() == 0)
      require(out.text().size() == in_.size() && (altered_ || out.text() == in_), "healing hands on all bytes");
    if (chain_.discarded() == 0 || source_end_ == End::abort)
      require(out.end() == source_end_, "healing hands on the end");
  }

  Crumbs& crumbs_;
  Direction direction_;
  bool watched_;  // witnesses between the faults; without them the chain is as it is in a proxy
  Chain chain_;
  LinkFacts facts_;
  Tape tape_;
  std::vector<Member> members_;
  std::vector<std::shared_ptr<Effects>> effects_;  // of every fault that was ever in force
  Time now_ = beginning, ended_at_ = never;
  std::string in_;
  std::size_t next_byte_ = 0;
  End source_end_ = End::none;
  bool over_ = false, altered_ = false, makes_ends_ = false;  // of any fault that was ever in force
  int named_ = 0;
};

}  // namespace

void play_streams(Crumbs& crumbs) { Lane{crumbs}.play(); }

}  // namespace firedrill::fuzz
