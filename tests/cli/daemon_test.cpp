// The commands that drive a daemon, against one that runs: what they say, and what the daemon then does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "places.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/eventually.hpp"
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

using Words = std::vector<std::string>;

class DaemonCommands : public testing::Test {
 protected:
  void SetUp() override {
    program_ = std::make_unique<Program>(desk_, Words{"serve", "--control", address_, "--drain", "0s"});
    ASSERT_TRUE(program_->said("seed "));
    ok({"proxy", "add", "api", "127.0.0.1:" + std::to_string(port_), backend_.endpoint().text()});
  }

  std::string environment() const { return "FIREDRILL_CONTROL=" + address_; }
  Finished ask(Words words) { return firedrill(desk_, std::move(words), {environment()}); }
  /// What it prints, done without a complaint.
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
  ordered_json faults() { return json({"fault", "list"}).at("faults"); }
  void expect_refusal(Words words, int exit_code, const std::string& complaint) {
    const std::string line = testing::PrintToString(words);
    const Finished it = ask(std::move(words));
    EXPECT_EQ(it.exit_code, exit_code) << line;
    EXPECT_EQ(it.error, complaint) << line;
    EXPECT_THAT(it.out, IsEmpty()) << line;
  }

  Desk desk_;
  Backend backend_;
  std::string address_ = local(free_port()).text();
  std::uint16_t port_ = free_port();
  std::unique_ptr<Program> program_;
};

TEST_F(DaemonCommands, ListProxies) {
  ok({"fault", "add", "api", "stall"});
  const std::string upstream = backend_.endpoint().text();

  EXPECT_EQ(ok({"proxy", "list"}), "api\t" + local(port_).text() + "\t" + upstream + "\tenabled\tstall\n");
  EXPECT_EQ(ok({"proxy", "list", "--quiet"}), "api\n");
  EXPECT_EQ(json({"proxy", "list"}).at("proxies").at(0).at("name"), "api");
}

TEST_F(DaemonCommands, ShowAProxy) {
  const Peer client = Peer::connect(local(port_));
  const Peer server = backend_.accept();

  EXPECT_EQ(ok({"proxy", "show", "api"}), "address\t" + local(port_).text() + "\nupstream\t" +
                                              backend_.endpoint().text() +
                                              "\nconnect_timeout\t5s\nstate\tenabled\nopen\t1\naccepted\t1\n"
                                              "connect_errors\t0\nupstream_bytes\t0\ndownstream_bytes\t0\n");
  EXPECT_EQ(json({"proxy", "show", "api"}).at("status").at("counters").at("open"), 1);
}

TEST_F(DaemonCommands, AddAndRemoveProxiesOfAnyName) {
  for (const std::string name : {"list", "..", "a/b c", "redis:6379", "ä?#%"}) {
    const std::string at = local(free_port()).text();
    EXPECT_EQ(ok({"proxy", "add", name, at, "127.0.0.1:9"}), "proxy " + name + ": " + at + " -> 127.0.0.1:9\n");
    EXPECT_EQ(json({"proxy", "show", name}).at("name"), name);
    ok({"fault", "add", name, "stall", "--name", name});
    EXPECT_EQ(ok({"fault", "remove", name, name}), "fault " + name + " on " + name + ": removed\n");
    EXPECT_EQ(ok({"proxy", "remove", name}), "proxy " + name + ": removed\n");
  }
  EXPECT_EQ(ok({"proxy", "list", "-q"}), "api\n");
}

TEST_F(DaemonCommands, SwitchProxies) {
  Peer client;

  EXPECT_EQ(ok({"proxy", "disable", "api"}), "proxy api: disabled; it refuses connections\n");
  EXPECT_EQ(Peer::try_connect(local(port_), client), ECONNREFUSED);

  EXPECT_THAT(ok({"proxy", "enable", "api"}), StartsWith("proxy api: " + local(port_).text()));
  EXPECT_EQ(Peer::try_connect(local(port_), client), 0);

  EXPECT_EQ(json({"proxy", "add", "later", "127.0.0.1:0", "127.0.0.1:9", "--disabled"}).at("enabled"), false);
}

TEST_F(DaemonCommands, AddFaults) {
  EXPECT_THAT(ok({"fault", "add", "api", "latency", "delay=200ms", "--for", "5m"}),
              MatchesRegex("fault latency on api: in force until 2[0-9]+-[0-9-]+T[0-9:.]+Z\n"));
  ok({"fault", "add", "api", "reset", "percent=30%", "--name", "cut"});

  const ordered_json all = faults();
  ASSERT_EQ(all.size(), 2);
  EXPECT_EQ(all[0].at("delay"), "200ms");
  EXPECT_EQ(all[0].at("ttl"), "5m");
  EXPECT_EQ(all[1].at("name"), "cut");
  EXPECT_EQ(all[1].at("ttl"), "1h");
  EXPECT_THAT(all[1].at("status").at("by").get<std::string>(), MatchesRegex(".+@.+"));
}

