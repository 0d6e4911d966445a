// firedrill serve as its users meet it: what it says, what it answers, how it ends.
#include <csignal>

#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<std::string>;

class Serve : public testing::Test {
 protected:
  /// Starts it on a free port and waits until it listens.
  void start(std::vector<std::string> arguments = {}, std::vector<std::string> environment = {}) {
    arguments.insert(arguments.begin(), {"serve", "--drain", "0s"});
    if (std::find(arguments.begin(), arguments.end(), "--control") == arguments.end())
      arguments.insert(arguments.end(), {"--control", "127.0.0.1:0"});
    program_ = std::make_unique<Program>(desk_, arguments, environment);
    ASSERT_TRUE(program_->said("/v1/status\n"));
    ASSERT_TRUE(program_->said("seed "));
    const std::string& said = program_->so_far();
    port_ = port_in(said.substr(said.find("control port: ") + 21), ":");
  }
  struct Answer {
    int status = 0;
    std::string body;
  };
  Answer ask(const std::string& method, const std::string& path, const std::string& body = "",
             const std::string& token = "") const {
    if (port_ == 0) return {};
    Peer peer = Peer::connect(local(port_));
    peer.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
              (token.empty() ? "" : "Authorization: Bearer " + token + "\r\n") +
              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    const std::string answer = peer.read_to_end();
    if (!answer.starts_with("HTTP/1.1 ")) return {};
    return {std::stoi(answer.substr(9)), answer.substr(answer.find("\r\n\r\n") + 4)};
  }
  std::string toxiproxy_file(const std::string& listen) const {
    return R"([{"name": "redis", "listen": ")" + listen + R"(", "upstream": ")" + backend_.endpoint().text() +
           R"(", "toxics": [{"type": "latency", "attributes": {"latency": 200}}]}])";
  }
  /// Below the desk; there is one.
  std::string control_journal(const std::string& state = "firedrill-state") const {
    const std::filesystem::path control = desk_ / (state + "/control");
    for (const auto& entry : std::filesystem::directory_iterator{control})
      return state + "/control/" + entry.path().filename().string() + "/journal.jsonl";
    return "none";
  }
  Finished stop(int signal = SIGTERM) {
    program_->signal(signal);
    return program_->finish();
  }
  static std::uint16_t port_in(const std::string& text, const std::string& before) {
    const std::size_t at = text.find(before);
    return at == std::string::npos ? std::uint16_t{0}
                                   : static_cast<std::uint16_t>(std::stoi(text.substr(at + before.size())));
  }
  static std::string proxies(const std::string& name, const Backend& backend) {
    return "[[proxy]]\nname = \"" + name + "\"\nlisten = \"127.0.0.1:0\"\nupstream = \"" + backend.endpoint().text() +
           "\"\n";
  }

  Desk desk_;
  Backend backend_;
  std::unique_ptr<Program> program_;
  std::uint16_t port_ = 0;
};

TEST_F(Serve, OpensWhatFilesAskForAndEndsOnASignal) {
  desk_.write("proxies.toml", proxies("api", backend_));
  start({"proxies.toml"});
  ASSERT_TRUE(program_->said("proxy api: 127.0.0.1:"));

  const Finished it = stop();

  EXPECT_EQ(it.exit_code, 0) << it.error;
  EXPECT_THAT(it.error, IsEmpty());
  EXPECT_THAT(it.out, HasSubstr("room for "));
  EXPECT_THAT(it.out, HasSubstr("SIGTERM: everything is healed"));
}

TEST_F(Serve, ReadsItsFilesAnewOnAHangup) {
  desk_.write("proxies.toml", proxies("api", backend_));
  start({"proxies.toml"});
  desk_.write("proxies.toml", proxies("api", backend_) + proxies("db", backend_));
  program_->signal(SIGHUP);
  ASSERT_TRUE(program_->said("reloaded\n"));
  ASSERT_TRUE(program_->said("proxy db: "));

  desk_.write("proxies.toml", "[[proxy]]\nname = \"db\"\n");
  program_->signal(SIGHUP);
  const Finished it = stop(SIGINT);  // both signals wait in the kernel, SIGHUP comes first

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_THAT(it.error, HasSubstr("proxies.toml:1:1: proxy \"db\": listen is missing"));
  EXPECT_THAT(it.error, HasSubstr("nothing was changed"));
}

