// What every gate in the catalogue obeys, tried with every example on seeded random crowds.
#include <gtest/gtest.h>

#include "gate_rig.hpp"
#include "law_cases.hpp"
#include "random_stream.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t crowds = 100;

/// Links that come, wait, hold and leave at random; says after every event whether the gate's books agree with what was
/// seen.
class Crowd {
 public:
  Crowd(const LawCase& law_case, std::uint64_t seed)
      : dice_{seed}, rig{law_case.kind->name, law_case.settings, Seed{seed}} {}

  void step() {
    t += std::chrono::microseconds{dice_.below(20'000)};
    rig.run_to(t);
    sort_out();
    const std::uint64_t what = dice_.below(10);
    if (what < 5 || here_.empty()) {
      ++arrived;
      here_.push_back(arrived);
      rig.arrive(t, arrived);
    } else {
      const std::size_t who = dice_.below(here_.size());
      const std::uint64_t link = here_[who];
      if (what == 5) {
        rig.finished(t, link);
      } else {
        // Where the queue is empty of it and no answer came, the client left by itself.
        if (!rig.answers.admitted.contains(link) && !rig.answers.turned_away.contains(link)) ++left_unanswered;
        here_.erase(here_.begin() + static_cast<std::ptrdiff_t>(who));
        departed_.insert(link);
        rig.depart(t, link);
      }
    }
    sort_out();
  }

  /// Links with a slot, as the answers have it.
  std::size_t active() const {
    std::size_t n = 0;
    for (const std::uint64_t link : rig.answers.admitted)
      if (!departed_.contains(link) && !rig.answers.turned_away.contains(link)) ++n;
    return n;
  }
  std::uint64_t unanswered() const {
    std::uint64_t n = 0;
    for (const std::uint64_t link : here_)
      if (!rig.answers.admitted.contains(link) && !rig.answers.turned_away.contains(link)) ++n;
    return n;
  }

  Duration t{};
  std::uint64_t arrived = 0, left_unanswered = 0;

 private:
  // Who was turned away is disconnected by the proxy, and then departs.
  void sort_out() {
    for (std::size_t i = here_.size(); i-- > 0;) {
      if (!rig.answers.turned_away.contains(here_[i]) || dice_.below(2) == 0) continue;
      departed_.insert(here_[i]);
      rig.depart(t, here_[i]);
      here_.erase(here_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  Dice dice_;
  std::vector<std::uint64_t> here_;
  std::set<std::uint64_t> departed_;

 public:
  GateRig rig;
};

class GateLaws : public ::testing::TestWithParam<LawCase> {
 protected:
  /// 150 random events.
  void play(Crowd& crowd) const {
    for (int i = 0; i < 150; ++i) crowd.step();
  }
};

// "Nobody is answered twice" and "wake() after tick(t) lies after t" are watched by Answers and GateRig all the time.
TEST_P(GateLaws, ArrivalsAreAdmittedOrWaitOrWereTurnedAwayOrLeft) {
  for (std::uint64_t seed = 0; seed < crowds; ++seed) {
    Crowd crowd{GetParam(), seed};
    for (int i = 0; i < 150; ++i) {
      crowd.step();
      const Answers& answers = crowd.rig.answers;
      std::uint64_t evicted = 0;
      for (const std::uint64_t link : answers.turned_away) evicted += answers.admitted.contains(link) ? 1 : 0;
      ASSERT_EQ(crowd.arrived, answers.admitted.size() + answers.turned_away.size() - evicted + crowd.unanswered() +
                                   crowd.left_unanswered)
          << "seed " << seed;
    }
  }
}

TEST_P(GateLaws, ItsBooksSayTheSame) {
  for (std::uint64_t seed = 0; seed < crowds; ++seed) {
    Crowd crowd{GetParam(), seed};
    for (int i = 0; i < 150; ++i) {
      crowd.step();
      const auto seen = crowd.rig.gate().occupancy(at(crowd.t));
      if (!seen) return;
      ASSERT_EQ(seen->active + seen->surplus, crowd.active()) << "seed " << seed;
      ASSERT_EQ(seen->queue + seen->held, crowd.unanswered()) << "seed " << seed;
      ASSERT_EQ(seen->granted, crowd.rig.answers.admitted.size()) << "seed " << seed;
      ASSERT_EQ(seen->granted + seen->queue + seen->rejected + seen->timed_out + seen->gone, crowd.arrived)
          << "seed " << seed;
      ASSERT_EQ(seen->wait.count(), seen->granted) << "seed " << seed;
      ASSERT_EQ(seen->wasted.count(), seen->timed_out + seen->gone) << "seed " << seed;
      ASSERT_EQ(seen->hold.count() + crowd.active() + seen->leaked, seen->granted) << "seed " << seed;
    }
  }
}

TEST_P(GateLaws, NobodyIsAdmittedAboveTheCap) {
  if (GateRig rig{GetParam().kind->name, GetParam().settings}; !rig.gate().occupancy(at(0ms)))
    return;  // it has no slots
  const Value settings = parse_inline(GetParam().settings);
  const auto number = [&](const char* key, std::int64_t fallback) {
    const Value* value = settings.find(key);
    return static_cast<std::uint64_t>(value != nullptr ? std::get<std::int64_t>(value->content) : fallback);
  };
  const std::uint64_t slots = number("max_connections", 0) - number("preoccupy", 0) + number("reserve", 0);
  const std::uint64_t cap = slots * number("shards", 1);
  std::uint64_t most = 0;

  for (std::uint64_t seed = 0; seed < crowds; ++seed) {
    Crowd crowd{GetParam(), seed};
    for (int i = 0; i < 150; ++i) {
      crowd.step();
      most = std::max<std::uint64_t>(most, crowd.active());
      ASSERT_LE(crowd.active(), cap) << "seed " << seed;
    }
  }

  EXPECT_EQ(most, cap) << "the crowd was large enough to fill it";
}

TEST_P(GateLaws, TheSameSeedGivesTheSameAnswers) {
  for (std::uint64_t seed = 0; seed < crowds; ++seed) {
    Crowd one{GetParam(), seed}, other{GetParam(), seed};
    play(one);
    play(other);

    ASSERT_EQ(one.rig.take(), other.rig.take()) << "seed " << seed;
  }
}

TEST_P(GateLaws, ReleaseLeavesNobodyWaiting) {
  for (std::uint64_t seed = 0; seed < crowds; ++seed) {
    Crowd crowd{GetParam(), seed};
    play(crowd);

    crowd.rig.take();
    const std::uint64_t unanswered = crowd.unanswered();
    crowd.rig.release(crowd.t);

    ASSERT_EQ(crowd.unanswered(), 0U) << "seed " << seed;
    ASSERT_EQ(crowd.rig.answers.log.size(), unanswered) << "seed " << seed;
    ASSERT_EQ(crowd.rig.gate().wake(), never) << "seed " << seed;
    // In order of arrival, which is the order of the numbers.
    std::uint64_t last = 0;
    for (const std::string& line : crowd.rig.answers.log) {
      const std::uint64_t link = std::stoull(line.substr(line.find('+') + 1));
      ASSERT_GT(link, last) << "seed " << seed;
      last = link;
    }
  }
}

TEST_P(GateLaws, AnUpdateWithTheSameSettingsAnswersNobody) {
  for (std::uint64_t seed = 0; seed < crowds; ++seed) {
    Crowd crowd{GetParam(), seed};
    for (int i = 0; i < 150; ++i) {
      crowd.step();
      crowd.rig.take();
      crowd.rig.update(crowd.t, GetParam().settings);
      ASSERT_EQ(crowd.rig.take(), "") << "seed " << seed;
    }
  }
}

TEST_P(GateLaws, AnUpdateToAnyOtherSettingsLosesNobody) {
  const auto& examples = GetParam().kind->examples;
  for (std::uint64_t seed = 0; seed < crowds; ++seed) {
    Crowd crowd{GetParam(), seed};
    Dice dice{seed};
    for (int i = 0; i < 150; ++i) {
      crowd.step();
      if (dice.below(5) == 0) crowd.rig.update(crowd.t, examples[dice.below(examples.size())]);
      const auto seen = crowd.rig.gate().occupancy(at(crowd.t));
      if (!seen) continue;
      ASSERT_EQ(seen->queue + seen->held, crowd.unanswered()) << "seed " << seed;
      ASSERT_EQ(seen->active + seen->surplus, crowd.active()) << "seed " << seed;
    }
    crowd.rig.release(crowd.t);

    ASSERT_EQ(crowd.unanswered(), 0U) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Catalog, GateLaws, ::testing::ValuesIn(law_cases(Kind::Contract::gate)), case_name);

}  // namespace
}  // namespace firedrill::faults
