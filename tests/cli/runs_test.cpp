// The commands for drills that a daemon plays, against one that plays them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "places.hpp"
#include "tests/cli/daemon.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

using Words = std::vector<std::string>;

/// A drill named `name` with a fault `fault` from the start on.
std::string a_drill(const std::string& name, const std::string& duration, const std::string& fault,
                    const std::string& more = "") {
  return "[drill]\nname = \"" + name + "\"\ntitle = \"All of it\"\nmax_duration = \"10m\"\nduration = \"" + duration +
         "\"\n\n" + more + R"(
[[backend]]
name = "web"
listen = "127.0.0.1:0"
service_time = "1ms"

[[proxy]]
name = ")" +
         name + R"(-api"
listen = "127.0.0.1:0"
upstream = "backend:web"

[[load]]
name = "users"
http = "proxy:)" +
         name + R"(-api/"
rate = 100

[[fault]]
name = ")" +
         fault +
         R"("
proxy = ")" +
         name + R"(-api"
kind = "latency"
at = "50ms"
for = ")" +
         (duration == "400ms" ? "300ms" : "4m") +
         R"("
delay = "1ms"

[[check]]
name = "users do not wait"
load = "users"
during = ")" +
         fault +
         R"("
expect = { p50 = "< 80ms" }
)";
}

class RunCommands : public testing::Test {
 protected:
  void SetUp() override {
    desk_.write("quick.toml",
                a_drill("quick", "400ms", "late", "[schedule]\ncron = \"0 9 * * 2\"\ntimezone = \"UTC\"\n"));
    desk_.write("long.toml", a_drill("long", "5m", "late"));
    desk_.write("pool-exhaustion.toml", a_drill("pool-exhaustion", "5m", "undersized-pool"));
    daemon_ =
        std::make_unique<Daemon>(desk_, Words{"quick.toml", "long.toml", "pool-exhaustion.toml", "--state", "state"});
  }

  std::string environment() const { return "FIREDRILL_CONTROL=" + daemon_->address(); }
  Finished ask(Words words) { return firedrill(desk_, std::move(words), {environment(), "TZ=Asia/Tokyo"}); }
  std::string ok(Words words) {
    const std::string line = testing::PrintToString(words);
    const Finished it = ask(std::move(words));
    EXPECT_EQ(it.exit_code, 0) << line << it.error;
    EXPECT_THAT(it.error, IsEmpty()) << line;
    return it.out;
  }
  ordered_json json(Words words) {
    words.emplace_back("--json");
    return ordered_json::parse(ok(std::move(words)));
  }
  void expect_refusal(Words words, int exit_code, const std::string& complaint) {
    const std::string line = testing::PrintToString(words);
    const Finished it = ask(std::move(words));
    EXPECT_EQ(it.exit_code, exit_code) << line;
    EXPECT_EQ(it.error, complaint) << line;
  }
  /// The id of one whose fault is in force.
  std::string start_long() {
    std::string run = ok({"runs", "start", "long"});
    run.pop_back();
    EXPECT_TRUE(eventually([&] { return json({"runs", "show", run}).at("faults").at(0).at("in_force") == true; }));
    return run;
  }
  bool has_event(const std::string& run, const std::string& text) {
    return json({"runs", "show", run}).at("events").dump().find(text) != std::string::npos;
  }
  bool is_over(const std::string& run) { return json({"runs", "show", run}).at("state") == "over"; }

  Desk desk_;
  std::unique_ptr<Daemon> daemon_;
};

