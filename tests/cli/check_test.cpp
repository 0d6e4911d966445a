// firedrill check on configurations of load balancers: what it prints, how it ends, and whom it asks.
#include <algorithm>
#include <filesystem>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "places.hpp"
#include "tests/cli/daemon.hpp"
#include "tests/cli/http_backend.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* good_haproxy = R"(global
  maxconn 4000
  stats socket unix@haproxy.sock
defaults
  mode http
  timeout connect 4s
  timeout client 20s
  timeout server 10s
  timeout queue 2s
  timeout http-request 5s
  default-server maxconn 100
frontend www
  bind 127.0.0.1:18080
  default_backend api
backend api
  server api1 127.0.0.1:18081
)";

// The outage of 2023-05-10: a limit of long ago, inherited.
std::string outage() {
  std::string text = good_haproxy;
  return text.replace(text.find("maxconn 100"), 11, "maxconn 7");
}

TEST(CheckLoadBalancers, SaysThatAGoodFileIsGood) {
  const Desk desk;
  desk.write("haproxy.cfg", good_haproxy);
  desk.write("small.toml", small_drill());

  const Finished it = firedrill(desk, {"check", "haproxy.cfg", "small.toml"});

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_EQ(it.error, "");
  EXPECT_EQ(it.out,
            "ok: small, 1.5s, 1 fault, 2 checks\n"
            "ok: haproxy.cfg, HAProxy, 1 frontend, 1 backend, 1 server (HAProxy itself was not asked: --ask)\n");
}

TEST(CheckLoadBalancers, ReadsWhatIsPipedIn) {
  const Desk desk;
  desk.write("haproxy.cfg", outage());
  desk.write("small.toml", small_drill());
  desk.write("envoy.json", R"({"staticResources": {"clusters": []}, "admn": {}})");
  link_program(desk, "fd");
  const auto piped = [&](const std::string& file) {
    const Ran ran = run_script(desk, "./fd check - <" + file);
    return std::pair{ran.exit_code, ran.said};
  };

  EXPECT_THAT(piped("haproxy.cfg"), testing::Pair(1, HasSubstr("-:11:26: error: HA05: ")));
  EXPECT_THAT(piped("small.toml"), testing::Pair(0, StartsWith("ok: small, 1.5s, 1 fault, 2 checks")));
  EXPECT_THAT(piped("envoy.json"), testing::Pair(1, HasSubstr("-:1:39: error: FD02: a bootstrap of Envoy 1.33")));
  EXPECT_THAT(piped("/dev/null"), testing::Pair(2, HasSubstr("[drill] is missing")));
}

TEST(CheckLoadBalancers, TakesAFileForWhatItsNameSays) {
  const Desk desk;
  desk.write("capacity.toml", "[trafic]\nrate = 10\n");
  desk.write("envoy.json", R"({"staticResources": {"clusterz": []}})");

  EXPECT_THAT(firedrill(desk, {"check", "capacity.toml"}).out, HasSubstr("did you mean [traffic]?"));
  EXPECT_THAT(firedrill(desk, {"check", "envoy.json"}).out, HasSubstr("did you mean \"clusters\"?"));
  const Finished missing = firedrill(desk, {"check", "nowhere.cfg", "--format", "json"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.out, AllOf(HasSubstr("\"FD01\""), HasSubstr("No such file"), Not(HasSubstr("drill does not"))));
}

TEST(CheckLoadBalancers, JudgesAFileOnceThoughItIsNamedTwice) {
  const Desk desk;
  desk.write("haproxy.cfg", good_haproxy);

  EXPECT_EQ(firedrill(desk, {"check", "haproxy.cfg", "haproxy.cfg"}).out,
            firedrill(desk, {"check", "haproxy.cfg"}).out);
}

// A pipe gives its text once: a second look would wait for ever.
TEST(CheckLoadBalancers, DoesNotWaitForWhatANamedPipeHasSaid) {
  const Desk desk;
  link_program(desk, "fd");

  const Ran it = run_script(desk, "mkfifo pipe\necho 'x =' >pipe &\n./fd check pipe\n");

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.said, HasSubstr("pipe:1:"));
}