TEST_F(DaemonCommands, SettingsKeepTheirTypes) {
  ok({"fault", "add", "api", "pool", "max_connections=7", "queue_timeout=1s", "clients=[\"10.0.0.0/8\", \"::1\"]"});

  const ordered_json pool = faults().at(0);
  EXPECT_EQ(pool.at("max_connections"), 7);
  EXPECT_EQ(pool.at("queue_timeout"), "1s");
  EXPECT_EQ(pool.at("clients"), ordered_json::parse(R"(["10.0.0.0/8", "::1"])"));
  EXPECT_THAT(ok({"fault", "list", "api"}),
              AllOf(StartsWith("pool\tapi\tpool\t2"),
                    HasSubstr("\tmax_connections=7 queue_timeout=1s clients=[\"10.0.0.0/8\",\"::1\"]\n")));
  expect_refusal({"fault", "add", "api", "latency", "delay.from=1s"}, 2,
                 "firedrill: fault \"latency\": delay (a table): must be a duration with a unit, such as \"250ms\", "
                 "\"30s\" or \"5m\"\n");
}

TEST_F(DaemonCommands, UpdateFaults) {
  ok({"fault", "add", "api", "latency", "delay=200ms", "jitter=50ms", "--for", "5m"});

  ok({"fault", "update", "api", "latency", "delay=1s", "jitter=", "--for", "10m"});

  const ordered_json fault = faults().at(0);
  EXPECT_EQ(fault.at("delay"), "1s");
  EXPECT_EQ(fault.at("ttl"), "10m");
  EXPECT_FALSE(fault.contains("jitter"));
}

