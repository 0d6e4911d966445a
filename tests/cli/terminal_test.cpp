// The live view on a pseudo-terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/cli/program.hpp"

namespace firedrill::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char *hide = "\x1b[?25l", *show = "\x1b[?25h";

bool cursor_is_back(const std::string& out) {
  const auto hidden = out.rfind(hide), shown = out.rfind(show);
  return hidden != std::string::npos && shown != std::string::npos && shown > hidden;
}

TEST(Terminal, ShowsTheRunLiveAndGivesTheCursorBack) {
  const Desk desk;
  desk.write("small.toml", small_drill());
  Program program{desk, {"run", "small.toml", "--report", "out"}, {}, Program::Streams::terminal};
  ASSERT_TRUE(program.said("running"));
  ASSERT_TRUE(program.said("█"));

  const Finished it = program.finish();

  EXPECT_EQ(it.exit_code, 0) << it.out;
  EXPECT_THAT(it.out,
              AllOf(HasSubstr("\x1b[1msmall\x1b[0m  A little late"), HasSubstr("users errors"),
                    HasSubstr("\x1b[32mpassed\x1b[0m: every expectation held"), HasSubstr("report: out/report.md")));
  EXPECT_TRUE(cursor_is_back(it.out));
}

TEST(Terminal, GivesTheCursorBackWhenInterrupted) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    const Desk desk;
    desk.write("small.toml", small_drill("duration = \"60s\""));
    Program program{desk, {"run", "small.toml", "--report", "out"}, {}, Program::Streams::terminal};
    ASSERT_TRUE(program.said("running"));

    program.signal(signal);
    const Finished it = program.finish();

    EXPECT_EQ(it.exit_code, 3);
    EXPECT_TRUE(cursor_is_back(it.out));
  }
}

TEST(Terminal, HasNoColourWithNoColor) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  const Finished it =
      Program{desk, {"run", "small.toml", "--report", "out"}, {"NO_COLOR=1"}, Program::Streams::terminal}.finish();

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_THAT(it.out,
              AllOf(HasSubstr(hide), HasSubstr("running"), Not(HasSubstr("\x1b[1m")), Not(HasSubstr("\x1b[3"))));
  EXPECT_TRUE(cursor_is_back(it.out));
}

TEST(Terminal, WritesPlainLinesWhereItIsDumb) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  const Finished it =
      Program{desk, {"run", "small.toml", "--report", "out"}, {"TERM=dumb"}, Program::Streams::terminal}.finish();

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_THAT(it.out, AllOf(HasSubstr("fault late on"), HasSubstr("passed: "), Not(HasSubstr("\x1b"))));
}

TEST(Terminal, StaysWithinASmallWindow) {
  const Desk desk;
  desk.write("small.toml", small_drill());
  Program program{desk, {"run", "small.toml", "--report", "out"}, {}, Program::Streams::terminal, 40, 6};

  const Finished it = program.finish();

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_THAT(it.out, HasSubstr("\x1b[5A"));  // a picture of five lines, and the cursor's own
  EXPECT_THAT(it.out, Not(HasSubstr("\x1b[6A")));
}

}  // namespace
}  // namespace firedrill::tests