TEST(CheckLoadBalancers, TellsPlaceReasonRemedyAndDrill) {
  const Desk desk;
  desk.write("haproxy.cfg", outage());

  const Finished it = firedrill(desk, {"check", "haproxy.cfg"});

  EXPECT_EQ(it.exit_code, 1);
  EXPECT_THAT(it.out,
              StartsWith("haproxy.cfg:11:26: error: HA05: backend \"api\": 4000 clients may come, and there are "
                         "7 slots (from default-server at line 11); the others wait up to 2s (from defaults at "
                         "line 9) in a queue of any length\n"
                         "  11 |   default-server maxconn 7\n"
                         "     |                          ^\n"
                         "  why: "));
  EXPECT_THAT(it.out, AllOf(HasSubstr("\n  instead: Raise maxconn"),
                            HasSubstr("\n  drill: drills/haproxy/haproxy-maxconn.toml\n"),
                            EndsWith("haproxy.cfg, HAProxy, 1 frontend, 1 backend, 1 server: 1 error, no warnings, no "
                                     "notes\n")));
}

TEST(CheckLoadBalancers, FailsFromTheSeverityThatIsAsked) {
  const Desk desk;
  std::string text = good_haproxy;
  text.replace(text.find(" maxconn 100"), 12, "");  // HA04, a warning
  desk.write("haproxy.cfg", text.replace(text.find("  default-server\n"), 17, ""));
  const auto code = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"check", "haproxy.cfg"});
    return firedrill(desk, more).exit_code;
  };

  EXPECT_EQ(code({}), 0);
  EXPECT_EQ(code({"--fail-on", "info"}), 1);
  EXPECT_EQ(code({"--fail-on", "warning"}), 1);
  EXPECT_EQ(code({"--strict"}), 1);
  EXPECT_EQ(code({"--fail-on", "error"}), 0);
  EXPECT_EQ(code({"--fail-on", "never"}), 0);
  EXPECT_EQ(code({"--fail-on", "always"}), 2);
}

// Only the program knows what the machine has.
TEST(CheckLoadBalancers, AsksTheProgramsThemselves) {
  if (program({"/usr/sbin/haproxy"}).empty() || program({"/usr/sbin/nginx"}).empty())
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian packages haproxy and nginx (./dev test does that)";
  const Desk desk;
  desk.write("good.cfg", good_haproxy);
  desk.write("bad.cfg", std::string{good_haproxy} + "  errorfile 503 /nonexistent\n");
  const std::string nginx = "pid " + desk / "pid;\nevents {\n}\nhttp {\n  access_log off;\n";
  desk.write("good.conf", nginx + "}\n");
  desk.write("bad.conf", nginx + "  ssl_certificate /nonexistent;\n  server {\n    listen 127.0.0.1:8443 ssl;\n" +
                             "    ssl_certificate_key /nonexistent;\n  }\n}\n");

  const Finished good = firedrill(desk, {"check", "good.cfg", "good.conf", "--ask", "--fail-on", "never"});
  const Finished bad = firedrill(desk, {"check", "bad.cfg", "bad.conf", "--ask", "--fail-on", "never"});
  // A reason that is no alert, beside notices that are none.
  desk.write("deaf.cfg", "defaults\n  mode http\nbackend api\n  server api1 127.0.0.1:18081\n");
  const Finished deaf = firedrill(desk, {"check", "deaf.cfg", "--ask"});
  const Finished none = firedrill(desk, {"check", "absent.toml", "--ask"});

  EXPECT_EQ(good.exit_code, 0) << good.out << good.error;
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_THAT(bad.out, HasSubstr("error: PR01: HAProxy itself refuses it: "));
  EXPECT_THAT(bad.out, HasSubstr("error: PR01: nginx itself refuses it: cannot load certificate"));
  EXPECT_EQ(deaf.exit_code, 2);
  EXPECT_THAT(deaf.out, AllOf(HasSubstr("deaf.cfg: error: PR01: HAProxy itself refuses it: Configuration file has no "
                                        "error but will not start (no listener)"),
                              Not(HasSubstr("NOTICE"))));
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.error, HasSubstr("--ask takes configurations of HAProxy and nginx"));
}