TEST_F(Serve, RefusesBadFilesBeforeItStarts) {
  desk_.write("bad.toml", "[[proxy]]\nname = \"api\"\nlisten = \"127.0.0.1:0\"\nupstrem = \"127.0.0.1:9\"\n");

  const Finished it = firedrill(desk_, {"serve", "bad.toml", "--control", "127.0.0.1:0"});

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.error, HasSubstr("bad.toml:4:1: proxy \"api\": unknown key \"upstrem\"; did you mean \"upstream\"?"));
  EXPECT_THAT(it.error, HasSubstr("nothing was started"));
}

TEST_F(Serve, ABusyPortEndsIt) {
  const Finished it = firedrill(desk_, {"serve", "--control", backend_.endpoint().text()});

  EXPECT_EQ(it.exit_code, 4);
  EXPECT_THAT(it.error, HasSubstr("control port " + backend_.endpoint().text() + ": Address already in use"));
}

TEST_F(Serve, ListensBeyondLoopbackOnlyWhenToldWhoMay) {
  for (const char* const address : {"0.0.0.0:0", "[::]:0"}) {
    const Finished it = firedrill(desk_, {"serve", "--control", address});
    EXPECT_EQ(it.exit_code, 2) << address;
    EXPECT_THAT(it.error, HasSubstr("give --control-token-file FILE, or --control-open")) << address;
  }
  for (const char* const address : {"example.org:80", "8474", ":8474", "unix:/tmp/x"}) {
    const Finished it = firedrill(desk_, {"serve", "--control", address});
    EXPECT_EQ(it.exit_code, 2) << address;
    EXPECT_THAT(it.error, HasSubstr("must be an address and a port, such as 127.0.0.1:8474")) << address;
  }
  start({"--control", "0.0.0.0:0", "--control-open"});
  EXPECT_EQ(ask("GET", "/version").status, 200);
  EXPECT_EQ(ask("GET", "/v1/status").status, 401);
  EXPECT_THAT(stop().error, HasSubstr("warning: whoever reaches 0.0.0.0:0 can break connections"));
}

TEST_F(Serve, AsksForTokensWhenItWasGivenSome) {
  desk_.write("tokens",
              "viewer eve viewers-token-000 # looks\nparticipant pat participants-tok\n"
              "operator olga operators-token-\nadmin ada administrators-t\n");
  start({"--control-token-file", "tokens"});
  const std::string fault = R"({"name": "f", "kind": "stall"})";
  const std::string proxy = R"({"name": "api", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:9"})";

  EXPECT_EQ(ask("GET", "/v1/status").status, 401);
  EXPECT_EQ(ask("GET", "/v1/status", "", "wrong-token-000000").status, 401);
  EXPECT_EQ(ask("GET", "/proxies").status, 401);
  EXPECT_EQ(ask("GET", "/v1/status", "", "viewers-token-000").status, 200);
  EXPECT_EQ(ask("POST", "/v1/heal", "", "viewers-token-000").status, 403);
  EXPECT_EQ(ask("POST", "/v1/heal", "", "participants-tok").status, 200);
  EXPECT_EQ(ask("POST", "/v1/proxies", proxy, "operators-token-").status, 403);
  EXPECT_EQ(ask("POST", "/v1/proxies", proxy, "administrators-t").status, 201);
  EXPECT_EQ(ask("POST", "/v1/proxies/api/faults", fault, "participants-tok").status, 403);
  EXPECT_EQ(ask("POST", "/v1/proxies/api/faults", fault, "operators-token-").status, 201);
  desk_.write("token", "viewers-token-000\n");
  const std::string control = "127.0.0.1:" + std::to_string(port_);
  EXPECT_EQ(firedrill(desk_, {"status", "--control", control, "--token-file", "token"}).exit_code, 0);
  EXPECT_EQ(firedrill(desk_, {"heal", "--control", control, "--token-file", "token"}).exit_code, 2);
}