TEST_F(RunCommands, ListDrillsAndWhenTheyArePlayed) {
  desk_.write("long.toml", "[drill]\nname = \"long\"\n");

  EXPECT_THAT(ok({"drills"}), MatchesRegex("quick\tyes\t\tAll of it\tquick.toml\n"
                                           "long\tno\tlong.toml:[^\n]+\t\tlong.toml\n"
                                           "pool-exhaustion\tno\t\tAll of it\tpool-exhaustion.toml\n"));
  EXPECT_EQ(ok({"drills", "--quiet"}), "quick\nlong\npool-exhaustion\n");
  EXPECT_EQ(json({"drills"}).at("drills").at(0).at("name"), "quick");
  EXPECT_THAT(ok({"schedule"}), MatchesRegex("quick\t0 9 . . 2\tUTC\t2[0-9-]+T09:00:00.000Z\t"
                                             "2[0-9-]+T18:00:00.0900\tenabled\n"));
  EXPECT_EQ(ok({"schedule", "-q"}), "quick\n");
  EXPECT_EQ(json({"schedule"}).at("schedule").at(0).at("overlap"), "forbid");
}

TEST_F(RunCommands, StartOneAndWatchItPass) {
  const Finished it = ask({"runs", "start", "quick", "--watch"});

  EXPECT_EQ(it.exit_code, 0) << it.error;
  EXPECT_THAT(it.out, MatchesRegex("run quick-[0-9TZ]+\n.*fault late on\n.*fault late off\n.*check \"users do not "
                                   "wait\" held.*\nrun quick-[0-9TZ]+: passed; its report: firedrill runs report "
                                   "quick-[0-9TZ]+\n"));
  const std::string run = json({"runs", "list"}).at("runs").at(0).at("id");
  EXPECT_THAT(ok({"runs", "list"}), MatchesRegex(run + "\tquick\tpassed\t2[^\t]+Z\t0[.][0-9]+\t0[.][0-9]+\t.+@.+\n"));
  EXPECT_EQ(ok({"runs", "list", "--quiet"}), run + "\n");
  const Finished again = ask({"runs", "watch", run});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.out, HasSubstr("fault late on\n"));
}

TEST_F(RunCommands, OnesThatMissAnExpectationExitWithOne) {
  const Finished it = ask({"runs", "start", "quick", "--set", "fault.late.delay=150ms", "--watch"});

  EXPECT_EQ(it.exit_code, 1) << it.out;
  EXPECT_THAT(it.out, HasSubstr(": failed; its report"));
}

TEST_F(RunCommands, OnesThatCouldNotMeasureExitWithFour) {
  desk_.write("idle.toml",
              "[drill]\nname = \"idle\"\nduration = \"200ms\"\n[[proxy]]\nname = \"idle\"\nlisten = \"127.0.0.1:0\"\n"
              "upstream = \"127.0.0.1:9\"\n[[fault]]\nname = \"f\"\nproxy = \"idle\"\nkind = \"stall\"\nat = \"50ms\"\n"
              "for = \"50ms\"\n");

  const Finished it = ask({"runs", "start", "idle.toml", "--watch", "--json"});

  EXPECT_EQ(it.exit_code, 4) << it.out << it.error;
  EXPECT_EQ(ordered_json::parse(it.out).at("result"), "errored");
}

