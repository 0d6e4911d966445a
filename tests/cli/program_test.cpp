// The program as its users meet it: what it prints, where, and how it exits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "tests/cli/program.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

TEST(Program, SaysItsVersion) {
  const Finished it = firedrill(Desk{}, {"--version"});

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_EQ(it.out, "firedrill 0.1.0\n");
  EXPECT_THAT(it.error, IsEmpty());
}

TEST(Program, HelpsOnEveryLevel) {
  const Desk desk;
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"},
                                                {"run", "--help"},
                                                {"check", "-h"},
                                                {"report", "--help"},
                                                {"help", "run"}}) {
    const Finished it = firedrill(desk, words);

    EXPECT_EQ(it.exit_code, 0);
    EXPECT_THAT(it.out, AllOf(HasSubstr("Usage: "), HasSubstr("Examples:"))) << words.front();
    EXPECT_THAT(it.error, IsEmpty());
  }
}

TEST(Program, ShowsHelpAndFailsWithoutArguments) {
  const Finished it = firedrill(Desk{}, {});

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.out, IsEmpty());
  EXPECT_THAT(it.error, HasSubstr("Usage: firedrill"));
}

TEST(Program, ExplainsUsageErrorsAndExitsWithTwo) {
  struct Case {
    std::vector<std::string> words;
    std::string error;
  };
  const Desk desk;
  for (const Case& one : {
           Case{{"rnu", "x.toml"},
                "firedrill: there is no command \"rnu\"; did you mean \"run\"?\nTry: firedrill --help\n"},
           {{"frobnicate"}, "firedrill: there is no command \"frobnicate\"\nTry: firedrill --help\n"},
           {{"--jsn"}, "firedrill: there is no option --jsn\nTry: firedrill --help\n"},
           {{"run"}, "firedrill: FILE is required\nTry: firedrill run --help\n"},
           {{"run", "x.toml", "--sed", "7"},
            "firedrill: there is no option --sed; did you mean --seed?\nTry: firedrill run --help\n"},
           {{"run", "x.toml", "-host=1"}, "firedrill: there is no option --host\nTry: firedrill run --help\n"},
           {{"run", "x.toml", "y.toml"}, "firedrill: \"y.toml\" is one argument too many\nTry: firedrill run --help\n"},
           {{"run", "x.toml", "--seed", "abc"},
            "firedrill: --seed: must be a whole number, not \"abc\"\nTry: firedrill run --help\n"},
           {{"run", "x.toml", "--set", "seed"},
            "firedrill: --set takes KEY=VALUE, such as fault.NAME.percent=30%, not \"seed\"\nTry: firedrill run "
            "--help\n"},
       }) {
    const Finished it = firedrill(desk, one.words);

    EXPECT_EQ(it.exit_code, 2) << one.error;
    EXPECT_THAT(it.out, IsEmpty());
    EXPECT_EQ(it.error, one.error);
  }
}

TEST(Check, SaysInALineWhatAGoodFileHolds) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  const Finished it = firedrill(desk, {"check", "small.toml", library("pool-exhaustion")});

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_EQ(it.out, "ok: small, 1.5s, 1 fault, 2 checks\nok: pool-exhaustion, 60s, 1 fault, 5 checks\n");
  EXPECT_THAT(it.error, IsEmpty());
}

TEST(Check, AcceptsTheDrillOfTheReadme) {
  std::ifstream readme{std::string{FIREDRILL_SOURCE_DIR} + "/README.md"};
  std::string drill;
  for (std::string line; std::getline(readme, line);) {
    if (drill.empty() && line != "    [drill]") continue;
    if (!line.empty() && !line.starts_with("    ")) break;
    drill += line + "\n";
  }
  const Desk desk;
  desk.write("readme.toml", drill);

  const Finished it = firedrill(desk, {"check", "readme.toml"});

  EXPECT_EQ(it.out, "ok: slow-answers, 15s, 1 fault, 2 checks\n") << it.error;
}

TEST(Check, ListsEveryProblemWithItsPlace) {
  const Desk desk;
  desk.write("small.toml", small_drill());
  desk.write("broken.toml",
             "[drill]\nname = \"broken\"\nduratoin = \"5s\"\n\n[[proxy]]\nname = \"api\"\nlisten = "
             "\"127.0.0.1\"\nupstream = \"backend:web\"\n");

  const Finished it = firedrill(desk, {"check", "broken.toml", "small.toml", "absent.toml"});

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_EQ(it.out, "ok: small, 1.5s, 1 fault, 2 checks\n");
  EXPECT_EQ(
      it.error,
      "broken.toml:1:1: drill: duration is missing; there is no fault whose end would end the drill\n"
      "broken.toml:1:1: drill: there is nothing to do: no [[fault]], no [[load]], no [[check]]\n"
      "broken.toml:3:1: drill: unknown key \"duratoin\"; did you mean \"duration\"?\n"
      "broken.toml:7:10: proxy \"api\": listen = \"127.0.0.1\": must be an address such as \"127.0.0.1:8081\", "
      "\"[::1]:8081\" or \"unix:/run/app.sock\"; port 0 takes a free one\n"
      "broken.toml:8:12: proxy \"api\": upstream = \"backend:web\": there is no backend \"web\"; the drill has no "
      "[[backend]]\n"
      "absent.toml: cannot be read: No such file or directory\n");
}

TEST(Check, AnswersProgramsInJson) {
  const Desk desk;
  desk.write("small.toml", small_drill());
  desk.write("broken.toml", "[drill\n");

  const Finished it = firedrill(desk, {"check", "small.toml", "broken.toml", "--json"});

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.error, IsEmpty());
  const auto list = ordered_json::parse(it.out);
  EXPECT_EQ(list.at(0), (ordered_json{{"file", "small.toml"}, {"ok", true}, {"problems", ordered_json::array()}}));
  EXPECT_EQ(list.at(1).at("ok"), false);
  EXPECT_EQ(list.at(1).at("problems").at(0).at("file"), "broken.toml");
  EXPECT_EQ(list.at(1).at("problems").at(0).at("line"), 1);
}

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
