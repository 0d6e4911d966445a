// Drills made of several files.
#include "drills/includes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "drills/drill.hpp"
#include "tests/support/temporary_directory.hpp"

namespace firedrill::drills {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* header = "[drill]\nname = \"d\"\nduration = \"20s\"\n";
constexpr const char* load = "[[load]]\nname = \"users\"\nhttp = \"proxy:api/\"\nrate = 10\n";

std::string proxy(const std::string& name) {
  return "[[proxy]]\nname = \"" + name + "\"\nlisten = \"127.0.0.1:0\"\nupstream = \"127.0.0.1:9\"\n";
}

template <typename Spec>
std::vector<std::string> names(const std::vector<Spec>& specs) {
  std::vector<std::string> all;
  for (const Spec& spec : specs) all.push_back(spec.name);
  return all;
}

TEST(Includes, PutTheBlocksOfIncludedFilesFirst) {
  const tests::TemporaryDirectory desk;
  desk.write("one.toml", proxy("one"));
  desk.write("two.toml", proxy("two"));
  const std::string file =
      desk.write("d.toml", "include = [\"two.toml\", \"one.toml\"]\n" + std::string{header} + proxy("api") + load);

  EXPECT_THAT(names(read_drill(file).proxies), ElementsAre("two", "one", "api"));
}

TEST(Includes, AreFoundFromWhereTheIncludingFileIs) {
  const tests::TemporaryDirectory desk;
  std::filesystem::create_directories(desk / "stacks/parts");
  desk.write("stacks/web.toml", "include = \"parts/proxy.toml\"\n" + std::string{load});
  desk.write("stacks/parts/proxy.toml", proxy("api"));
  const std::string file = desk.write("d.toml", "include = \"stacks/web.toml\"\n" + std::string{header});

  const Drill drill = read_drill(file);

  EXPECT_THAT(names(drill.proxies), ElementsAre("api"));
  EXPECT_THAT(names(drill.loads), ElementsAre("users"));
}

TEST(Includes, AreKeptWordForWord) {
  const tests::TemporaryDirectory desk;
  desk.write("stack.toml", "# the stack\n" + proxy("api"));
  const std::string file = desk.write("d.toml", "include = [\"stack.toml\"]\n" + std::string{header} + load);

  const Drill drill = read_drill(file);

  ASSERT_EQ(drill.included.size(), 1U);
  EXPECT_EQ(drill.included[0].file, desk / "stack.toml");
  EXPECT_EQ(drill.included[0].text, "# the stack\n" + proxy("api"));
  EXPECT_TRUE(drill.text.starts_with("include = "));
}

TEST(Includes, ReadNoFileTwice) {
  const tests::TemporaryDirectory desk;
  desk.write("stack.toml", proxy("api"));
  desk.write("load.toml", "include = [\"./stack.toml\"]\n" + std::string{load});
  const std::string file =
      desk.write("d.toml", "include = [\"stack.toml\", \"load.toml\", \"stack.toml\"]\n" + std::string{header});

  const Drill drill = read_drill(file);

  EXPECT_THAT(names(drill.proxies), ElementsAre("api"));
  EXPECT_EQ(drill.included.size(), 2U);
}

TEST(Includes, AddUpAbortConditions) {
  const tests::TemporaryDirectory desk;
  desk.write("stack.toml",
             proxy("api") + load + "[abort]\nwhen = [{ load = \"users\", errors = \"> 80%\", over = \"5s\" }]\n");
  const std::string file =
      desk.write("d.toml", "include = [\"stack.toml\"]\n" + std::string{header} +
                               "[abort]\nwhen = [{ proxy = \"api\", connect_errors = \"> 9\", over = \"5s\" }]\n");

  EXPECT_EQ(read_drill(file).aborts.size(), 2U);
}

TEST(Includes, AreOverriddenLikeAnythingElse) {
  const tests::TemporaryDirectory desk;
  desk.write("stack.toml", proxy("api") + load);
  const std::string file = desk.write("d.toml", "include = [\"stack.toml\"]\n" + std::string{header});

  EXPECT_EQ(read_drill(file, {{"load.users.rate", "70"}}).loads[0].rate, 70);
}

TEST(Includes, WarnWithTheNameOfTheIncludedFile) {
  const tests::TemporaryDirectory desk;
  desk.write("stack.toml",
             proxy("api") + load + "[[fault]]\nname = \"f\"\nproxy = \"api\"\nkind = \"stall\"\npercent = \"0%\"\n");
  const std::string file = desk.write("d.toml", "include = [\"stack.toml\"]\n" + std::string{header});

  const Drill drill = read_drill(file);

  ASSERT_EQ(drill.warnings.size(), 2U);
  EXPECT_TRUE(drill.warnings[0].line().starts_with(desk / "d.toml:2:1: "));
  EXPECT_TRUE(drill.warnings[1].line().starts_with(desk / "stack.toml:13:11: "));
}

TEST(Includes, MayBeEightLevelsDeep) {
  const tests::TemporaryDirectory desk;
  for (int i = 1; i < 8; ++i)
    desk.write("d" + std::to_string(i) + ".toml", "include = \"d" + std::to_string(i + 1) + ".toml\"\n");
  desk.write("d8.toml", proxy("api") + load);
  const std::string file = desk.write("d0.toml", "include = \"d1.toml\"\n" + std::string{header});

  EXPECT_EQ(read_drill(file).included.size(), 8U);
}

TEST(Includes, MayBeNone) {
  EXPECT_THAT(parse_drill("d.toml", "include = []\n" + std::string{header} + proxy("api") + load, {}, {}).included,
              IsEmpty());
}

}  // namespace
}  // namespace firedrill::drills
