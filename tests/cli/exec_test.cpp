// A drill around a command: what the command gets, and what comes of both.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "places.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

// A proxy before an embedded backend, and latency for as long as the command runs.
std::string exec_drill(const std::string& fault = "delay = \"20ms\"", const std::string& more = "") {
  return R"([drill]
name = "around"
seed = 7

[[backend]]
name = "web"
listen = "127.0.0.1:0"
service_time = "1ms"

[[proxy]]
name = "shop-api"
listen = "127.0.0.1:0"
upstream = "backend:web"

[[fault]]
name = "late"
proxy = "shop-api"
kind = "latency"
)" + fault +
         "\n" + more;
}

// A command that asks the backend through the proxy, says the answer's first line, and then does `more`.
std::vector<std::string> asking(std::vector<std::string> options, const std::string& more = "") {
  options.insert(options.begin(), {"exec", "drill.toml", "--report", "out"});
  options.insert(options.end(), {"--", "bash", "-c",
                                 "exec 3<>/dev/tcp/$FIREDRILL_PROXY_SHOP_API_HOST/$FIREDRILL_PROXY_SHOP_API_PORT; "
                                 "printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' >&3; "
                                 "read -r line <&3; echo \"${line%$'\\r'}\"; exec 3>&-; " +
                                     more});
  return options;
}

const char* const missed_check = R"([[check]]
name = "hardly anyone"
proxy = "shop-api"
expect = { connections = "> 1000" }
)";

TEST(Exec, TellsTheCommandWhereTheProxiesAreAndKeepsOutOfItsWay) {
  const Desk desk;
  desk.write("drill.toml", exec_drill());

  const Finished it = firedrill(desk, asking({"--junit", "ci/drill.xml"}, "echo $FIREDRILL_PROXY_SHOP_API"));

  EXPECT_EQ(it.exit_code, 0) << it.error;
  EXPECT_THAT(it.out, MatchesRegex("HTTP/1.1 200 OK\n127.0.0.1:[0-9]+\n"));
  EXPECT_THAT(it.error, MatchesRegex("firedrill: FIREDRILL_PROXY_SHOP_API=127.0.0.1:[0-9]+\n"
                                     "firedrill: passed, exit code 0\nfiredrill: report: out\n"));
  EXPECT_EQ(desk.read("ci/drill.xml"), desk.read("out/junit.xml"));
}

TEST(Exec, IsNotGreenWithoutTheFileThatWasAskedFor) {
  const Desk desk;
  desk.write("drill.toml", exec_drill());

  const Finished it = firedrill(desk, asking({"--junit", "/dev/full"}, "true"));

  EXPECT_EQ(it.exit_code, 4);
  EXPECT_THAT(it.error,
              HasSubstr("firedrill: --junit /dev/full: cannot be written\nfiredrill: passed, exit code 4 for the "
                        "file that could not be written\n"));
}

TEST(Exec, TellsWhatWouldHappenWithoutACommand) {
  const Desk desk;
  desk.write("drill.toml", exec_drill());

  const Finished it = firedrill(desk, {"exec", "drill.toml", "--dry-run"});

  EXPECT_EQ(it.exit_code, 0) << it.error;
  EXPECT_THAT(it.out, HasSubstr("dry run: nothing was opened or started"));
  EXPECT_THAT(it.out, HasSubstr("blast radius"));
}

TEST(Exec, WarnsBeforeItStarts) {
  const Desk desk;
  desk.write("drill.toml", exec_drill("delay = \"20ms\"\npercent = \"0%\""));

  const Finished it = firedrill(desk, {"exec", "drill.toml", "--no-faults", "--report", "out", "--", "true"});

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_THAT(it.error, HasSubstr("percent = \"0%\": no link is ever met"));
  EXPECT_THAT(it.error, testing::Not(HasSubstr("nothing is judged")));
}

TEST(Exec, RecordsTheCommandInEveryReport) {
  const Desk desk;
  desk.write("drill.toml", exec_drill());

  const Finished it = firedrill(desk, asking({"--seed", "11"}, "exit 7"));

  EXPECT_EQ(it.exit_code, 7) << it.error;
  const auto report = desk.report("out");
  EXPECT_EQ(report.at("result"), "failed");
  EXPECT_EQ(report.at("exit_code"), 7);
  EXPECT_EQ(report.at("seed"), 11);
  EXPECT_EQ(report.at("command").at("argv").at(0), "bash");
  EXPECT_EQ(report.at("command").at("exit_code"), 7);
  EXPECT_TRUE(report.at("command").at("started_s").is_number());
  EXPECT_TRUE(report.at("command").at("ended_s").is_number());
  EXPECT_THAT(report.at("repeat_with"), StartsWith("firedrill exec drill.toml --seed 11 -- bash -c 'exec 3"));
  EXPECT_THAT(desk.read("out/report.md"), AllOf(HasSubstr("\n## The command\n"), HasSubstr("exited with 7. It ran")));
  EXPECT_THAT(desk.read("out/junit.xml"),
              AllOf(HasSubstr("name=\"the command\""),
                    HasSubstr("<failure type=\"exit-status\" message=\"the command exited with 7\">")));
}

