// Pieces, pauses, and that cuts do not depend on how reads were cut.
#include <gmock/gmock.h>

#include <numeric>

#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::vector<std::size_t> boundaries(const Tape& tape) {
  std::vector<std::size_t> ends;
  std::size_t offset = 0;
  for (const auto& entry : tape.entries()) ends.push_back(offset += entry.text.size());
  return ends;
}

TEST(Slice, HandsPiecesOnSeparatelyAtOnceWithoutAGap) {
  StreamRig rig{"slice", "size=3B"};

  rig.data(5ms, "abcdefgh").finish(6ms);

  EXPECT_EQ(rig.tape.transcript(), "5ms:abc 5ms:def 5ms:gh 6ms:FIN");
  EXPECT_EQ(rig.stream().held(), 0U);
}

TEST(Slice, PausesAfterEveryCompletePiece) {
  StreamRig rig{"slice", "size=2B gap=10ms"};

  rig.data(0ms, "abcde").finish(1ms).run_out();

  EXPECT_EQ(rig.tape.transcript(), "0s:ab 10ms:cd 20ms:e 20ms:FIN");
}

TEST(Slice, NeverWaitsForAPieceToFill) {
  StreamRig rig{"slice", "size=4B gap=10ms"};

  rig.data(0ms, "a").data(1ms, "bc").data(2ms, "def").run_out();

  EXPECT_EQ(rig.tape.transcript(), "0s:a 1ms:bc 2ms:d 12ms:ef");
}

TEST(Slice, DoesNotPauseWhenBytesComeSlowerThanTheGap) {
  StreamRig rig{"slice", "size=2B gap=10ms"};

  rig.data(0ms, "ab").data(50ms, "cd");

  EXPECT_EQ(rig.tape.transcript(), "0s:ab 50ms:cd");
}

TEST(Slice, KeepsAnRstBehindTheBytes) {
  StreamRig rig{"slice", "size=1B gap=5ms"};

  rig.data(0ms, "ab").abort(1ms).run_out();

  EXPECT_EQ(rig.tape.transcript(), "0s:a 5ms:b 5ms:RST");
}

TEST(Slice, PiecesVaryAroundTheSize) {
  StreamRig rig{"slice", "size=100B variation=40B", Seed{5}};

  rig.data(0ms, std::string(1'000'000, 'x'));

  double sum = 0;
  std::size_t least = 1000, most = 0;
  const auto& entries = rig.tape.entries();
  for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
    least = std::min(least, entries[i].text.size());
    most = std::max(most, entries[i].text.size());
    sum += static_cast<double>(entries[i].text.size());
  }
  EXPECT_EQ(least, 60U);
  EXPECT_EQ(most, 140U);
  EXPECT_NEAR(sum / static_cast<double>(entries.size() - 1), 100, 1);  // the deviation of the mean is 0.23
}

TEST(Slice, CutsWhereItCutsHoweverReadsAreCut) {
  const std::string stream(5000, 'x');
  StreamRig whole{"slice", "size=50B variation=30B", Seed{9}}, pieces{"slice", "size=50B variation=30B", Seed{9}};

  whole.data(0ms, stream);
  for (std::size_t i = 0; i < stream.size(); i += 7) pieces.data(0ms, std::string_view{stream}.substr(i, 7));

  const auto cuts = boundaries(whole.tape), finer = boundaries(pieces.tape);
  EXPECT_TRUE(std::includes(finer.begin(), finer.end(), cuts.begin(), cuts.end()));
}

TEST(Slice, PausesLieWhereTheyLieHoweverReadsAreCut) {
  const std::string stream(1000, 'x');
  StreamRig whole{"slice", "size=50B variation=30B gap=10ms", Seed{9}};
  StreamRig pieces{"slice", "size=50B variation=30B gap=10ms", Seed{9}};
  const auto bytes_by_moment = [](const Tape& tape) {
    std::vector<std::pair<Duration, std::size_t>> sums;
    for (const auto& entry : tape.entries()) {
      if (sums.empty() || sums.back().first != entry.at) sums.emplace_back(entry.at, 0);
      sums.back().second += entry.text.size();
    }
    return sums;
  };

  whole.data(0ms, stream).run_out();
  for (std::size_t i = 0; i < stream.size(); i += 8) pieces.data(0ms, std::string_view{stream}.substr(i, 8));
  pieces.run_out();

  EXPECT_EQ(bytes_by_moment(whole.tape), bytes_by_moment(pieces.tape));
  EXPECT_GT(bytes_by_moment(whole.tape).size(), 12U);
}

TEST(Slice, IsFullAtTheBacklogLimit) {
  StreamRig rig{"slice", "size=1B gap=1h"};

  rig.data(0ms, std::string(StreamFault::backlog_limit, 'x'));
  EXPECT_FALSE(rig.stream().full());  // one piece has left
  rig.data(0ms, "x");

  EXPECT_TRUE(rig.stream().full());
}

TEST(Slice, AnUpdateTakesEffectAtOnce) {
  StreamRig rig{"slice", "size=2B gap=1h"};

  rig.data(0ms, "abcdef").update(10ms, "size=3B gap=20ms").run_out();

  EXPECT_EQ(rig.tape.transcript(), "0s:ab 20ms:cde 40ms:f");
}

TEST(Slice, AnUpdateCutsThePieceBegunShort) {
  StreamRig rig{"slice", "size=1MiB"};

  rig.data(0ms, "ab").update(1ms, "size=2B").data(2ms, "cdefg");

  EXPECT_EQ(rig.tape.transcript(), "0s:ab 2ms:cd 2ms:ef 2ms:g");
}

TEST(Slice, ReleaseHandsOnWhatWaitsForItsPause) {
  StreamRig rig{"slice", "size=1B gap=1h"};

  rig.data(0ms, "abc").data(1ms, "d").finish(2ms).release(3ms);

  EXPECT_EQ(rig.tape.transcript(), "0s:a 3ms:bc 3ms:d 3ms:FIN");
}

TEST(Slice, RecordsHowLongItHeldBytesBack) {
  StreamRig rig{"slice", "size=1B gap=10ms"};

  rig.data(0ms, "ab").run_out();

  EXPECT_EQ(rig.effects().delay.snapshot().total(), 10ms);
}

TEST(Slice, RefusesSettingsThatMakeNoSense) {
  const auto message = [](std::string_view settings) {
    try {
      make_fault("f", "slice", settings);
    } catch (const PlanError& e) {
      return std::string{e.what()};
    }
    return std::string{};
  };

  EXPECT_THAT(message(""), HasSubstr("size is missing"));
  EXPECT_THAT(message("size=0B"), HasSubstr("size = \"0B\": must be at least 1B"));
  EXPECT_THAT(message("size=64B variation=64B"), HasSubstr("variation = \"64B\": must be less than size (64B)"));
  EXPECT_EQ(message("size=64B variation=63B"), "");
}

}  // namespace
}  // namespace firedrill::faults
