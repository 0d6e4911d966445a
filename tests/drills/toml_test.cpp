// TOML to tree: places, limits, variables.
#include "drills/toml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drills/variables.hpp"

namespace firedrill::drills {
namespace {

using faults::Problems;
using faults::Value;
using testing::ElementsAre;

std::string lines(const Problems& problems) {
  std::string all;
  for (const faults::Problem& problem : problems) all += problem.line() + "\n";
  return all;
}

std::string problems_of(std::string_view text) {
  Problems problems;
  parse_toml("d.toml", text, problems);
  return lines(problems);
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Toml, KnowsWhereKeysAndValuesStand) {
  Problems problems;

  const auto tree = parse_toml("d.toml", "\n  [a]\n  key = true\n[[b]]\n[[b]]\n", problems);

  ASSERT_TRUE(tree) << lines(problems);
  EXPECT_EQ(tree->find("a")->place.text(), "d.toml:2:3");
  EXPECT_EQ(tree->find("a")->table()->at(0).place.text(), "d.toml:3:3");
  EXPECT_EQ(tree->find("a")->find("key")->place.text(), "d.toml:3:9");
  EXPECT_EQ(tree->find("b")->list()->at(1).place.text(), "d.toml:5:1");
}

TEST(Toml, CountsColumnsInCharacters) {
  Problems problems;

  const auto tree = parse_toml("d.toml", "key.sub = [ 'µµ', 7 ]\n", problems);

  ASSERT_TRUE(tree) << lines(problems);
  EXPECT_EQ(tree->table()->at(0).place.text(), "d.toml:1:1");
  const Value& list = *tree->find("key")->find("sub");
  EXPECT_EQ(list.place.text(), "d.toml:1:11");
  EXPECT_EQ(list.list()->at(1).place.text(), "d.toml:1:19");
}

TEST(Toml, KeepsTheOrderInWhichKeysWereWritten) {
  Problems problems;

  const auto tree = parse_toml("d.toml", "z = 1\na = 2.5\nm = true\n", problems);

  std::vector<std::string> keys;
  for (const faults::Member& member : *tree->table()) keys.push_back(member.key + "=" + member.value.shown());
  EXPECT_THAT(keys, ElementsAre("z=1", "a=2.5", "m=true"));
}

TEST(Toml, StopsAtTheFirstSyntaxError) {
  EXPECT_EQ(problems_of("a = 1\nb = \nc = \n"),
            "d.toml:2:5: Error while parsing key-value pair: expected value, saw '\\n'\n");
  EXPECT_EQ(problems_of("a = 1\na = 2\n"),
            "d.toml:2:5: Error while parsing key-value pair: cannot redefine existing integer 'a'\n");
}

TEST(Toml, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(problems_of("a = 'ok'\nb = 'µ\xc3('\n"), "d.toml:2:7: not UTF-8\n");
  EXPECT_EQ(problems_of("\xff"), "d.toml:1:1: not UTF-8\n");
  EXPECT_EQ(problems_of("a = '\xed\xa0\x80'"), "d.toml:1:6: not UTF-8\n") << "a surrogate";
  EXPECT_EQ(problems_of("a = '\xc0\xaf'"), "d.toml:1:6: not UTF-8\n") << "overlong";
  EXPECT_EQ(problems_of("a = '\xf4\x90\x80\x80'"), "d.toml:1:6: not UTF-8\n") << "above U+10FFFF";
  EXPECT_EQ(problems_of("a = '\xf0\x9f\x94\xa5 ü'"), "");
}

TEST(Toml, RefusesDeepNestingBeforeItCosts) {
  EXPECT_EQ(problems_of("a = " + repeated("[", 31) + repeated("]", 31)), "");
  EXPECT_EQ(problems_of("a = " + repeated("[", 100'000)), "d.toml:1:37: nested too deeply; at most 32 levels\n");
  EXPECT_EQ(problems_of(repeated("a.", 100'000) + "a = 1"), "d.toml:1:64: nested too deeply; at most 32 levels\n");
  EXPECT_EQ(problems_of("\n[" + repeated("a . \"b\".", 50'000) + "a]"),
            "d.toml:2:129: nested too deeply; at most 32 levels\n");
  EXPECT_EQ(problems_of("x = [ \"\"\"a\"\"\"\", {" + repeated("a.", 100'000) + "a = 1} ]"),
            "d.toml:1:81: nested too deeply; at most 32 levels\n");
}

TEST(Toml, AddsUpNestingByBracketsAndByDots) {
  const std::string deep = "a = " + repeated("{ b.b.b.b.b = ", 8) + "1" + repeated(" }", 8);

  EXPECT_EQ(problems_of(deep), "d.toml:1:93: nested too deeply; at most 32 levels\n");
}

TEST(Toml, DoesNotCountDotsAndBracketsInTextsAndComments) {
  const std::string dots = repeated(".", 100), brackets = repeated("[", 100);

  EXPECT_EQ(problems_of("# " + dots + brackets + "\na = '" + dots + brackets + "'\nb = \"\\\"" + brackets +
                        "\"\nc = '''\n" + brackets + "'\n" + dots + "'''\nd = [" + repeated("1.5, ", 100) + "]\n"),
            "");
}

TEST(Toml, RefusesDatesAndTimes) {
  EXPECT_EQ(
      problems_of("a = 2023-05-10\nb = [07:32:00]\n"),
      "d.toml:1:5: a date or time; a drill counts from its own start: write a duration such as \"30s\", or a text in "
      "quotes\n"
      "d.toml:2:6: a date or time; a drill counts from its own start: write a duration such as \"30s\", or a text in "
      "quotes\n");
}

// The first text of `text` after replacement, and what was said.
std::pair<std::string, std::string> replaced(const std::string& text) {
  Value tree{text};
  Problems problems;
  replace_variables(tree, {{"HOST", "db"}, {"PORT", "5432"}, {"DOLLAR", "$"}, {"NESTED", "${HOST}"}}, problems);
  return {*tree.text(), lines(problems)};
}

TEST(Variables, AreReplacedInTexts) {
  EXPECT_EQ(replaced("${HOST}:${PORT}").first, "db:5432");
  EXPECT_EQ(replaced("$HOST {HOST} $ 5$").first, "$HOST {HOST} $ 5$");
}

TEST(Variables, AreNotLookedAtTwice) {
  EXPECT_EQ(replaced("${NESTED}").first, "${HOST}");
  EXPECT_EQ(replaced("${DOLLAR}${HOST}").first, "$db");
}

TEST(Variables, AreWrittenLiterallyWithTwoDollars) { EXPECT_EQ(replaced("a$${HOST}b").first, "a${HOST}b"); }

TEST(Variables, UnsetOrMalformedOnesAreProblems) {
  const std::string malformed =
      "\"${\" begins a variable such as ${HOME}; write \"$${\" for the characters themselves\n";

  EXPECT_EQ(replaced("${NOPE}${NADA}").second,
            "the environment variable NOPE is not set\nthe environment variable NADA is not set\n");
  EXPECT_EQ(replaced("${HOST").second, malformed);
  EXPECT_EQ(replaced("${}").second, malformed);
  EXPECT_EQ(replaced("${1A}").second, malformed);
}

}  // namespace
}  // namespace firedrill::drills