// As haproxy -f takes a directory, which is asked, too.
TEST(CheckLoadBalancers, TakesADirectoryAsOneConfiguration) {
  const Desk desk;
  const std::string text = outage();
  const std::size_t front = text.find("frontend"), back = text.find("backend api\n", text.find("default_backend") + 20);
  std::filesystem::create_directories(desk.path() / "conf.d/sub.cfg");
  std::filesystem::create_directory(desk.path() / "empty");
  desk.write("conf.d/00-global.cfg", text.substr(0, front));
  desk.write("conf.d/10-front.cfg", text.substr(front, back - front));
  desk.write("conf.d/20-back.cfg", text.substr(back));
  for (const char* const other : {"conf.d/.hidden.cfg", "conf.d/notes", "conf.d/30-old.cfg~", "empty/nginx.conf"})
    desk.write(other, "nonsense\n");

  const Finished whole = firedrill(desk, {"check", "conf.d/", "--ask"});
  const Finished part = firedrill(desk, {"check", "conf.d/10-front.cfg"});
  const Finished empty = firedrill(desk, {"check", "empty"});
  desk.write("conf.d/30-more.cfg", "  retries 2\n");
  const Finished headless = firedrill(desk, {"check", "conf.d"});
  std::filesystem::create_symlink("nowhere", desk.path() / "conf.d/40-gone.cfg");
  const Finished gone = firedrill(desk, {"check", "conf.d"});

  EXPECT_EQ(whole.exit_code, 1) << whole.out << whole.error;
  EXPECT_THAT(whole.out, StartsWith("conf.d/00-global.cfg:11:26: error: HA05: backend \"api\": 4000 clients may come, "
                                    "and there are 7 slots (from default-server at line 11 of conf.d/00-global.cfg)"));
  EXPECT_THAT(whole.out, EndsWith("conf.d, HAProxy, 3 files, 1 frontend, 1 backend, 1 server: 1 error, no warnings, "
                                  "no notes\n"));
  EXPECT_EQ(part.exit_code, 0);
  EXPECT_THAT(part.out, AllOf(StartsWith("conf.d/10-front.cfg:1:1: info: FD08: its frontends lead to backends, and "
                                         "there is none"),
                              HasSubstr("firedrill check DIR")));
  EXPECT_EQ(empty.exit_code, 2);
  EXPECT_THAT(empty.error, HasSubstr("empty: is a directory without files *.cfg"));
  EXPECT_THAT(headless.out, HasSubstr("conf.d/30-more.cfg:1:3: error: FD02: \"retries\" stands in no section"));
  EXPECT_EQ(gone.exit_code, 2);
  EXPECT_THAT(gone.error, HasSubstr("conf.d/40-gone.cfg: No such file or directory"));
}

TEST(CheckLoadBalancers, EndsWithTwoWhereItUnderstandsNothing) {
  const Desk desk;
  desk.write("haproxy.cfg", std::string{"global\n  description \"api\n"} + good_haproxy);
  desk.write("nginx.conf", "http {\n");
  desk.write("envoy.yaml", "a: [b");
  desk.write("capacity.toml", "[app]\nworkers = \n");
  desk.write("noise.cfg", std::string("\0\1\2\xff\n", 5));

  for (const char* const file : {"haproxy.cfg", "nginx.conf", "envoy.yaml", "capacity.toml", "noise.cfg"}) {
    const Finished it = firedrill(desk, {"check", file, "--fail-on", "never"});
    EXPECT_EQ(it.exit_code, 2) << file;
    EXPECT_THAT(it.out, HasSubstr(": error: FD01: ")) << file;
  }
  EXPECT_EQ(firedrill(desk, {"check", "absent.cfg"}).exit_code, 2);
  EXPECT_EQ(firedrill(desk, {"check", "."}).exit_code, 2);
}