TEST_F(Serve, ReadsTokensBeforeItStarts) {
  desk_.write("tokens", "king eve a-token-of-eve-000\nviewer ada short\n");

  const Finished it = firedrill(desk_, {"serve", "--control", "127.0.0.1:0", "--control-token-file", "tokens"});

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.error, HasSubstr("tokens:1:1: role \"king\""));
  EXPECT_THAT(it.error, HasSubstr("tokens:2:1: the token of \"ada\" has 5 characters"));
}

TEST_F(Serve, LeadsOnlyWhereItIsAllowedTo) {
  start({"--allow-upstream", backend_.endpoint().text()});
  const auto to = [](const std::string& name, const std::string& upstream) {
    return R"({"listen": "127.0.0.1:0", "name": ")" + name + R"(", "upstream": ")" + upstream + "\"}";
  };

  for (const char* const path : {"/v1/proxies", "/proxies"}) {
    EXPECT_EQ(ask("POST", path, to("yes", backend_.endpoint().text())).status, 201);
    const Answer no = ask("POST", path, to("no", "127.0.0.1:9"));
    EXPECT_EQ(no.status, 403);
    EXPECT_THAT(no.body, HasSubstr("upstream 127.0.0.1:9: --allow-upstream does not allow it"));
    EXPECT_EQ(ask("DELETE", "/v1/proxies/yes").status, 204);
  }
  EXPECT_EQ(firedrill(desk_, {"serve", "--control", "127.0.0.1:0", "--allow-upstream", "a b"}).exit_code, 2);
}

TEST_F(Serve, LetsToxicsExpire) {
  start({"--toxic-ttl", "300ms"});
  ask("POST", "/proxies", R"({"name": "api", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:9"})");

  ask("POST", "/proxies/api/toxics", R"({"type": "latency"})");

  const auto faults = [&] { return ordered_json::parse(ask("GET", "/v1/proxies/api/faults").body).at("faults"); };
  EXPECT_TRUE(eventually([&] { return faults().empty(); }));
  EXPECT_EQ(ask("GET", "/proxies/api/toxics").body, "[]");
  EXPECT_THAT(desk_.read(control_journal()), HasSubstr(R"("fault":"latency_downstream")"));
}

TEST_F(Serve, AProxyThatIsNotEnabledMayNameAPlaceThatIsTaken) {
  const Backend taken;
  desk_.write("toxiproxy.json", R"([{"name": "off", "enabled": false, "listen": ")" + taken.endpoint().text() +
                                    R"(", "upstream": ")" + backend_.endpoint().text() + R"("}])");
  start({"toxiproxy.json"});

  EXPECT_EQ(ordered_json::parse(ask("GET", "/proxies/off").body).at("enabled"), false);
}

TEST_F(Serve, TakesAToxiproxyFileWithToxics) {
  desk_.write("toxiproxy.json", toxiproxy_file("127.0.0.1:0"));
  start({"toxiproxy.json"});

  const ordered_json it = ordered_json::parse(ask("GET", "/proxies/redis").body);

  EXPECT_EQ(it.at("upstream"), backend_.endpoint().text());
  EXPECT_EQ(it.at("toxics").at(0).at("attributes").at("latency"), 200);
  EXPECT_EQ(ordered_json::parse(ask("GET", "/v1/faults").body).at("faults").at(0).at("delay"), "200ms");
}

TEST_F(Serve, StandsInForToxiproxyServer) {
  link_program(desk_, "toxiproxy-server");
  desk_.write("toxiproxy.json", toxiproxy_file("127.0.0.1:0"));
  port_ = free_port();
  const std::string port = "-port=" + std::to_string(port_);
  program_ = std::make_unique<Program>(desk_, Words{"-host", "0.0.0.0", port, "-config", "toxiproxy.json"}, Words{},
                                       Program::Streams::pipes, 80, 30, "toxiproxy-server");
  ASSERT_TRUE(program_->said("proxy redis: "));

  EXPECT_EQ(ask("GET", "/version").body, "{\"version\": \"2.12.0\"}\n");
  EXPECT_EQ(ordered_json::parse(ask("GET", "/proxies").body).at("redis").at("toxics").size(), 1);
  EXPECT_EQ(ask("GET", "/v1/status").status, 401);  // it has no tokens to give, and is open to the network
  const Finished busy = under_name("toxiproxy-server", desk_, {"--host", "0.0.0.0", port});
  EXPECT_EQ(busy.exit_code, 4);
  EXPECT_THAT(busy.error, HasSubstr("Address already in use"));
  EXPECT_EQ(stop().exit_code, 0);

  desk_.write("bad.json", R"([{"name": "redis"}])");
  const Finished bad = under_name("toxiproxy-server", desk_, {port, "-config", "bad.json"});
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_THAT(bad.error, HasSubstr("bad.json: missing required field: upstream at proxy 1"));
  EXPECT_EQ(under_name("toxiproxy-server", desk_, {"-prot", "1"}).exit_code, 2);
}