TEST_F(DaemonCommands, Heal) {
  ok({"fault", "add", "api", "stall"});
  EXPECT_EQ(ok({"heal", "api"}), "1 fault healed\n");
  EXPECT_EQ(ok({"heal"}), "no faults healed\n");
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(DaemonCommands, HaltAndRelease) {
  ok({"fault", "add", "api", "stall"});

  EXPECT_THAT(ok({"halt", "the", "real one", "\x1b[31mcomes first"}), StartsWith("halted: everything is healed"));
  EXPECT_THAT(faults(), IsEmpty());
  const ordered_json halt = json({"status"}).at("status").at("halt");
  EXPECT_EQ(halt.at("reason"), "the real one \x1b[31mcomes first");
  const std::string by = halt.at("by").get<std::string>();
  expect_refusal({"fault", "add", "api", "stall"}, 1,
                 "firedrill: halted by " + by + ": the real one  [31mcomes first\n");
  EXPECT_THAT(ok({"status"}), HasSubstr("\nhalt\t" + halt.at("since").get<std::string>() + "\t" + by +
                                        "\tthe real one  [31mcomes first\n"));

  EXPECT_EQ(ok({"halt", "--release"}), "released: faults are taken again\n");
  expect_refusal({"halt", "--release"}, 1, "firedrill: nothing is halted\n");
  ok({"fault", "add", "api", "stall"});
}

TEST_F(DaemonCommands, TellTheStatus) {
  ok({"fault", "add", "api", "stall"});

  const ordered_json it = json({"status"});

  EXPECT_EQ(it.at("status").at("faults"), 1);
  const ordered_json& status = it.at("faults").at(0).at("status");
  EXPECT_EQ(ok({"status"}), "version\t" + it.at("status").at("version").get<std::string>() + "\nstarted\t" +
                                it.at("status").at("started").get<std::string>() +
                                "\nproxies\t1\nfault\tstall\tapi\tstall\t" + status.at("since").get<std::string>() +
                                "\t" + status.at("until").get<std::string>() + "\t0\t" +
                                status.at("by").get<std::string>() + "\t\n");
}

TEST_F(DaemonCommands, ShowTablesOnATerminal) {
  ok({"fault", "add", "api", "latency", "delay=200ms", "--for", "5m"});

  const auto shown = [&](Words words) {
    Program program{desk_, std::move(words), {environment(), "NO_COLOR=1"}, Program::Streams::terminal, 120};
    return program.finish().out;
  };

  EXPECT_THAT(shown({"proxy", "list"}),
              AllOf(HasSubstr("PROXY  LISTENS ON"), HasSubstr("api    " + local(port_).text())));
  EXPECT_THAT(shown({"fault", "list"}), AllOf(StartsWith("FAULT    PROXY  KIND"), HasSubstr("latency  api    latency"),
                                              HasSubstr("delay=200ms\r\n")));
  EXPECT_THAT(shown({"status"}), AllOf(StartsWith("firedrill "), HasSubstr("  1 proxy  1 fault\r\n")));
  EXPECT_THAT(shown({"fault", "list", "none"}), HasSubstr("there is no proxy"));
  ok({"heal"});
  EXPECT_EQ(shown({"fault", "list"}), "no faults\r\n");
}

TEST_F(DaemonCommands, TopShowsOneTableInAPipe) {
  ok({"fault", "add", "api", "pool", "max_connections=7", "queue_timeout=1s"});
  const Peer client = Peer::connect(local(port_));
  const Peer server = backend_.accept();

  EXPECT_THAT(ok({"top"}), MatchesRegex("proxy\tapi\tenabled\t1\t0.0\t0\t0\t0\n"
                                        "pool\tpool\tapi\t1\t7\t0\t0\t0\n"
                                        "fault\tpool\tapi\tpool\t3[0-9]+\t-\t1\tmax_connections=7 queue_timeout=1s\n"));
  EXPECT_EQ(json({"top"}).at("proxies").at(0).at("status").at("counters").at("open"), 1);
}

TEST_F(DaemonCommands, TopGoesOnUntilItIsInterrupted) {
  Program top{desk_, {"top"}, {environment()}, Program::Streams::terminal};
  ASSERT_TRUE(top.said("ACCEPTED/S"));
  ok({"fault", "add", "api", "stall", "--name", "comes later"});
  ASSERT_TRUE(top.said("comes later"));

  top.signal(SIGINT);
  const Finished it = top.finish();

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_GT(it.out.rfind("\x1b[?25h"), it.out.rfind("\x1b[?25l"));
}

TEST_F(DaemonCommands, HoldRenewsAFaultUntilItIsInterrupted) {
  Program holder{desk_, {"fault", "add", "api", "latency", "delay=1s", "--hold"}, {environment()}};
  ASSERT_TRUE(holder.said("fault latency on api: in force until Ctrl-C\n"));
  const ordered_json first = faults().at(0);
  EXPECT_EQ(first.at("ttl"), "15s");
  const std::string holder_name = first.at("status").at("held_by");
  EXPECT_EQ(holder_name, first.at("status").at("by"));
  for (const Words& words : {Words{"fault", "list"}, Words{"status"}})
    EXPECT_THAT(ask(words).out, HasSubstr("\theld by " + holder_name + "\t"));

  EXPECT_TRUE(eventually([&] { return faults().at(0).at("status").at("until") != first.at("status").at("until"); }));
  expect_refusal({"fault", "add", "api", "latency", "delay=1s", "--hold"}, 1,
                 "firedrill: there is a fault \"latency\" on api already; give this one another name with --name\n");
  holder.signal(SIGINT);
  const Finished it = holder.finish();

  EXPECT_EQ(it.exit_code, 0) << it.error;
  EXPECT_THAT(it.out, HasSubstr("fault latency on api: removed\n"));
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(DaemonCommands, HoldDoesNotPutBackWhatIsHealed) {
  Program holder{desk_, {"fault", "add", "api", "stall", "--hold"}, {environment()}};
  ASSERT_TRUE(holder.said("until Ctrl-C\n"));

  ok({"heal"});
  const Finished it = holder.finish();

  EXPECT_EQ(it.exit_code, 1);
  EXPECT_EQ(it.error, "firedrill: fault stall on api: somebody has removed it\n");
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(DaemonCommands, HoldGivesWayToWhoeverGivesItAnotherTime) {
  Program holder{desk_, {"fault", "add", "api", "stall", "--hold"}, {environment()}};
  ASSERT_TRUE(holder.said("until Ctrl-C\n"));

  ok({"fault", "update", "api", "stall", "--for", "10m"});
  EXPECT_EQ(faults().at(0).at("status").at("held_by"), nullptr);
  holder.signal(SIGINT);
  const Finished it = holder.finish();

  EXPECT_EQ(it.exit_code, 1);
  EXPECT_EQ(it.error, "firedrill: fault stall on api: somebody has given it another time, 10m; it is no longer held\n");
  EXPECT_EQ(faults().size(), 1);
}

TEST_F(DaemonCommands, SayWhatTheDaemonRefuses) {
  expect_refusal({"proxy", "show", "apo"}, 1, "firedrill: there is no proxy \"apo\"; did you mean \"api\"?\n");
  expect_refusal({"fault", "remove", "api", "none"}, 1, "firedrill: there is no fault \"none\"\n");
  expect_refusal({"proxy", "add", "api", "127.0.0.1:0", "127.0.0.1:9"}, 1,
                 "firedrill: there is a proxy \"api\" already\n");
  expect_refusal({"fault", "add", "api", "latency", "delay=200"}, 2,
                 "firedrill: fault \"latency\": delay = 200: must be a duration with a unit, such as \"250ms\", "
                 "\"30s\" or \"5m\"\n");
  const Finished two = ask({"fault", "add", "api", "latency", "delay=200", "jiter=1s"});
  EXPECT_EQ(two.exit_code, 2);
  EXPECT_THAT(two.error,
              MatchesRegex("firedrill: the request has several mistakes; nothing was changed\nfiredrill: fault "
                           "\"latency\": delay.*\nfiredrill: fault \"latency\": unknown key \"jiter\".*\n"));
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(DaemonCommands, SayWhatIsWrongWithTheLine) {
  const auto expect_usage = [&](Words words, const std::string& complaint) {
    const Finished it = ask(words);
    EXPECT_EQ(it.exit_code, 2) << testing::PrintToString(words);
    EXPECT_THAT(it.error, HasSubstr(complaint)) << testing::PrintToString(words);
  };

  expect_usage({"fault", "ad"}, "there is no command \"ad\"; did you mean \"add\"?\nTry: firedrill fault --help\n");
  expect_usage({"fault"}, "Usage: firedrill fault");
  expect_usage({"fault", "add", "api"}, "KIND is required\nTry: firedrill fault add --help\n");
  expect_usage({"fault", "add", "api", "stall", "--hld"}, "there is no option --hld; did you mean --hold?");
  expect_usage({"fault", "add", "api", "stall", "--for", "soon"}, "must be a duration, such as 5m, not \"soon\"");
  expect_usage({"fault", "add", "api", "stall", "--for", "5m", "--hold"}, "excludes --");
  expect_usage({"fault", "add", "api", "latency", "1s"}, "settings are KEY=VALUE, such as delay=200ms, not \"1s\"");
  expect_usage({"status", "--control", "nowhere"}, "--control nowhere: must be a host and a port");
  expect_usage({"status", "--control", "a/b:80"}, "must be a host and a port");
  expect_usage({"status", "--token-file", "none"}, "--token-file none: there is no token to be read");
}

TEST_F(DaemonCommands, DoWhatTheDocumentationSays) {
  ok({"proxy", "remove", "api"});
  std::ifstream page{FIREDRILL_SOURCE_DIR "/docs/cli.md"};
  std::size_t tried = 0;
  bool here = true;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) here = line != "## Drills";                                 // runs_test.cpp has that
    if (!here || !line.starts_with("    firedrill ") || line.ends_with("--hold")) continue;  // which would stay
    if (line.find("127.0.0.1:8081") != std::string::npos) line.replace(line.find(":8081"), 5, ":0");
    const std::string run =
        environment() + " '" FIREDRILL_PROGRAM "' " + line.substr(14) + " > '" + (desk_ / "said") + "' 2>&1";
    EXPECT_EQ(std::system(run.c_str()), 0) << line << "\n" << desk_.read("said");
    ++tried;
  }
  EXPECT_GE(tried, 20);
}

TEST_F(DaemonCommands, CompleteInBash) {
  const auto completed = [&](const std::string& line) {
    desk_.write("completion.bash", ok({"completion", "bash"}));
    desk_.write("try.bash", "source completion.bash\nCOMP_LINE='" + line +
                                "' COMP_POINT=${#COMP_LINE}\nCOMP_WORDS=('" FIREDRILL_PROGRAM
                                "')\n_firedrill\nprintf '%s,' \"${COMPREPLY[@]}\"\n");
    const std::string run = "cd '" + desk_.path().string() + "' && bash -n completion.bash && " + environment() +
                            " bash try.bash > said 2>&1";
    EXPECT_EQ(std::system(run.c_str()), 0);
    return desk_.read("said");
  };
  ok({"proxy", "add", "redis:6379", "127.0.0.1:0", "127.0.0.1:9"});
  ok({"fault", "add", "redis:6379", "stall", "--name", "$(touch x)"});

  EXPECT_EQ(completed("firedrill fau"), "fault,");
  EXPECT_EQ(completed("firedrill fault "), "list,add,update,remove,");
  EXPECT_EQ(completed("firedrill fault add "), "api,redis:6379,");
  EXPECT_EQ(completed("firedrill fault add redis:"), "6379,");  // bash's own word begins behind the colon
  EXPECT_EQ(completed("firedrill fault add --for 5m api la"), "latency,");
  EXPECT_EQ(completed("firedrill fault add api --ho"), "--hold,");
  EXPECT_EQ(completed("firedrill fault remove redis:6379 "), "\\$\\(touch\\ x\\),");
  EXPECT_EQ(completed("firedrill proxy show --control 127.0.0.1:1 "), ",");  // nobody answers: silence
}

TEST(Completion, IsAcceptedByTheShells) {
  const Desk desk;
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const Finished it = firedrill(desk, {"completion", shell});
    EXPECT_EQ(it.exit_code, 0);
    EXPECT_THAT(it.out, AllOf(HasSubstr("truncate unreachable"), HasSubstr("token-file"),
                              Not(HasSubstr("@"
                                            "ABOUT"))));
    desk.write("script", it.out);
    const std::string run =
        "cd '" + desk.path().string() + "' && { ! command -v " + shell + " >/dev/null || " + shell + " -n script; }";
    EXPECT_EQ(std::system(run.c_str()), 0) << shell;
  }
  EXPECT_EQ(firedrill(desk, {"completion", "tcsh"}).exit_code, 2);
}

TEST(NoDaemon, IsSaid) {
  const Desk desk;
  const std::string nowhere = local(free_port()).text();

  for (const Words& words :
       {Words{"status"}, Words{"heal"}, Words{"top"}, Words{"fault", "add", "a", "stall", "--hold"}}) {
    Words all = words;
    all.insert(all.end(), {"--control", nowhere});
    const Finished it = firedrill(desk, all);
    EXPECT_EQ(it.exit_code, 4);
    EXPECT_EQ(it.error, "firedrill: nobody answers at " + nowhere + "; start one with: firedrill serve\n");
  }
}

/// Somebody who is not the daemon, and what was sent to it.
class Impostor : public testing::Test {
 protected:
  Finished ask(Words words, const std::string& answer, std::vector<std::string> environment = {}) {
    words.insert(words.end(), {"--control", backend_.endpoint().text()});
    Program program{desk_, std::move(words), std::move(environment)};
    Peer peer = backend_.accept();
    while (head_.find("\r\n\r\n") == std::string::npos) head_ += peer.read(1);
    peer.send("HTTP/1.1 " + answer).finish_sending();
    return program.finish();
  }

  Desk desk_;
  Backend backend_;
  std::string head_;
};

TEST_F(Impostor, IsNotTakenForADaemon) {
  const std::string text = "firedrill: what answers at " + backend_.endpoint().text() + " is no firedrill serve\n";
  for (const char* const answer : {"200 OK\r\n\r\n<html>", "404 Not Found\r\n\r\n404 page not found"}) {
    const Finished it = ask({"proxy", "list"}, answer);
    EXPECT_EQ(it.exit_code, 4);
    EXPECT_EQ(it.error, text);
    head_.clear();
  }
  EXPECT_EQ(ask({"proxy", "list"}, "200 OK\r\n\r\n{}").exit_code, 4);
}

TEST_F(Impostor, IsToldWhoAsksAndTheToken) {
  desk_.write("token", "s3cret\n");

  const Finished it =
      ask({"proxy", "list", "--token-file", "token"}, "200 OK\r\n\r\n{\"proxies\":[]}", {"FIREDRILL_TOKEN=other"});

  EXPECT_EQ(it.exit_code, 0) << it.error;
  EXPECT_THAT(head_, AllOf(StartsWith("GET /v1/proxies HTTP/1.1\r\n"),
                           HasSubstr("\r\nAuthorization: Bearer s3cret\r\n"), HasSubstr("\r\nFrom: ")));
}

TEST_F(Impostor, MayFailOrRefuse) {
  const Finished failed = ask({"heal"}, "503 Service Unavailable\r\n\r\n{\"detail\": \"busy\\u001b[2J\"}");
  EXPECT_EQ(failed.exit_code, 4);
  EXPECT_EQ(failed.error, "firedrill: busy [2J\n");
  head_.clear();

  const Finished refused = ask({"heal"},
                               "400 Bad Request\r\n\r\n{\"detail\": \"wrong\", \"errors\": "
                               "[{\"pointer\": \"/x\", \"detail\": \"is bad\"}]}");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.error, "firedrill: /x: is bad\n");
}

}  // namespace
}  // namespace firedrill::tests
