// The neutral tree and its one-line form.
#include "faults/value.hpp"

#include <gtest/gtest.h>

namespace firedrill::faults {
namespace {

TEST(Value, AStandaloneWordBecomesWhatItLooksLike) {
  EXPECT_EQ(std::get<std::int64_t>(parse_scalar("7").content), 7);
  EXPECT_EQ(std::get<std::int64_t>(parse_scalar("-7").content), -7);
  EXPECT_EQ(std::get<double>(parse_scalar("2.5").content), 2.5);
  EXPECT_EQ(std::get<double>(parse_scalar("1e3").content), 1000);
  EXPECT_EQ(std::get<bool>(parse_scalar("true").content), true);
  EXPECT_EQ(std::get<bool>(parse_scalar("false").content), false);
  for (const char* text : {"", "200ms", "7x", "+7", "True", "nan", "inf", "-inf", "0x10", "99999999999999999999x"})
    EXPECT_EQ(*parse_scalar(text).text(), text);
}

TEST(Value, ParsesTheOneLineForm) {
  const Value table = parse_inline("  delay=200ms   count=3 on=true ratio=0.5 empty= url=a=b ");

  ASSERT_NE(table.table(), nullptr);
  EXPECT_EQ(table.table()->size(), 6U);
  EXPECT_EQ(*table.find("delay")->text(), "200ms");
  EXPECT_EQ(std::get<std::int64_t>(table.find("count")->content), 3);
  EXPECT_EQ(std::get<bool>(table.find("on")->content), true);
  EXPECT_EQ(*table.find("empty")->text(), "");
  EXPECT_EQ(*table.find("url")->text(), "a=b");
}

TEST(Value, DotsNest) {
  const Value table = parse_inline("ramp.from=40 ramp.to=7 x=1");

  EXPECT_EQ(std::get<std::int64_t>(table.find("ramp")->find("from")->content), 40);
  EXPECT_EQ(std::get<std::int64_t>(table.find("ramp")->find("to")->content), 7);
  EXPECT_EQ(table.find("ramp.from"), nullptr);
}

TEST(Value, AWordWithoutEqualsIsNamed) {
  for (const char* words : {"delay=1s jitter", "=5"}) {
    std::string bad;
    EXPECT_TRUE(parse_inline(words, &bad).table()->empty());
    EXPECT_EQ(bad, words[0] == '=' ? "=5" : "jitter");
  }
}

TEST(Value, ALaterWordReplacesAnEarlierOne) {
  EXPECT_EQ(std::get<std::int64_t>(parse_inline("a=1 a=2").find("a")->content), 2);
}

TEST(Value, PutAddsAndReplaces) {
  Value table;

  table.put("a", Value{std::int64_t{1}});
  table.put("b", Value{true});
  table.put("a", Value{std::int64_t{2}});

  EXPECT_EQ(table.table()->size(), 2U);
  EXPECT_EQ(std::get<std::int64_t>(table.find("a")->content), 2);
}

TEST(Value, OnlyTablesHaveMembers) {
  EXPECT_EQ(Value{std::string{"x"}}.find("x"), nullptr);
  EXPECT_EQ(Value{Value::List{}}.find("x"), nullptr);
}

TEST(Value, IsShownAsAPersonWouldWriteIt) {
  EXPECT_EQ(Value{std::string{"7x"}}.shown(), "\"7x\"");
  EXPECT_EQ(Value{std::int64_t{12}}.shown(), "12");
  EXPECT_EQ(Value{2.5}.shown(), "2.5");
  EXPECT_EQ(Value{true}.shown(), "true");
  EXPECT_EQ(Value{Value::List{}}.shown(), "a list");
  EXPECT_EQ(Value{}.shown(), "a table");
  EXPECT_EQ(Value{std::string{"a\nb\x7f"}}.shown(), "\"a\\x0ab\\x7f\"");
}

TEST(Value, LongTextsAreCutBetweenCharacters) {
  const auto shown = [](std::string text) { return Value{std::move(text)}.shown(); };
  std::string text(60, 'x');

  EXPECT_EQ(shown(text), '"' + text + '"');
  EXPECT_EQ(shown(text + 'x'), '"' + text + "…\"");
  text.pop_back();
  EXPECT_EQ(shown(text + "µµ"), '"' + text + "…\"");
}

TEST(Value, PlacesNameFileLineAndColumn) {
  const auto file = std::make_shared<const std::string>("drill.toml");

  EXPECT_EQ((Place{file, 12, 9}.text()), "drill.toml:12:9");
  EXPECT_EQ((Place{file, 0, 0}.text()), "drill.toml");
  EXPECT_EQ(Place{}.text(), "");
}

}  // namespace
}  // namespace firedrill::faults