TEST(CheckLoadBalancers, FollowsIncludesAndGivesUpOnLoops) {
  const Desk desk;
  desk.write("nginx.conf", "events {\n}\nhttp {\n  include conf.d/*.conf;\n}\n");
  std::filesystem::create_directory(desk.path() / "conf.d");
  desk.write("conf.d/a.conf", "upstream a {\n  nonsense 1;\n}\n");
  desk.write("loop.conf", "include loop.conf;\n");

  const Finished good = firedrill(desk, {"check", "nginx.conf"}), loop = firedrill(desk, {"check", "loop.conf"});

  EXPECT_THAT(good.out, HasSubstr("conf.d/a.conf:2:3: error: FD02: "));
  EXPECT_EQ(loop.exit_code, 2);
  EXPECT_THAT(loop.out, HasSubstr("loop.conf"));
}

TEST(CheckLoadBalancers, CompareWithWhatIsDeclared) {
  const Desk desk;
  desk.write("haproxy.cfg", good_haproxy);
  desk.write("capacity.toml",
             "[traffic]\nrate = 2100\nservice_time = \"50ms\"\n[app]\nworkers = 100\n[edge]\ntimeout = \"8s\"\n");

  const Finished it = firedrill(desk, {"check", "haproxy.cfg", "capacity.toml"});

  EXPECT_EQ(it.exit_code, 1);
  EXPECT_THAT(it.out, AllOf(HasSubstr(": warning: X04: "), HasSubstr("105.0 slots busy"),
                            HasSubstr(": error: X01: backend \"api\" gives up after 10s, and the edge after 8s")));
}

TEST(CheckLoadBalancers, PrintsJsonForPrograms) {
  const Desk desk;
  desk.write("haproxy.cfg", outage());
  desk.write("broken.toml", "[drill]\nname = \"broken\"\nseed = -1\n");

  const Finished it = firedrill(desk, {"check", "haproxy.cfg", "broken.toml", "--format", "json"});

  EXPECT_EQ(it.exit_code, 2);
  const auto findings = nlohmann::json::parse(it.out).at("findings");
  EXPECT_EQ(findings.at(0).at("id"), "DR01");
  EXPECT_EQ(findings.at(0).at("file"), "broken.toml");
  const auto last = findings.back();
  EXPECT_EQ(last.at("id"), "HA05");
  EXPECT_EQ(last.at("severity"), "error");
  EXPECT_EQ(last.at("line"), 11);
  EXPECT_EQ(last.at("column"), 26);
  EXPECT_EQ(last.at("drill"), "drills/haproxy/haproxy-maxconn.toml");
}

TEST(CheckLoadBalancers, AnnotatesForGithub) {
  const Desk desk;
  desk.write("haproxy.cfg", outage());

  const Finished it = firedrill(desk, {"check", "haproxy.cfg", "--format", "github"});

  EXPECT_EQ(it.exit_code, 1);
  EXPECT_THAT(it.out, StartsWith("::error file=haproxy.cfg,line=11,col=26,title=HA05 a crowd before few slots::"));
  EXPECT_EQ(std::count(it.out.begin(), it.out.end(), '\n'), 1);
}

// By the schema itself, of everything that can be found: a rule's page and a place that is no line among them.
TEST(CheckLoadBalancers, WritesSarifThatIsValid) {
  if (!std::filesystem::exists(FIREDRILL_SARIF_MODULES "/@microsoft/jest-sarif/package.json"))
    GTEST_SKIP() << "!!! NOT TESTED: @microsoft/jest-sarif is not in " FIREDRILL_SARIF_MODULES
                    " (./dev test puts it there, with npm ci)";
  const Desk desk;
  desk.write("clean.cfg", good_haproxy);
  desk.write("h\xc3\xa4 proxy.cfg", outage() + "  nonsense \xff\n");
  desk.write("nginx.conf", "upstream a {\n  server 127.0.0.1;\n}\n");
  desk.write("broken.toml", "[drill]\nname = \"broken\"\n");
  desk.write("empty.conf", "events {\n  worker_connections 9;\n");
  const Finished none = firedrill(desk, {"check", "clean.cfg", "--format", "sarif"});
  const Finished some =
      firedrill(desk, {"check", "h\xc3\xa4 proxy.cfg", "nginx.conf", "empty.conf", "broken.toml", "--format", "sarif"});
  desk.write("none.sarif", none.out);
  desk.write("some.sarif", some.out);
  desk.write("wrong.sarif", "{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {}}]}");

  const Ran ran =
      run_script(desk, "unset NODE_OPTIONS\nNODE_PATH='" FIREDRILL_SARIF_MODULES "' node '" FIREDRILL_SOURCE_DIR
                       "/tests/cli/sarif_schema/validate.js' none.sarif some.sarif wrong.sarif\n");

  EXPECT_EQ(none.exit_code, 0);
  EXPECT_EQ(some.exit_code, 2);
  EXPECT_THAT(ran.said, AllOf(HasSubstr("none.sarif: valid\n"), HasSubstr("some.sarif: valid\n"),
                              HasSubstr("wrong.sarif: .runs[0].tool should have required property 'driver'")));
  EXPECT_GE(nlohmann::json::parse(some.out).at("runs").at(0).at("results").size(), 5U);
}

