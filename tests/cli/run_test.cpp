// What a run and its reports look like from outside: streams, files, exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/cli/program.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(Run, TellsAPipeTheStoryAndTheVerdict) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  const Finished it = firedrill(desk, {"run", "small.toml", "--report", "out", "--junit", "ci/small.xml"});

  EXPECT_EQ(it.exit_code, 0) << it.out << it.error;
  EXPECT_THAT(it.error, IsEmpty());
  EXPECT_THAT(it.out, StartsWith("small: A little late, 1.5s, seed 7, 20"));
  EXPECT_THAT(it.out, HasSubstr("s  fault late on\n"));
  EXPECT_THAT(it.out, HasSubstr("s  fault late off\n"));
  EXPECT_THAT(it.out, HasSubstr("room for "));
  EXPECT_THAT(it.out, HasSubstr("\npassed: every expectation held\n"));
  EXPECT_THAT(it.out, HasSubstr("  ✓ users wait  (late, "));
  EXPECT_THAT(it.out, HasSubstr("      expected  p50 >= 25ms\n      measured  p50 "));
  EXPECT_THAT(it.out, HasSubstr("\nreport: out/report.md\n"));
  EXPECT_THAT(it.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(desk.read("out/report.md"), Not(IsEmpty()));
  EXPECT_EQ(desk.read("ci/small.xml"), desk.read("out/junit.xml"));
}

TEST(Run, SaysBeforeTheStartThatAFileHasNoPlace) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  const Finished it = firedrill(desk, {"run", "small.toml", "--report", "out", "--junit", "/proc/nope/x.xml"});

  EXPECT_EQ(it.exit_code, 4);
  EXPECT_EQ(it.error,
            "firedrill: --junit /proc/nope/x.xml: /proc/nope: No such file or directory\n"
            "firedrill: nothing was started\n");
  EXPECT_FALSE(std::filesystem::exists(desk / "out"));
}

TEST(Run, KeepsTheVerdictWhenTheDiskIsFull) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  const Finished it = firedrill(desk, {"run", "small.toml", "--report", "out", "--junit", "/dev/full"});

  EXPECT_EQ(it.exit_code, 4);
  EXPECT_EQ(it.error, "firedrill: --junit /dev/full: cannot be written\n");
  EXPECT_THAT(it.out, HasSubstr("\npassed: every expectation held\n"));
}

TEST(Run, GivesProgramsTheReportAndNothingElse) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  const Finished it = firedrill(desk, {"run", "small.toml", "--report", "out", "--json", "--seed", "11"});

  EXPECT_EQ(it.exit_code, 0) << it.error;
  EXPECT_THAT(it.error, IsEmpty());
  EXPECT_EQ(it.out, desk.read("out/report.json"));
  const auto report = ordered_json::parse(it.out);
  EXPECT_EQ(report.at("result"), "passed");
  EXPECT_EQ(report.at("seed"), 11);
}

TEST(Run, FailsWhenAnExpectationIsMissed) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  const Finished it = firedrill(desk, {"run", "small.toml", "--report", "out", "--set", "fault.late.delay=5ms"});

  EXPECT_EQ(it.exit_code, 1) << it.out << it.error;
  EXPECT_THAT(it.out, HasSubstr("\nfailed: an expectation was missed\n"));
  EXPECT_THAT(it.out, HasSubstr("  ✗ users wait  (late, "));
}

TEST(Run, StartsNothingWhenTheDrillIsBroken) {
  const Desk desk;
  desk.write("small.toml", small_drill("duration = 5\nsede = 1"));

  const Finished it = firedrill(desk, {"run", "small.toml", "--report", "out"});

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.out, IsEmpty());
  EXPECT_THAT(it.error, HasSubstr("small.toml:5:12: "));
  EXPECT_THAT(it.error, HasSubstr("small.toml:6:1: "));
  EXPECT_THAT(it.error, testing::EndsWith("\nfiredrill: nothing was started; mend the lines above and run it again\n"));
  EXPECT_FALSE(std::filesystem::exists(desk / "out"));
}

