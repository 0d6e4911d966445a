// Drill files that are wrong: broken/NAME.toml, and every line that is said of each in broken/NAME.txt. A new one needs
// no more than these two.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "places.hpp"
#include "tests/drills/broken.hpp"
#include "tests/support/temporary_directory.hpp"

namespace firedrill::drills {
namespace {

const std::filesystem::path corpus = FIREDRILL_SOURCE_DIR "/tests/drills/broken";

std::string content(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator{corpus})
    if (entry.path().extension() == ".toml") all.push_back(entry.path().stem().string());
  std::sort(all.begin(), all.end());
  return all;
}

class Broken : public testing::TestWithParam<std::string> {
 protected:
  // Messages name files as they were given: from here they are the same wherever the clone is.
  Broken() { std::filesystem::current_path(corpus); }
  ~Broken() override { std::filesystem::current_path(before_); }

 private:
  const std::filesystem::path before_ = std::filesystem::current_path();
};

TEST_P(Broken, IsExplained) {
  const std::string file = GetParam() + ".toml";

  EXPECT_EQ(problems_of(content(file), {}, file) + "\n", content(GetParam() + ".txt"));
}

INSTANTIATE_TEST_SUITE_P(Corpus, Broken, testing::ValuesIn(names()), [](const auto& one) { return one.param; });

TEST(BrokenCorpus, HoldsAtLeastForty) { EXPECT_GE(names().size(), 40U); }

std::string said_of(const std::string& file) {
  try {
    read_drill(file);
    return "none";
  } catch (const faults::PlanError& error) {
    return error.what();
  }
}

TEST(BrokenFile, MayBeTooLong) {
  const tests::TemporaryDirectory desk;
  const std::string file = desk / "long.toml";
  std::ofstream{file} << sound << "# " << std::string(50'000'000, 'x') << "\n";

  EXPECT_EQ(said_of(file), file + ": longer than 1MiB, which no drill needs");
}

TEST(BrokenFile, MayBeADirectory) {
  const tests::TemporaryDirectory desk;

  EXPECT_EQ(said_of(desk.path().string()), desk.path().string() + ": cannot be read: Is a directory");
}

TEST(BrokenFile, MayBeAFifoThatNobodyWritesInto) {
  const tests::TemporaryDirectory desk;
  const std::string file = desk / "fifo";
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);

  EXPECT_THAT(said_of(file),
              testing::StartsWith(file + ":1:1: drill file: [drill] is missing"));  // as of an empty file
}

TEST(BrokenFile, MayBeUnreadable) {
  const tests::TemporaryDirectory desk;
  const std::string file = desk.write("secret.toml", std::string{sound});
  std::filesystem::permissions(file, std::filesystem::perms::none);
  constexpr uid_t nobody = 65534;
  const bool all_mighty = ::geteuid() == 0;  // the superuser reads everything
  ASSERT_TRUE(!all_mighty || ::seteuid(nobody) == 0);

  const std::string said = said_of(file);

  ASSERT_TRUE(!all_mighty || ::seteuid(0) == 0);
  EXPECT_EQ(said, file + ": cannot be read: Permission denied");
}

TEST(BrokenFile, MayBeIncluded) {
  const tests::TemporaryDirectory desk;
  std::filesystem::create_directory(desk / "sub");
  std::ofstream{desk / "sub/long.toml"} << "# " << std::string(50'000'000, 'x') << "\n";
  const std::string file =
      desk.write("d.toml", "include = [\"sub\", \"sub/long.toml\", \"gone.toml\"]\n" + std::string{sound});

  EXPECT_EQ(said_of(file), file + ":1:12: include = \"sub\": cannot be read: Is a directory\n" + file +
                               ":1:19: include = \"sub/long.toml\": longer than 1MiB, which no drill needs\n" + file +
                               ":1:36: include = \"gone.toml\": cannot be read: No such file or directory");
}

}  // namespace
}  // namespace firedrill::drills