TEST(Exec, MergesTheExitCodes) {
  struct Case {
    std::string drill;
    std::vector<std::string> arguments;
    int code;
    std::string reason;
  };
  for (const Case& one : {
           Case{exec_drill(), asking({}), 0, "passed, exit code 0"},
           {exec_drill(), asking({}, "exit 3"), 3, "failed, exit code 3\nfiredrill:   the command exited with 3"},
           {exec_drill(), asking({}, "kill -TERM $$"), 143, "the command was ended by SIGTERM"},
           {exec_drill("delay = \"20ms\"", missed_check), asking({}), 1, "check \"hardly anyone\": connections was 1"},
           {exec_drill("delay = \"20ms\"", missed_check), asking({}, "exit 9"), 9, "the command exited with 9"},
           {exec_drill(),
            {"exec", "drill.toml", "--", "sh", "-c", "exit 9"},
            4,
            "fault \"late\" touched no connection"},
           {exec_drill("at = \"50s\"\ndelay = \"20ms\""), asking({}), 4, "the command was over before it came"},
       }) {
    const Desk desk;
    desk.write("drill.toml", one.drill);

    const Finished it = firedrill(desk, one.arguments);

    EXPECT_EQ(it.exit_code, one.code) << it.error;
    EXPECT_THAT(it.error, HasSubstr(one.reason));
  }
}

TEST(Exec, LeavesTheFaultsOutWhenAsked) {
  const Desk desk;
  desk.write("drill.toml", exec_drill("delay = \"20ms\"", R"([[check]]
name = "late users"
proxy = "shop-api"
during = "late"
expect = { connections = "> 0" }
)"));

  const Finished it = firedrill(desk, {"exec", "drill.toml", "--no-faults", "--report", "out", "--", "true"});

  EXPECT_EQ(it.exit_code, 0) << it.error;
  const auto report = desk.report("out");
  EXPECT_EQ(report.at("no_faults"), true);
  EXPECT_THAT(report.at("faults"), IsEmpty());
  EXPECT_THAT(report.at("checks"), IsEmpty());
  EXPECT_THAT(report.at("notes").at(0).at("text"), HasSubstr("check \"late users\" is left out"));
  EXPECT_EQ(report.at("repeat_with"), "firedrill exec drill.toml --seed 7 --no-faults -- true");
}

TEST(Exec, StartsNothingWhenTheCommandCannotBeStarted) {
  const Desk desk;
  desk.write("drill.toml", exec_drill());
  desk.write("script", "#!/no/such/interpreter\n");
  std::filesystem::permissions(desk / "script", std::filesystem::perms::owner_all);
  struct Case {
    std::string command, error;
  };
  for (const Case& one : {Case{"no-such-program", "there is no such program in PATH"},
                          {"./absent", "No such file or directory"},
                          {"./drill.toml", "Permission denied"},
                          {"./script", "its interpreter /no/such/interpreter: No such file or directory"}}) {
    const Finished it = firedrill(desk, {"exec", "drill.toml", "--report", "out", "--", one.command});

    EXPECT_EQ(it.exit_code, 4);
    EXPECT_EQ(it.error,
              "firedrill: cannot start \"" + one.command + "\": " + one.error + "\nfiredrill: nothing was started\n");
    EXPECT_FALSE(std::filesystem::exists(desk / "out"));
  }
}

TEST(Exec, DoesNotStartTheCommandWhenAPortIsTaken) {
  const Desk desk;
  const Backend taken;
  desk.write("drill.toml", exec_drill());

  const Finished it = firedrill(desk, {"exec", "drill.toml", "--report", "out", "--set",
                                       "proxy.shop-api.listen=" + taken.endpoint().text(), "--", "touch", "started"});

  EXPECT_EQ(it.exit_code, 4);
  EXPECT_THAT(it.error, HasSubstr(taken.endpoint().text()));
  EXPECT_FALSE(std::filesystem::exists(desk / "started"));
  EXPECT_EQ(desk.report("out").at("command").at("started_s"), nullptr);
  EXPECT_THAT(desk.read("out/junit.xml"), HasSubstr("message=\"the command was not started\""));
}

TEST(Exec, RefusesProxiesThatWouldShareAVariable) {
  const auto two = [](const std::string& one, const std::string& other) {
    std::string text = "[drill]\nname = \"two\"\n";
    for (const std::string& name : {one, other})
      text += "[[proxy]]\nname = \"" + name + "\"\nlisten = \"127.0.0.1:0\"\nupstream = \"127.0.0.1:9\"\n";
    return text;
  };
  const Desk desk;
  desk.write("same.toml", two("a-b", "A_b"));
  desk.write("half.toml", two("api", "api-host"));
  desk.write("good.toml", two("api", "hosts"));

  EXPECT_EQ(firedrill(desk, {"exec", "same.toml", "--", "true"}).error,
            "same.toml:8:8: proxy \"A_b\": name = \"A_b\": FIREDRILL_PROXY_A_B would stand for proxy \"a-b\" at "
            "same.toml:4:8 too; rename one\nfiredrill: nothing was started\n");
  EXPECT_THAT(firedrill(desk, {"exec", "half.toml", "--", "true"}).error, HasSubstr("FIREDRILL_PROXY_API_HOST would"));
  EXPECT_EQ(firedrill(desk, {"exec", "good.toml", "--", "true"}).exit_code, 0);
}

TEST(Exec, IsNotCutShortByTheDurationOfTheDrill) {
  const Desk desk;
  desk.write("drill.toml", exec_drill("delay = \"20ms\"", ""));

  const Finished it = firedrill(desk, asking({"--set", "drill.duration=100ms"}, "sleep 0.5; echo done"));

  EXPECT_EQ(it.exit_code, 0) << it.error;
  EXPECT_THAT(it.out, HasSubstr("done\n"));
}

TEST(Exec, HealsFirstAndThenEndsACommandThatTakesTooLong) {
  const Desk desk;
  desk.write("drill.toml", exec_drill());

  const Finished it = firedrill(
      desk, asking({"--set", "drill.max_duration=1s"}, "trap 'echo told; exit 0' TERM; while :; do sleep 0.1; done"));

  EXPECT_EQ(it.exit_code, 3) << it.error;
  EXPECT_THAT(it.out, HasSubstr("told\n"));
  EXPECT_THAT(it.error, HasSubstr("aborted, exit code 3\nfiredrill:   max_duration (1s) was over before the command"));
  const std::string journal = desk.read("out/journal.jsonl");
  EXPECT_LT(journal.find("\"event\":\"heal\""), journal.find("\"event\":\"command_end\""));
  EXPECT_EQ(desk.report("out").at("command").at("told_to_end"), true);
}

TEST(Exec, PassesSignalsOnToTheCommand) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const Desk desk;
    desk.write("drill.toml", exec_drill());
    // The first signal that it gets, whatever else may follow.
    Program program{desk, asking({},
                                 "exec python3 -c 'from signal import *; all = {SIGINT, SIGTERM}; "
                                 "pthread_sigmask(SIG_BLOCK, all); print(\"ready\", flush=True); "
                                 "print(sigwait(all).name)'")};
    ASSERT_TRUE(program.said("ready"));

    program.signal(signal);
    const Finished it = program.finish();

    EXPECT_EQ(it.exit_code, 3) << it.error;
    EXPECT_THAT(it.out, HasSubstr(signal == SIGTERM ? "\nSIGTERM\n" : "\nSIGINT\n"));
    EXPECT_THAT(it.error, HasSubstr(signal == SIGTERM ? "stopped by SIGTERM" : "stopped by SIGINT"));
    EXPECT_EQ(desk.report("out").at("result"), "aborted");
  }
}