TEST(Run, HealsAndReportsWhenItIsTerminated) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const Desk desk;
    desk.write("small.toml", small_drill("duration = \"60s\""));
    Program program{desk, {"run", "small.toml", "--report", "out", "--set", "fault.late.for=50s"}};
    ASSERT_TRUE(program.said("met its first connection"));

    program.signal(signal);
    program.signal(signal);
    const Finished it = program.finish();

    EXPECT_EQ(it.exit_code, 3) << it.out << it.error;
    EXPECT_THAT(it.out, HasSubstr(signal == SIGTERM ? "stopped by SIGTERM" : "stopped by SIGINT"));
    const auto report = desk.report("out");
    EXPECT_EQ(report.at("result"), "aborted");
    EXPECT_TRUE(report.at("faults").at(0).at("healed_s").is_number());
    EXPECT_THAT(desk.read("out/journal.jsonl"), HasSubstr("\"event\":\"heal\""));
  }
}

TEST(Run, SaysWhichPortIsTaken) {
  const Desk desk;
  const Backend taken;
  desk.write("small.toml", small_drill());

  const Finished it =
      firedrill(desk, {"run", "small.toml", "--report", "out", "--set", "proxy.api.listen=" + taken.endpoint().text()});

  EXPECT_EQ(it.exit_code, 4) << it.out << it.error;
  EXPECT_THAT(it.out, AllOf(HasSubstr("errored: "), HasSubstr(taken.endpoint().text())));
  EXPECT_EQ(desk.report("out").at("exit_code"), 4);
}

TEST(Run, StartsNothingWhenTheReportHasNoPlace) {
  const Desk desk;
  desk.write("small.toml", small_drill());
  desk.write("file", "");

  const Finished it = firedrill(desk, {"run", "small.toml", "--report", "file/out"});
  const Finished json = firedrill(desk, {"run", "small.toml", "--report", "file/out", "--json"});

  EXPECT_EQ(it.exit_code, 4);
  EXPECT_THAT(it.out, AllOf(HasSubstr("nothing was started"), HasSubstr("file/out"), Not(HasSubstr("fault late on"))));
  EXPECT_EQ(json.exit_code, 4);
  EXPECT_EQ(ordered_json::parse(json.out).at("result"), "errored");
  EXPECT_THAT(json.error, HasSubstr("nothing was started"));
}

TEST(Run, GoesOnWhenNobodyReadsItsOutput) {
  const Desk desk;
  desk.write("small.toml", small_drill());
  Program program{desk, {"run", "small.toml", "--report", "out"}};
  ASSERT_TRUE(program.said("fault late on"));

  program.stop_reading();

  EXPECT_EQ(program.finish().exit_code, 0);
  EXPECT_EQ(desk.report("out").at("result"), "passed");
}

TEST(Report, MakesEveryFormatFromTheJournalAlone) {
  const Desk desk;
  desk.write("small.toml", small_drill());
  ASSERT_EQ(firedrill(desk, {"run", "small.toml", "--report", "out"}).exit_code, 0);

  EXPECT_EQ(firedrill(desk, {"report", "out"}).out, desk.read("out/report.md"));
  EXPECT_EQ(firedrill(desk, {"report", "out/journal.jsonl", "--format", "json"}).out, desk.read("out/report.json"));
  const Finished it = firedrill(desk, {"report", "out", "--format", "junit", "--output", "junit.xml"});
  EXPECT_EQ(it.exit_code, 0);
  EXPECT_THAT(it.out, IsEmpty());
  EXPECT_EQ(desk.read("junit.xml"), desk.read("out/junit.xml"));
}

TEST(Report, ReadsAnIncompleteJournalAndSaysSo) {
  const Desk desk;
  desk.write("small.toml", small_drill());
  ASSERT_EQ(firedrill(desk, {"run", "small.toml", "--report", "out"}).exit_code, 0);
  const std::string whole = desk.read("out/journal.jsonl");
  desk.write("half.jsonl", whole.substr(0, whole.size() / 2));

  const Finished it = firedrill(desk, {"report", "half.jsonl"});

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_THAT(it.out, Not(IsEmpty()));
  EXPECT_THAT(it.error, StartsWith("firedrill: note: the journal is incomplete: "));
}

TEST(Report, RefusesWhatIsNoJournal) {
  const Desk desk;
  desk.write("notes.txt", "hello\n");

  for (const char* journal : {"notes.txt", "absent", "."}) {
    const Finished it = firedrill(desk, {"report", journal});
    EXPECT_EQ(it.exit_code, 2);
    EXPECT_THAT(it.out, IsEmpty());
    EXPECT_THAT(it.error, StartsWith("firedrill: "));
  }
}

}  // namespace
}  // namespace firedrill::tests