TEST_F(RunCommands, SendAFileThatIsHere) {
  desk_.write("here.toml", a_drill("here", "400ms", "late"));

  const ordered_json plan = json({"runs", "start", "here.toml", "--dry-run", "--set", "fault.late.delay=2ms"});
  EXPECT_EQ(plan.at("drill"), "here");
  EXPECT_THAT(plan.at("timeline").dump(), HasSubstr("2ms"));
  EXPECT_THAT(json({"runs", "list"}).at("runs"), IsEmpty());

  EXPECT_EQ(ask({"runs", "start", "here.toml", "--watch"}).exit_code, 0);
  desk_.write("wrong.toml", "[drill]\nname = \"wrong\"\nduraton = \"1s\"\n");
  const Finished wrong = ask({"runs", "start", "wrong.toml"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.error, HasSubstr("unknown key \"duraton\"; did you mean \"duration\"?"));
}

TEST_F(RunCommands, SteerOne) {
  const std::string run = start_long();
  const std::string said = "run " + run + ": ";

  EXPECT_EQ(ok({"runs", "pause", run}), said + "paused\n");
  EXPECT_TRUE(eventually([&] { return json({"runs", "show", run}).at("state") == "paused"; }));
  EXPECT_EQ(ok({"runs", "resume", run}), said + "resumed\n");
  EXPECT_TRUE(eventually([&] { return json({"runs", "show", run}).at("state") == "running"; }));
  EXPECT_EQ(ok({"runs", "note", run, "the", "pager", "went off"}), said + "noted\n");
  EXPECT_TRUE(eventually([&] { return has_event(run, "the pager went off"); }));
  EXPECT_EQ(ok({"runs", "extend", run, "late", "30s"}), said + "fault late is extended\n");
  EXPECT_TRUE(eventually([&] { return has_event(run, "extended"); }));
  EXPECT_EQ(ok({"runs", "end", run, "late"}), said + "fault late is ended\n");
  EXPECT_TRUE(eventually([&] { return json({"runs", "show", run}).at("faults").at(0).at("in_force") == false; }));
  expect_refusal({"runs", "end", run, "late"}, 1, "firedrill: fault late is not in force\n");
  EXPECT_EQ(ok({"runs", "abort", run, "the real", "incident"}), said + "aborted; everything of it is being healed\n");

  const Finished it = ask({"runs", "watch", run});
  EXPECT_EQ(it.exit_code, 3);
  EXPECT_THAT(it.out, AllOf(HasSubstr(": aborted; its report"), HasSubstr("the real incident\n")));
  expect_refusal({"runs", "abort", run}, 1, "firedrill: run " + run + " is over\n");
}

TEST_F(RunCommands, SkipAFault) {
  std::string run = ok({"runs", "start", "long", "--set", "fault.late.at=30s"});
  run.pop_back();
  EXPECT_TRUE(eventually([&] { return json({"runs", "show", run}).at("state") == "running"; }));

  EXPECT_EQ(ok({"runs", "skip", run, "late"}), "run " + run + ": fault late is skipped\n");

  EXPECT_TRUE(eventually([&] { return has_event(run, "late skipped"); }));
}

TEST_F(RunCommands, ShowOne) {
  const std::string run = start_long();

  EXPECT_THAT(ok({"runs", "show", run}),
              AllOf(StartsWith("run\t" + run + "\ndrill\tlong\nby\t"), HasSubstr("\nstate\trunning\n"),
                    HasSubstr("\nfault\tlate\tlatency\tin force\t"), HasSubstr("\ncheck\tusers do not wait\tlate\t"),
                    HasSubstr("\tfault late on\n")));
  Program program{desk_, {"runs", "show", run}, {environment(), "NO_COLOR=1"}, Program::Streams::terminal, 120};
  EXPECT_THAT(program.finish().out, AllOf(HasSubstr("FAULT  KIND     STATE"), HasSubstr("late   latency  in force")));
  EXPECT_THAT(ok({"status"}), HasSubstr("\nrun\t" + run + "\tlong\trunning\t"));
  EXPECT_EQ(json({"status"}).at("runs").at(0).at("id"), run);
  expect_refusal({"runs", "start", "long"}, 1, "firedrill: drill \"long\" is being played: run " + run + "\n");
}

TEST_F(RunCommands, HealAbortsThem) {
  const std::string run = start_long();

  EXPECT_THAT(ok({"heal"}), HasSubstr(" healed, 1 run aborted\n"));

  EXPECT_EQ(ask({"runs", "watch", run}).exit_code, 3);
  EXPECT_EQ(json({"status"}).at("runs"), ordered_json::array());
}

TEST_F(RunCommands, GiveReportAndJournal) {
  const std::string run = start_long();
  EXPECT_THAT(ok({"runs", "journal", run}), StartsWith("{\"v\":1,\"seq\":0,"));
  const Finished early = ask({"runs", "report", run});
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_EQ(early.error, "firedrill: report.md is not there (yet)\n");
  ok({"runs", "abort", run});
  ASSERT_EQ(ask({"runs", "watch", run}).exit_code, 3);

  EXPECT_EQ(ok({"runs", "report", run}), desk_.read("state/runs/" + run + "/report.md"));
  EXPECT_EQ(ordered_json::parse(ok({"runs", "report", run, "--format", "json"})).at("result"), "aborted");
  EXPECT_THAT(ok({"runs", "report", run, "--format", "junit"}), HasSubstr("<testsuite"));
  EXPECT_THAT(ok({"runs", "journal", run}), HasSubstr("\"event\":\"run_end\""));
}

TEST_F(RunCommands, WatchingMayEndBeforeTheRunDoes) {
  const std::string run = start_long();
  Program watcher{desk_, {"runs", "watch", run}, {environment()}};
  ASSERT_TRUE(watcher.said("fault late on\n"));

  watcher.signal(SIGINT);
  const Finished it = watcher.finish();

  EXPECT_EQ(it.exit_code, 130);
  EXPECT_EQ(it.error, "firedrill: run " + run + " goes on; what ends it: firedrill runs abort " + run + "\n");
  EXPECT_EQ(json({"runs", "show", run}).at("state"), "running");
}

TEST_F(RunCommands, SayWhatIsWrong) {
  expect_refusal({"runs", "show", "none"}, 1, "firedrill: there is no run \"none\"\n");
  expect_refusal({"runs", "start", "qick"}, 1, "firedrill: there is no drill \"qick\"; did you mean \"quick\"?\n");
  expect_refusal({"runs", "start", "quick", "--set", "x"}, 2,
                 "firedrill: --set takes KEY=VALUE, such as fault.NAME.percent=30%, not \"x\"\n");
  for (const Words& words : {Words{"runs", "extend", "r", "f", "soon"},
                             {"runs", "note", "r"},
                             {"runs"},
                             {"runs", "report", "r", "--format", "pdf"},
                             {"runs", "start", "q", "--watch", "--dry-run"}})
    EXPECT_EQ(ask(words).exit_code, 2) << testing::PrintToString(words);
}

TEST_F(RunCommands, CompleteInBash) {
  const std::string run = start_long();
  const auto completed = [&](const std::string& line) {
    desk_.write("completion.bash", ok({"completion", "bash"}));
    desk_.write("try.bash", "source completion.bash\nCOMP_LINE='" + line +
                                "' COMP_POINT=${#COMP_LINE}\nCOMP_WORDS=('" FIREDRILL_PROGRAM
                                "')\n_firedrill\nprintf '%s,' \"${COMPREPLY[@]}\"\n");
    return run_script(desk_, environment() + " bash try.bash").said;
  };

  EXPECT_EQ(completed("firedrill runs start qu"), "quick,");
  EXPECT_EQ(completed("firedrill runs pause "), run + ",");
  EXPECT_EQ(completed("firedrill runs end " + run + " "), "late,");
}

TEST_F(RunCommands, DoWhatTheDocumentationSays) {
  desk_.write("drill.toml", a_drill("drill", "400ms", "slow"));
  std::string script = "set -e\nexport " + environment() + "\nfiredrill() { '" FIREDRILL_PROGRAM "' \"$@\"; }\n";
  std::ifstream page{FIREDRILL_SOURCE_DIR "/docs/cli.md"};
  std::size_t tried = 0;
  bool here = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) here = line == "## Drills";
    if (!here || !line.starts_with("    ")) continue;
    script += line + "\n";
    ++tried;
    if (line.find("RUN=") != std::string::npos)
      script += "until firedrill runs show \"$RUN\" | grep -q '^fault.*in force'; do sleep 0.05; done\n";
  }

  const Ran it = run_script(desk_, script);

  EXPECT_EQ(it.exit_code, 0) << script << it.said;
  EXPECT_GE(tried, 16);
}

}  // namespace
}  // namespace firedrill::tests
