// What every link kind in the catalogue obeys, tried with every example on seeded random traffic.
#include <gtest/gtest.h>

#include "law_cases.hpp"
#include "link_rig.hpp"
#include "random_stream.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t streams = 200;
constexpr Duration horizon = 1h;

class LinkLaws : public ::testing::TestWithParam<LawCase> {
 protected:
  LinkRig rig(std::uint64_t seed) const {
    return {GetParam().kind->name, GetParam().settings, link_facts(seed + 1, Seed{seed})};
  }
  LinkRig played(const Stream& stream, std::uint64_t seed, std::size_t cut = ~std::size_t{0}) const {
    LinkRig playing = rig(seed);
    playing.open(0ms);
    for (const Chunk& chunk : stream.chunks)
      for (std::size_t done = 0; done < chunk.text.size(); done += cut < chunk.text.size() ? cut : chunk.text.size())
        playing.moved(chunk.at, std::min(cut, chunk.text.size() - done), direction(chunk));
    playing.run_to(horizon);
    return playing;
  }
  static Direction direction(const Chunk& chunk) {
    return chunk.text.size() % 2 == 0 ? Direction::upstream : Direction::downstream;
  }
};

TEST_P(LinkLaws, TheSameSeedGivesTheSameVerdictAtTheSameMoment) {
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    const LinkRig one = played(stream, seed), other = played(stream, seed);

    ASSERT_EQ(one.when, other.when) << "seed " << seed;
    ASSERT_EQ(one.verdict, other.verdict) << "seed " << seed;
  }
}

TEST_P(LinkLaws, AnotherSeedGivesAnotherMomentWhereItDraws) {
  bool differs = false;
  for (std::uint64_t seed = 1; seed < streams; ++seed) differs = differs || played({}, seed).when != played({}, 0).when;

  EXPECT_EQ(differs, GetParam().draws());
}

TEST_P(LinkLaws, TheVerdictDoesNotDependOnHowReadsAreCut) {
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    const LinkRig whole = played(stream, seed), cut = played(stream, seed, 1 + seed % 7);

    ASSERT_EQ(whole.when, cut.when) << "seed " << seed;
    ASSERT_EQ(whole.verdict, cut.verdict) << "seed " << seed;
  }
}

TEST_P(LinkLaws, AnUpdateWithTheSameSettingsChangesNothing) {
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    LinkRig rig = this->rig(seed);
    rig.open(0ms);
    for (const Chunk& chunk : stream.chunks)
      rig.moved(chunk.at, chunk.text.size(), direction(chunk)).update(chunk.at, GetParam().settings);
    rig.run_to(horizon);

    const LinkRig plain = played(stream, seed);
    ASSERT_EQ(rig.when.has_value(), plain.when.has_value()) << "seed " << seed;
    // A drawn lifetime is used up in floating point: nanoseconds may be lost with each update.
    if (!rig.when) continue;
    ASSERT_LE(std::chrono::abs(*rig.when - *plain.when), 1us) << "seed " << seed;
  }
}

TEST_P(LinkLaws, AVerdictNamesAnEndAndComesOnceToALinkThatMetItOnlyLater) {
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    LinkFacts link = link_facts(seed + 1, Seed{seed});
    link.last_moved = at(10s);
    link.bytes = {seed * 7, seed * 11};
    LinkRig rig{GetParam().kind->name, GetParam().settings, link};

    rig.open(20s).run_to(horizon);

    if (rig.ended()) {
      ASSERT_GE(*rig.when, 20s) << "seed " << seed;
      ASSERT_NE(rig.verdict.action, Verdict::Action::keep) << "seed " << seed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Catalog, LinkLaws, ::testing::ValuesIn(law_cases(Kind::Contract::link)), case_name);

}  // namespace
}  // namespace firedrill::faults