TEST(CheckLoadBalancers, ExplainsARule) {
  const Desk desk;

  const Finished page = firedrill(desk, {"check", "--explain", "HA02"});
  const Finished none = firedrill(desk, {"check", "--explain", "HA99"});

  EXPECT_EQ(page.exit_code, 0);
  EXPECT_THAT(page.out, StartsWith("HA02  warning  a queue without a timeout of its own\n"));
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.error, HasSubstr("there is no rule \"HA99\"; there are FD01 "));
  EXPECT_EQ(firedrill(desk, {"check", "--explain", "ha02"}).out, page.out);
  EXPECT_THAT(firedrill(desk, {"check", "--explain", "PR01"}).out, HasSubstr("haproxy -c or nginx -t"));
  EXPECT_THAT(firedrill(desk, {"check", "--explain", "HA05"}).out,
              HasSubstr("beside what drills/haproxy/README.md starts"));
}

TEST(CheckLoadBalancers, SuppressesForAReason) {
  const Desk desk;
  std::string text = outage();
  desk.write("haproxy.cfg",
             text.insert(text.find("maxconn 7") + 9, "  # firedrill: ignore HA05: a drill of this week"));

  EXPECT_EQ(firedrill(desk, {"check", "haproxy.cfg", "--fail-on", "info"}).exit_code, 0);
}

// What `run` is told to be a proof of is known to a check afterwards, until it changes.
TEST(CheckLoadBalancers, KnowsWhatADrillHasPassedWith) {
  const Desk desk;
  desk.write("haproxy.cfg", good_haproxy);
  desk.write("small.toml", small_drill());
  desk.write("capacity.toml", "[drills]\nruns = \"runs\"\n");
  const std::vector<std::string> check{"check", "haproxy.cfg", "capacity.toml", "--fail-on", "info"};

  const Finished before = firedrill(desk, check);
  const Finished run =
      firedrill(desk, {"run", "small.toml", "--config", "haproxy.cfg", "--report", "runs/small-1", "--workers", "1"});
  const Finished passed = firedrill(desk, check);
  desk.write("haproxy.cfg", std::string{good_haproxy} + "# changed\n");
  const Finished changed = firedrill(desk, check);
  const Finished absent = firedrill(desk, {"run", "small.toml", "--config", "absent.cfg"});

  EXPECT_THAT(before.out, HasSubstr("haproxy.cfg:1:1: info: X07: no drill has passed with haproxy.cfg\n"));
  EXPECT_EQ(run.exit_code, 0) << run.out << run.error;
  EXPECT_EQ(passed.exit_code, 0) << passed.out;
  EXPECT_EQ(changed.exit_code, 1);
  EXPECT_THAT(changed.out, HasSubstr("X07: haproxy.cfg has changed since the drill small passed with it on 20"));
  EXPECT_EQ(absent.exit_code, 2);
  EXPECT_EQ(absent.error, "firedrill: absent.cfg: No such file or directory\n");
}