TEST_F(Serve, KeepsAJournalOfWhatWasDone) {
  desk_.write("proxies.toml", proxies("api", backend_));
  start({"proxies.toml", "--state", "elsewhere"});

  ask("POST", "/v1/proxies/api/faults", R"({"name": "slow", "kind": "latency", "delay": "1s"})");
  ask("POST", "/v1/halt", R"({"reason": "the real one"})");
  stop();

  const std::string journal = desk_.read(control_journal("elsewhere"));
  EXPECT_THAT(journal, HasSubstr(R"("event":"fault_on","proxy":"api","fault":"slow")"));
  EXPECT_THAT(journal, HasSubstr("the real one"));
}

/// A drill on the daemon's own proxy, before a backend of the test's.
std::string drill_on(const Backend& backend, const std::string& times) {
  return "[drill]\nname = \"late\"\n" + times + "[[proxy]]\nname = \"api\"\nlisten = \"127.0.0.1:0\"\nupstream = \"" +
         backend.endpoint().text() + "\"\n[[fault]]\nname = \"late\"\nproxy = \"api\"\nkind = \"latency\"\n" +
         "at = \"10ms\"\nfor = \"1s\"\ndelay = \"20ms\"\n";
}

TEST_F(Serve, PlaysDrillsOnItsOwnProxiesWhichGoOn) {
  desk_.write("late.toml", drill_on(backend_, "duration = \"1100ms\"\n"));
  start({"late.toml"});
  const std::string address = ordered_json::parse(ask("GET", "/proxies/api").body).at("listen");
  Peer client = Peer::connect(local(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)))));
  Peer server = backend_.accept();

  const Answer started = ask("POST", "/v1/runs", R"({"drill": "late"})");
  EXPECT_EQ(started.status, 201) << started.body;
  const std::string run = ordered_json::parse(started.body).at("id");
  const auto now = [&] { return ordered_json::parse(ask("GET", "/v1/runs/" + run).body); };
  ASSERT_TRUE(eventually([&] { return now().at("events").dump().find("fault late on") != std::string::npos; }));
  client.send("in the middle");
  server.expect("in the middle").send("answer");
  client.expect("answer");
  ASSERT_TRUE(eventually([&] { return now().at("state") == "over"; }));

  EXPECT_EQ(now().at("result"), "passed") << now();
  EXPECT_EQ(ordered_json::parse(ask("GET", "/proxies/api").body).at("listen"), address);
  client.send("and after it").finish_sending();
  server.expect("and after it").expect_end();
}