TEST(Exec, KillsAStubbornCommandAtTheSecondSignal) {
  const Desk desk;
  desk.write("drill.toml", exec_drill());
  Program program{desk, asking({}, "trap 'echo heard' TERM; echo ready; while :; do sleep 0.1; done")};
  ASSERT_TRUE(program.said("ready"));

  program.signal(SIGTERM);
  ASSERT_TRUE(program.said("heard"));
  program.signal(SIGTERM);

  EXPECT_EQ(program.finish().exit_code, 3);
  EXPECT_EQ(desk.report("out").at("command").at("signal"), "SIGKILL");
}

TEST(Exec, AcceptsTheDrillOfTheDocumentation) {
  const Desk desk;
  const std::string drill = std::string{FIREDRILL_SOURCE_DIR} + "/docs/ci/resilience.toml";

  const Finished calm = firedrill(desk, {"exec", drill, "--no-faults", "--", "true"});
  const Finished vacuous = firedrill(desk, {"exec", drill, "--", "true"});

  EXPECT_EQ(calm.exit_code, 0) << calm.error;
  EXPECT_EQ(vacuous.exit_code, 4) << vacuous.error;
}

TEST(Exec, ExplainsWhatIsMissing) {
  const Desk desk;
  EXPECT_EQ(firedrill(desk, {"exec", "x.toml"}).error,
            "firedrill: COMMAND is required; put it behind --\nTry: firedrill exec --help\n");
  EXPECT_EQ(firedrill(desk, {"exec", "x.toml", "pytest"}).error,
            "firedrill: \"pytest\" is one argument too many; the command stands behind --\n"
            "Try: firedrill exec --help\n");
  const Finished help = firedrill(desk, {"exec", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("firedrill exec FILE [OPTIONS] -- COMMAND"));
}

}  // namespace
}  // namespace firedrill::tests