// A real HAProxy, whose limits are changed while it runs.
TEST(CheckLoadBalancers, ComparesWithARunningHaproxy) {
  const Desk desk;
  if (!std::filesystem::exists("/usr/sbin/haproxy"))
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian package haproxy (./dev test does that)";
  std::string text = good_haproxy;
  text.replace(text.find("stats socket unix@haproxy.sock"), 30,
               "stats socket " + desk / "haproxy.sock" + " level admin");
  text.replace(text.find("18080"), 5, std::to_string(free_port()));
  text += "  server api2 127.0.0.1:18082 maxconn 40 weight 5 disabled\n  server-template w 2-3 127.0.0.1:18083\n";
  desk.write("haproxy.cfg", text);

  const Ran ran = run_script(
      desk, R"(
/usr/sbin/haproxy -db -f haproxy.cfg >haproxy.log 2>&1 & haproxy=$!
trap 'kill $haproxy' EXIT
for i in $(seq 200); do [ -S haproxy.sock ] && break; sleep 0.05; done
tell() { python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect("haproxy.sock")
s.sendall((sys.argv[1] + "\n").encode())
while s.recv(4096): pass' "$1"; }
look() { name=$1; ')" FIREDRILL_PROGRAM
            R"(' check haproxy.cfg --live unix:haproxy.sock --fail-on warning >"$name.out" 2>&1; echo "$name: $?"; }
look same
tell 'set maxconn server api/api1 7'
tell 'set maxconn frontend www 90'
tell 'set weight api/api2 9'
tell 'set server api/api2 state ready'
tell 'set server api/w2 state maint'
tell 'set maxconn global 3000'
look changed
tell 'shutdown frontend www'
look stopped
)");

  EXPECT_THAT(ran.said, AllOf(HasSubstr("same: 0\n"), HasSubstr("changed: 1\n"))) << desk.read("same.out");
  const std::string changed = desk.read("changed.out");
  for (const char* const drift :
       {"haproxy.cfg:2:11: warning: HA22: the process: the file has maxconn 4000, the running HAProxy 3000\n",
        "frontend \"www\": the file has maxconn 4000, the running HAProxy 90\n",
        "haproxy.cfg:11:26: warning: HA22: server api/api1: the file has maxconn 100 (from default-server at line 11), "
        "the running HAProxy 7\n",
        "server api/api2: the file has weight 5, the running HAProxy 9\n",
        "server api/api2: the file has state disabled, the running HAProxy no check\n",
        "server api/w2: the file has state enabled, the running HAProxy MAINT\n"})
    EXPECT_THAT(changed, HasSubstr(drift));
  EXPECT_THAT(changed, Not(HasSubstr("api/w3")));
  EXPECT_THAT(desk.read("stopped.out"),
              HasSubstr("frontend \"www\": the file has state enabled, the running HAProxy STOP\n"));
}

TEST(CheckLoadBalancers, SaysWhyNobodyCanBeCompared) {
  const Desk desk;
  desk.write("haproxy.cfg", good_haproxy);
  desk.write("nginx.conf", "events {\n}\n");
  const auto told = [&](const std::string& file, const std::string& live) {
    const Finished it = firedrill(desk, {"check", file, "--live", live});
    EXPECT_EQ(it.exit_code, 2) << live;
    return it.error;
  };

  EXPECT_EQ(told("haproxy.cfg", "unix:absent.sock"), "firedrill: unix:absent.sock: No such file or directory\n");
  EXPECT_EQ(told("haproxy.cfg", "nonsense"), "firedrill: nonsense: is neither unix:PATH nor HOST:PORT\n");
  EXPECT_EQ(told("haproxy.cfg", "127.0.0.1:" + std::to_string(free_port())).find("firedrill: 127.0.0.1:"), 0U);
  const HttpBackend web{"python3", desk.path()};
  EXPECT_THAT(told("haproxy.cfg", web.address()),
              AllOf(HasSubstr("is no table of \"show stat\": it is not the stats socket of a HAProxy\n"),
                    Not(HasSubstr("Mend"))));
  EXPECT_EQ(told("nginx.conf", "unix:absent.sock"),
            "firedrill: --live takes one configuration of HAProxy to compare with\n");
}

}  // namespace
}  // namespace firedrill::tests