/// 256 KiB in memory below the desk, in a mount namespace of this test's own, which its children are born into.
class SmallDisk {
 public:
  explicit SmallDisk(std::string place) : place_{std::move(place)} {
    std::filesystem::create_directory(place_);
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return;
    ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    mounted_ = ::mount("none", place_.c_str(), "tmpfs", 0, "size=256k") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(place_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool is_there() const { return mounted_; }
  /// To the last byte.
  void fill() const {
    std::ofstream filler{place_ + "/filler"};
    while (filler << std::string(1024, 'x') << std::flush) {
    }
  }
  void empty() const { std::filesystem::remove(place_ + "/filler"); }

 private:
  std::string place_;
  bool mounted_ = false;
};

TEST_F(Serve, GoesOnWhileItsStateDirectoryIsFull) {
  const SmallDisk disk{desk_ / "state"};
  if (!disk.is_there()) GTEST_SKIP() << "this machine allows no mount namespaces (unshare -rm)";
  desk_.write("late.toml", drill_on(backend_, "duration = \"1100ms\"\n"));
  start({"late.toml", "--state", "state"});
  const std::string fault = "/v1/proxies/api/faults/slow";
  const auto change = [&] {
    EXPECT_EQ(ask("PUT", fault, R"({"kind": "latency", "delay": "1ms"})").status, 201);
    EXPECT_EQ(ask("DELETE", fault).status, 204);
  };
  const auto journal = [&] { return ordered_json::parse(ask("GET", "/v1/status").body).at("journal"); };
  const auto played = [&] {
    const Answer started = ask("POST", "/v1/runs", R"({"drill": "late"})");
    EXPECT_EQ(started.status, 201) << started.body;
    const std::string run = "/v1/runs/" + ordered_json::parse(started.body).at("id").get<std::string>();
    ordered_json now;
    EXPECT_TRUE(eventually([&] { return (now = ordered_json::parse(ask("GET", run).body)).at("state") == "over"; }));
    return now;
  };
  change();
  EXPECT_EQ(journal(), ordered_json::parse(R"({"written": true, "lost_lines": 0, "failure": null})"));

  disk.fill();
  ASSERT_TRUE(eventually([&] {
    change();  // until the last page of the journal is full, too
    return journal().at("written") == false;
  }));

  EXPECT_THAT(journal().at("failure").get<std::string>(), HasSubstr("No space left on device"));
  EXPECT_GT(journal().at("lost_lines"), 0);
  EXPECT_THAT(firedrill(desk_, {"status", "--control", "127.0.0.1:" + std::to_string(port_)}).out,
              HasSubstr("journal\tthe journal is not written: cannot write"));
  const ordered_json blind = played();
  EXPECT_EQ(blind.at("result"), "errored") << blind;
  EXPECT_THAT(blind.at("reasons").dump(), HasSubstr("No space left on device"));
  EXPECT_EQ(ordered_json::parse(ask("GET", "/v1/faults").body).at("faults").size(), 0);

  disk.empty();
  change();
  EXPECT_TRUE(eventually([&] { return journal().at("written") == true; }));
  EXPECT_GT(journal().at("lost_lines"), 0);
  EXPECT_THAT(desk_.read(control_journal("state")), HasSubstr(R"("event":"dropped")"));
  const ordered_json seen = played();
  EXPECT_EQ(ask("GET", "/v1/runs/" + seen.at("id").get<std::string>() + "/report.json").status, 200) << seen;
  const Finished it = stop();
  EXPECT_EQ(it.exit_code, 0);
  EXPECT_THAT(it.error, HasSubstr("the journal is not written, everything else goes on: cannot write"));
}

TEST_F(Serve, TakesTheSameProxyFromSeveralFiles) {
  const std::string api = "[[proxy]]\nname = \"api\"\nlisten = \"127.0.0.1:" + std::to_string(free_port()) +
                          "\"\nupstream = \"" + backend_.endpoint().text() + "\"\n";
  desk_.write("proxies.toml", api);
  desk_.write("late.toml", "include = [\"proxies.toml\"]\n[drill]\nname = \"late\"\nduration = \"1s\"\n");
  desk_.write("other.toml", proxies("api", backend_));

  start({"proxies.toml", "late.toml"});
  EXPECT_EQ(ordered_json::parse(ask("GET", "/v1/proxies").body).at("proxies").size(), 1);
  stop();
  const Finished it = firedrill(desk_, {"serve", "proxies.toml", "other.toml", "--control", "127.0.0.1:0"});

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.error, HasSubstr("other.toml: proxy \"api\": proxies.toml has another one of that name"));
}

TEST_F(Serve, EndsARunWithAReportWhenItEnds) {
  desk_.write("late.toml", drill_on(backend_, "duration = \"5m\"\nmax_duration = \"10m\"\n"));
  start({"late.toml"});
  const Answer started = ask("POST", "/v1/runs", R"({"drill": "late"})");
  const std::string run = ordered_json::parse(started.body).at("id");
  ASSERT_TRUE(
      eventually([&] { return ask("GET", "/v1/runs/" + run).body.find("fault late on") != std::string::npos; }));

  const Finished it = stop();

  EXPECT_EQ(it.exit_code, 0) << it.error;
  const ordered_json report = desk_.report("firedrill-state/runs/" + run);
  EXPECT_EQ(report.at("result"), "aborted");
  EXPECT_THAT(report.at("reasons").dump(), HasSubstr("the end of the daemon"));
}

TEST_F(Serve, ProxiesInItsFilesMayBeRenamedMovedAndSwapped) {
  const auto at = [&](const std::string& name, std::uint16_t port) {
    return "[[proxy]]\nname = \"" + name + "\"\nlisten = \"127.0.0.1:" + std::to_string(port) + "\"\nupstream = \"" +
           backend_.endpoint().text() + "\"\n";
  };
  const auto reloaded = [&](const std::string& text) {
    desk_.write("proxies.toml", text);
    return ask("POST", "/v1/reload");
  };
  const auto port_of = [&](const std::string& name) {
    const ordered_json it = ordered_json::parse(ask("GET", "/proxies/" + name).body);
    return it.contains("listen") ? it.at("listen").get<std::string>() : "none";
  };
  const Backend taken;
  const std::uint16_t one = free_port(), two = free_port();
  const std::string first = "127.0.0.1:" + std::to_string(one), second = "127.0.0.1:" + std::to_string(two);
  desk_.write("proxies.toml", at("a", one) + at("b", two));
  start({"proxies.toml"});

  EXPECT_EQ(reloaded(at("a", two) + at("b", one)).status, 200);
  EXPECT_EQ(port_of("a"), second);
  EXPECT_EQ(port_of("b"), first);
  EXPECT_EQ(reloaded(at("c", two) + at("b", one)).status, 200);
  EXPECT_EQ(port_of("a"), "none");
  EXPECT_EQ(port_of("c"), second);
  // What cannot be listened on: everything is as before.
  EXPECT_EQ(reloaded(at("c", one) + at("b", taken.endpoint().port) + at("d", two)).status, 409);
  EXPECT_EQ(port_of("b"), first);
  EXPECT_EQ(port_of("c"), second);
  EXPECT_EQ(port_of("d"), "none");
  Peer client = Peer::connect(local(one));
  Peer server = backend_.accept();
  client.send("through b");
  server.expect("through b");
  // Nobody is cut off for a change that cannot be.
  EXPECT_EQ(reloaded(at("c", two) + at("b", free_port()) + at("d", taken.endpoint().port)).status, 409);
  EXPECT_EQ(port_of("b"), first);
  client.send("still");
  server.expect("still");
  // What was removed by hand comes back.
  EXPECT_EQ(ask("DELETE", "/v1/proxies/c").status, 204);
  EXPECT_EQ(reloaded(at("c", two) + at("b", one)).status, 200);
  EXPECT_EQ(port_of("c"), second);
}

TEST_F(Serve, ClosesARunThatItsPredecessorCouldNot) {
  desk_.write("late.toml", drill_on(backend_, "duration = \"5m\"\nmax_duration = \"10m\"\n"));
  start({"late.toml"});
  const Answer started = ask("POST", "/v1/runs", R"({"drill": "late"})");
  const std::string run = ordered_json::parse(started.body).at("id");
  ASSERT_TRUE(
      eventually([&] { return ask("GET", "/v1/runs/" + run).body.find("fault late on") != std::string::npos; }));
  stop(SIGKILL);

  start({"late.toml"});

  const ordered_json report = ordered_json::parse(ask("GET", "/v1/runs/" + run + "/report.json").body);
  EXPECT_EQ(report.at("result"), "aborted");
  EXPECT_EQ(report.at("exit_code"), 3);
  EXPECT_THAT(report.at("reasons").dump(), HasSubstr("the daemon ended before the run did"));
  EXPECT_EQ(desk_.report("firedrill-state/runs/" + run), report);
  EXPECT_EQ(ordered_json::parse(ask("GET", "/v1/faults").body).at("faults"), ordered_json::array());
}

TEST_F(Serve, TellsSystemdWhenItIsReady) {
  const int told = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = desk_ / "notify";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(told, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);

  start({}, {"NOTIFY_SOCKET=" + path});
  char said[64] = {};
  EXPECT_EQ(::recv(told, said, sizeof said - 1, 0), 7);
  EXPECT_STREQ(said, "READY=1");
  stop();
  ::close(told);
}

}  // namespace
}  // namespace firedrill::tests
