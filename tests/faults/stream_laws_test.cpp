// What every stream kind in the catalogue obeys, tried with every example on seeded random streams. A new kind gets
// these for nothing.
#include <gtest/gtest.h>

#include "faults/catalog.hpp"
#include "law_cases.hpp"
#include "random_stream.hpp"
#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t streams = 200;

void start_end(StreamRig& rig, const Stream& stream) {
  if (stream.end == Stream::End::finish) rig.finish(stream.end_at);
  if (stream.end == Stream::End::abort) rig.abort(stream.end_at);
}

class StreamLaws : public ::testing::TestWithParam<LawCase> {
 protected:
  StreamRig rig(std::uint64_t seed) const { return {GetParam().kind->name, GetParam().settings, Seed{seed}, seed + 1}; }
  bool makes_ends() const { return GetParam().kind->ends == Kind::Ends::made; }
  /// Whether `out` is the beginning of `in`, but for what the kind may alter.
  bool is_beginning(const std::string& out, const std::string& in) const {
    if (GetParam().kind->bytes == Kind::Bytes::altered) return out.size() <= in.size();
    return in.starts_with(out);
  }
  /// The stream with its end, and all the time it wants.
  StreamRig played(const Stream& stream, std::uint64_t seed, Direction direction = Direction::downstream) const {
    StreamRig playing{GetParam().kind->name, GetParam().settings, Seed{seed}, seed + 1, direction};
    for (const Chunk& chunk : stream.chunks) playing.data(chunk.at, chunk.text);
    start_end(playing, stream);
    playing.run_out();
    return playing;
  }
};

// Order, "at most one end", "nothing after it" and "wake() after tick(t) lies after t" are watched by Tape and
// StreamRig all the time.
TEST_P(StreamLaws, BytesOutAreAPrefixOfBytesIn) {
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    const StreamRig rig = played(stream, seed);

    ASSERT_TRUE(is_beginning(rig.tape.text(), stream.text())) << "seed " << seed;
  }
}

TEST_P(StreamLaws, NothingLeavesBeforeItCame) {
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    const StreamRig rig = played(stream, seed);

    std::size_t came = 0, left = 0;
    auto chunk = stream.chunks.begin();
    for (const Tape::Entry& entry : rig.tape.entries()) {
      while (chunk != stream.chunks.end() && chunk->at <= entry.at) came += (chunk++)->text.size();
      if (entry.text == "FIN" || entry.text == "RST") {
        ASSERT_TRUE(makes_ends() || entry.at >= stream.end_at) << "seed " << seed;
      } else {
        left += entry.text.size();
        ASSERT_LE(left, came) << "seed " << seed;
      }
    }
  }
}

TEST_P(StreamLaws, BytesInAreOutOrHeldOrDiscardedAtEveryMoment) {
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    StreamRig rig = this->rig(seed);
    std::size_t in = 0;
    const auto accounted = [&] { return rig.tape.text().size() + rig.stream().held() + rig.stream().discarded(); };

    for (const Chunk& chunk : stream.chunks) {
      rig.data(chunk.at, chunk.text);
      in += chunk.text.size();
      ASSERT_EQ(accounted(), in) << "seed " << seed;
    }
    start_end(rig, stream);
    ASSERT_EQ(accounted(), in) << "seed " << seed;
    rig.run_out();

    ASSERT_EQ(accounted(), in) << "seed " << seed;
  }
}

TEST_P(StreamLaws, OnlyKindsThatSayItDiscardBytes) {
  std::uint64_t discarded = 0;
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    for (const Direction direction : {Direction::upstream, Direction::downstream}) {
      StreamRig rig = played(stream, seed, direction);
      // What a dead peer sent may go with it.
      if (stream.end != Stream::End::abort) discarded += rig.stream().discarded();
    }
  }

  EXPECT_EQ(discarded > 0, GetParam().kind->bytes == Kind::Bytes::lost);
}

TEST_P(StreamLaws, TheSameSeedGivesTheSameTape) {
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);

    ASSERT_EQ(played(stream, seed).tape.entries(), played(stream, seed).tape.entries()) << "seed " << seed;
  }
}

