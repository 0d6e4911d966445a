// The journal on a good disk.
#include "drills/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/drills/sample_journal.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;
using nlohmann::ordered_json;
using testing::HasSubstr;

TEST(Journal, PutsTheFiveKeysFirstInOrder) {
  Scratch scratch;
  Journal journal{scratch.path() / "run"};
  journal.start(faults::Time::clock::now() - 10s);

  journal.write("note", {{"text", "hello"}, {"a", 1}});
  journal.write("bare", ordered_json::object());
  EXPECT_EQ(journal.close(), std::nullopt);

  std::string text = read_whole(scratch.path() / "run" / "journal.jsonl");
  for (char& c : text)
    if (c >= '0' && c <= '9') c = '9';
  const std::string stamps = R"("t":99.999999,"utc":"9999-99-99T99:99:99.999Z")";
  EXPECT_EQ(text, R"({"v":9,"seq":9,)" + stamps + R"(,"event":"note","text":"hello","a":9})" + "\n" +
                      R"({"v":9,"seq":9,)" + stamps + R"(,"event":"bare"})" + "\n");
}

TEST(Journal, CountsTimeFromTheStart) {
  Scratch scratch;
  Journal journal{scratch.path()};

  journal.write("early", ordered_json::object());
  journal.start(faults::Time::clock::now() + 100s);
  journal.write("before", ordered_json::object());
  journal.close();

  const auto lines = lines_of(read_whole(journal.path()));
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["t"], 0.0);
  EXPECT_LT(lines[1]["t"], 0.0);
}

TEST(Journal, TakesTextThatIsNotUtf8) {
  Scratch scratch;
  Journal journal{scratch.path()};

  journal.write("note", {{"text", "a\xff\xc3z"}});
  EXPECT_EQ(journal.close(), std::nullopt);

  const auto lines = lines_of(read_whole(journal.path()));
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0]["text"].get<std::string>(), testing::AllOf(testing::StartsWith("a"), testing::EndsWith("z")));
}

TEST(Journal, KeepsLinesWholeAndInOrderFromManyThreads) {
  Scratch scratch;
  Journal journal{scratch.path()};
  journal.start(faults::Time::clock::now());
  constexpr std::size_t writers = 4, each = 1000;

  std::vector<std::thread> threads;
  for (std::size_t w = 0; w < writers; ++w)
    threads.emplace_back([&journal, w] {
      for (std::size_t i = 0; i < each; ++i) journal.write("note", {{"writer", w}, {"i", i}});
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(journal.close(), std::nullopt);

  const auto lines = lines_of(read_whole(journal.path()));
  ASSERT_EQ(lines.size(), writers * each);
  std::array<std::size_t, writers> next{};
  double t = 0;
  for (std::size_t seq = 0; seq < lines.size(); ++seq) {
    ASSERT_EQ(lines[seq]["seq"], seq);
    ASSERT_GE(lines[seq]["t"].get<double>(), t);
    t = lines[seq]["t"];
    ASSERT_EQ(lines[seq]["i"], next.at(lines[seq]["writer"].get<std::size_t>())++);
  }
}

TEST(Journal, RefusesADirectoryThatHoldsOneAlready) {
  Scratch scratch;
  Journal{scratch.path()}.write("note", {{"text", "first"}});

  try {
    Journal second{scratch.path()};
    FAIL() << "two runs in one journal";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("already holds the journal of a run"));
  }
}

TEST(Journal, SaysWhatCannotBeCreated) {
  Scratch scratch;
  const auto file = scratch.write("file", "");

  EXPECT_THROW(Journal{file / "run"}, std::runtime_error);
}

TEST(Journal, CountsLinesThatComeAfterTheClose) {
  Scratch scratch;
  Journal journal{scratch.path()};
  EXPECT_EQ(journal.close(), std::nullopt);

  journal.write("late", ordered_json::object());

  EXPECT_EQ(journal.lost(), 1u);
  EXPECT_TRUE(journal.close());
  EXPECT_EQ(read_whole(journal.path()), "");
}

TEST(RunDirectory, IsNamedAfterDrillAndMomentAndNeverTakenTwice) {
  Scratch scratch;
  const auto root = scratch.path() / "firedrill-runs";
  const auto moment = std::chrono::system_clock::time_point{1683712800s};

  EXPECT_EQ(new_run_directory(root, "pool-exhaustion", moment), root / "pool-exhaustion-20230510T100000Z");
  EXPECT_EQ(new_run_directory(root, "pool-exhaustion", moment), root / "pool-exhaustion-20230510T100000Z-2");
  EXPECT_EQ(new_run_directory(root, "pool-exhaustion", moment), root / "pool-exhaustion-20230510T100000Z-3");
  EXPECT_EQ(new_run_directory(root, "../a b", moment), root / "-.-a-b-20230510T100000Z");
  EXPECT_EQ(new_run_directory(root, "", moment), root / "drill-20230510T100000Z");
  EXPECT_THROW(new_run_directory(scratch.write("file", ""), "a", moment), std::runtime_error);
}

}  // namespace
}  // namespace firedrill::drills
