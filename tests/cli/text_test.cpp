// Cells, cuts and lengths.
#include "cli/text.hpp"

#include <gtest/gtest.h>

namespace firedrill::cli {
namespace {

using namespace std::chrono_literals;

TEST(Text, CountsCellsNotBytes) {
  EXPECT_EQ(cells("abc"), 3U);
  EXPECT_EQ(cells("✓ é█"), 4U);
  EXPECT_EQ(cells("日本"), 4U);
  EXPECT_EQ(cells("e\xcc\x81"), 1U);  // a combining accent
}

TEST(Text, CutsToCellsAndSaysSo) {
  EXPECT_EQ(cut("undersized-pool", 15), "undersized-pool");
  EXPECT_EQ(cut("undersized-pool", 10), "undersize…");
  EXPECT_EQ(cut("日本語", 4), "日…");
  EXPECT_EQ(cut("abc", 1), "…");
  EXPECT_EQ(cut("abc", 0), "");
}

TEST(Text, FillsUpToTheSameWidth) {
  EXPECT_EQ(left("ab", 4), "ab  ");
  EXPECT_EQ(right("ab", 4), "  ab");
  EXPECT_EQ(left("日本語", 4), "日… ");
}

TEST(Text, MakesForeignTextHarmless) {
  EXPECT_EQ(harmless("a\x1b[31mb\r\n\tc\x7f"), "a [31mb   c ");
  EXPECT_EQ(harmless("\xc0\xaf|\xe2\x82|\xed\xa0\x80|é"), "??|??|???|é");
  EXPECT_EQ(harmless("\xe2\x80\xae"
                     "abc"),
            " abc");  // right-to-left override
}

TEST(Text, ALineNeverGrowsBeyondItsWidth) {
  EXPECT_EQ(Line(5, false).add("abc").add("def").add("ghi").text(), "abcd…");
  EXPECT_EQ(Line(5, true).add("ab", Paint::red).text(), "\x1b[31mab\x1b[0m");
}

TEST(Text, PaintsNeighboursOfOneColourInOneStroke) {
  EXPECT_EQ(Line(9, true).add("a", Paint::red).add("b", Paint::red).add("c").add("d", Paint::red).text(),
            "\x1b[31mab\x1b[0mc\x1b[31md\x1b[0m");
}

TEST(Text, ShowsLengthsAsDrillFilesHaveThem) {
  EXPECT_EQ(show_length(60s), "60s");
  EXPECT_EQ(show_length(90s), "90s");
  EXPECT_EQ(show_length(3min), "3m");
  EXPECT_EQ(show_length(1500ms), "1.5s");
  EXPECT_EQ(show_length(90min), "1h30m");
}

TEST(Text, CountsInWords) {
  EXPECT_EQ(count(0, "fault"), "no faults");
  EXPECT_EQ(count(1, "fault"), "1 fault");
  EXPECT_EQ(count(3, "check"), "3 checks");
}

}  // namespace
}  // namespace firedrill::cli