TEST_P(StreamLaws, AnotherSeedGivesAnotherTapeWhereItDraws) {
  bool differs = false;
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    differs = differs || played(stream, 1).tape.entries() != played(stream, 2).tape.entries();
  }

  EXPECT_EQ(differs, GetParam().draws());
}

TEST_P(StreamLaws, AnRstIsNeverSwallowedNorTurnedIntoAFin) {
  if (makes_ends()) return;  // its own tests say which
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    const StreamRig rig = played(stream, seed);

    ASSERT_EQ(rig.tape.end() == "RST", stream.end == Stream::End::abort) << "seed " << seed;
    ASSERT_TRUE(rig.tape.end() != "FIN" || stream.end == Stream::End::finish) << "seed " << seed;
  }
}

TEST_P(StreamLaws, ReleaseHandsOnEverythingHeldUnlessBytesWereThrownAway) {
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    StreamRig rig = this->rig(seed);
    const std::size_t until = stream.chunks.empty() ? 0 : seed % (stream.chunks.size() + 1);
    std::string in;
    for (std::size_t i = 0; i < until; ++i) {
      rig.data(stream.chunks[i].at, stream.chunks[i].text);
      in += stream.chunks[i].text;
    }
    const bool ended = until == stream.chunks.size() && stream.end != Stream::End::none;
    if (ended) start_end(rig, stream);

    rig.release(ended ? stream.end_at : until == 0 ? 0ms : stream.chunks[until - 1].at);

    ASSERT_EQ(rig.stream().held(), 0U) << "seed " << seed;
    ASSERT_EQ(rig.stream().wake(), never) << "seed " << seed;
    if (rig.stream().discarded() == 0) {
      ASSERT_EQ(rig.tape.text().size(), in.size()) << "seed " << seed;
      ASSERT_TRUE(is_beginning(rig.tape.text(), in)) << "seed " << seed;
      if (makes_ends()) continue;
      ASSERT_EQ(rig.tape.end(), !ended ? "" : stream.end == Stream::End::finish ? "FIN" : "RST") << "seed " << seed;
    }
  }
}

TEST_P(StreamLaws, AnUpdateWithTheSameSettingsChangesNothing) {
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    StreamRig rig = this->rig(seed);
    for (const Chunk& chunk : stream.chunks) {
      rig.data(chunk.at, chunk.text);
      rig.update(chunk.at, GetParam().settings);
    }
    start_end(rig, stream);
    rig.run_out();

    ASSERT_EQ(rig.tape.entries(), played(stream, seed).tape.entries()) << "seed " << seed;
  }
}

TEST_P(StreamLaws, AnUpdateToAnyOtherSettingsLosesNothing) {
  const auto& examples = GetParam().kind->examples;
  for (std::uint64_t seed = 0; seed < streams; ++seed) {
    const Stream stream = random_stream(seed);
    StreamRig rig = this->rig(seed);
    Dice dice{seed};
    for (const Chunk& chunk : stream.chunks) {
      rig.data(chunk.at, chunk.text);
      rig.update(chunk.at, examples[dice.below(examples.size())]);
    }
    start_end(rig, stream);
    rig.run_out();
    rig.release(24h);

    ASSERT_EQ(rig.tape.text().size() + rig.stream().discarded(), stream.text().size()) << "seed " << seed;
    ASSERT_TRUE(is_beginning(rig.tape.text(), stream.text())) << "seed " << seed;
  }
}

// A fault that never lets go of what it holds has to stop the sender sooner or later.
TEST_P(StreamLaws, WhatIsHeldIsBounded) {
  StreamRig rig = this->rig(1);
  const std::string chunk(256 * 1024, 'x');
  std::size_t in = 0;

  while (!rig.stream().full() && in < 2 * StreamFault::flight_limit) {
    rig.data(0ms, chunk);
    in += chunk.size();
    if (in == 4 * chunk.size() && rig.stream().held() == 0) return;  // it holds nothing at all
  }

  EXPECT_LE(rig.stream().held(), StreamFault::flight_limit + chunk.size());
}

INSTANTIATE_TEST_SUITE_P(Catalog, StreamLaws, ::testing::ValuesIn(law_cases(Kind::Contract::stream)), case_name);

}  // namespace
}  // namespace firedrill::faults
