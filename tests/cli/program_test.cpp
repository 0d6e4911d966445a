// The program before it runs anything: help, mistakes in the command line, checking files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "places.hpp"
#include "tests/cli/program.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

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
      "broken.toml:1:1: drill: duration is missing; there is no fault whose end would end the drill (only under "
      "firedrill exec it needs none)\n"
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
  EXPECT_EQ(list.at(0), (ordered_json{{"file", "small.toml"},
                                      {"ok", true},
                                      {"problems", ordered_json::array()},
                                      {"warnings", ordered_json::array()}}));
  EXPECT_EQ(list.at(1).at("ok"), false);
  EXPECT_EQ(list.at(1).at("problems").at(0).at("file"), "broken.toml");
  EXPECT_EQ(list.at(1).at("problems").at(0).at("line"), 1);
}

}  // namespace
}  // namespace firedrill::tests
