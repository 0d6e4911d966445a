// Bounds: how they are written, and when they hold.
#include "drills/expectation.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace firedrill::drills {
namespace {

using faults::Value;

struct Read {
  std::optional<Expectation> expectation;
  std::string said;
};

Read read(Value written, Unit unit) {
  Value table;
  table.put("figure", std::move(written));
  faults::Problems problems;
  faults::Reader keys{table, "check \"c\": expect", problems};
  Read result{read_expectation(keys, "figure", unit), {}};
  keys.finish();
  for (const faults::Problem& problem : problems) result.said += problem.line();
  return result;
}

Read read(const char* written, Unit unit) { return read(Value{std::string{written}}, unit); }

bool holds(const char* written, Unit unit, double measured) {
  const auto [expectation, said] = read(written, unit);
  EXPECT_TRUE(expectation) << said;
  return expectation && expectation->holds(measured);
}

TEST(Expectation, KnowsItsOperators) {
  EXPECT_TRUE(holds("< 7", Unit::count, 6));
  EXPECT_FALSE(holds("< 7", Unit::count, 7));
  EXPECT_TRUE(holds("<= 7", Unit::count, 7));
  EXPECT_FALSE(holds("<= 7", Unit::count, 8));
  EXPECT_TRUE(holds("> 7", Unit::count, 8));
  EXPECT_FALSE(holds("> 7", Unit::count, 7));
  EXPECT_TRUE(holds(">= 7", Unit::count, 7));
  EXPECT_FALSE(holds(">= 7", Unit::count, 6));
  EXPECT_TRUE(holds("= 7", Unit::count, 7));
  EXPECT_FALSE(holds("= 7", Unit::count, 6));
  EXPECT_TRUE(holds("7", Unit::count, 7));
  EXPECT_FALSE(holds("7", Unit::count, 8));
}

TEST(Expectation, IncludesBothEndsOfARange) {
  EXPECT_FALSE(holds("25%..35%", Unit::share, 0.249));
  EXPECT_TRUE(holds("25%..35%", Unit::share, 0.25));
  EXPECT_TRUE(holds("25%..35%", Unit::share, 0.35));
  EXPECT_FALSE(holds("25%..35%", Unit::share, 0.351));
  EXPECT_TRUE(holds("0..0", Unit::count, 0));
}

TEST(Expectation, MeasuresSharesDurationsAndRates) {
  EXPECT_TRUE(holds("< 1%", Unit::share, 0.0099));
  EXPECT_FALSE(holds("< 1%", Unit::share, 0.01));
  EXPECT_TRUE(holds("<200ms", Unit::duration, 0.1999));
  EXPECT_FALSE(holds(" < 200ms ", Unit::duration, 0.2));
  EXPECT_TRUE(holds("100ms..1m30s", Unit::duration, 90));
  EXPECT_TRUE(holds(">= 99.5", Unit::rate, 99.5));
  EXPECT_TRUE(holds("1.5..2.5/s", Unit::rate, 2.5));
}

TEST(Expectation, DoesNotHoldForWhatIsNoNumber) {
  EXPECT_FALSE(holds("< 7", Unit::count, std::nan("")));
  EXPECT_FALSE(holds("> 7", Unit::count, std::nan("")));
}

TEST(Expectation, TakesBareNumbersWhereTheFigureHasNoUnit) {
  EXPECT_TRUE(read(Value{std::int64_t{7}}, Unit::count).expectation->holds(7));
  EXPECT_EQ(read(Value{std::int64_t{7}}, Unit::count).expectation->text, "7");
  EXPECT_TRUE(read(Value{2.5}, Unit::rate).expectation->holds(2.5));
  EXPECT_FALSE(read(Value{2.5}, Unit::count).expectation);
  EXPECT_FALSE(read(Value{std::int64_t{1}}, Unit::share).expectation);
  EXPECT_FALSE(read(Value{std::int64_t{200}}, Unit::duration).expectation);
  EXPECT_FALSE(read(Value{true}, Unit::count).expectation);
}

TEST(Expectation, RefusesWhatIsNone) {
  for (const char* text : {"", "<", "7%", "< -1", "< 1e3", "~7", "=< 7", "== 7", "<> 7", "..7", "7..", "1...7",
                           "1..2..3", "< 1..7", "7 7", "0x7", "1.5", "99999999999999999999"})
    EXPECT_EQ(read(text, Unit::count).said, "check \"c\": expect: figure = " + Value{std::string{text}}.shown() +
                                                ": must be a count such as \"> 0\", \"<= 10\", \"5..9\" or 7");
}

TEST(Expectation, RefusesAnotherUnitAndShowsAnExampleOfItsOwn) {
  EXPECT_EQ(read("< 5", Unit::share).said,
            "check \"c\": expect: figure = \"< 5\": must be a share such as \"< 1%\", \">= 99%\" or \"25%..35%\"");
  EXPECT_EQ(read("< 101%", Unit::share).said,
            "check \"c\": expect: figure = \"< 101%\": must be a share such as \"< 1%\", \">= 99%\" or \"25%..35%\"");
  EXPECT_EQ(
      read("< 5%", Unit::duration).said,
      "check \"c\": expect: figure = \"< 5%\": must be a duration such as \"< 200ms\", \">= 1s\" or \"150ms..250ms\"");
  EXPECT_EQ(read("< 5s", Unit::rate).said,
            "check \"c\": expect: figure = \"< 5s\": must be a number per second such as \">= 100\" or \"90..110\"");
}

TEST(Expectation, RefusesWhatAlwaysOrNeverHolds) {
  const std::string always = "holds whatever is measured; give a bound that can be missed";
  const std::string never = "can never hold; give a bound that can be met";

  EXPECT_EQ(read(">= 0", Unit::count).said, "check \"c\": expect: figure = \">= 0\": " + always);
  EXPECT_EQ(read("0%..100%", Unit::share).said, "check \"c\": expect: figure = \"0%..100%\": " + always);
  EXPECT_EQ(read("<= 100%", Unit::share).said, "check \"c\": expect: figure = \"<= 100%\": " + always);
  EXPECT_EQ(read("< 0s", Unit::duration).said, "check \"c\": expect: figure = \"< 0s\": " + never);
  EXPECT_EQ(read("> 100%", Unit::share).said, "check \"c\": expect: figure = \"> 100%\": " + never);
  EXPECT_EQ(read("9..5", Unit::count).said, "check \"c\": expect: figure = \"9..5\": the lower bound comes first");
}

TEST(Expectation, IsAbsentWithoutAProblem) {
  Value table;
  faults::Problems problems;
  faults::Reader keys{table, "c", problems};

  EXPECT_FALSE(read_expectation(keys, "figure", Unit::count));
  EXPECT_TRUE(problems.empty());
}

TEST(Figures, AreShownInTheirUnit) {
  EXPECT_EQ(show_figure(0.00412, Unit::share), "0.412%");
  EXPECT_EQ(show_figure(1, Unit::share), "100%");
  EXPECT_EQ(show_figure(0.1823456, Unit::duration), "182.3ms");
  EXPECT_EQ(show_figure(1.2345678, Unit::duration), "1.235s");
  EXPECT_EQ(show_figure(0, Unit::duration), "0s");
  EXPECT_EQ(show_figure(7, Unit::count), "7");
  EXPECT_EQ(show_figure(208.333, Unit::rate), "208.3/s");
}

}  // namespace
}  // namespace firedrill::drills
