// A drill file that is right, read into its parts; and the library.
#include "drills/drill.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <gmock/gmock.h>

#include <sstream>

#include <gtest/gtest.h>
#include <fstream>

#include "drills/figures.hpp"
#include "drills/sent_drill.hpp"
#include "drills/timeline.hpp"
#include "places.hpp"
#include "tests/drills/broken.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Drill parse(std::string_view text, const std::vector<Override>& overrides = {}) {
  return parse_drill("d.toml", std::string{text}, overrides, {{"PORT", "9001"}});
}

constexpr std::string_view all_of_it = R"([drill]
name = "all-of-it"
title = "Everything"
owner = "me"
seed = 9007199254740993
duration = "60s"
max_duration = "3m"
[[backend]]
name = "b"
listen = "unix:/tmp/b.sock"
service_time = "50ms"
jitter = "10ms"
concurrency = 3
status = 503
body = "1KiB"
[[proxy]]
name = "api"
listen = "[::1]:8081"
upstream = "backend:b"
connect_timeout = "1s"
[[proxy]]
name = "other"
listen = ":8082"
upstream = "db.internal:${PORT}"
[[load]]
name = "users"
http = "proxy:api?q=1"
rate = 0.5
arrivals = "poisson"
keep_alive = true
connections = 5
timeout = "3s"
[[fault]]
name = "slow"
proxy = ["api", "other"]
kind = "latency"
at = "10s"
for = "20s"
percent = "50%"
delay.ramp = { from = "10ms", to = "20ms", over = "5s" }
[[check]]
name = "users are served"
load = "users"
during = "slow"
expect = { errors = "< 1%", requests = 7 }
[[check]]
name = "health"
http = "https://user@example.org:444/health"
status = 204
every = "250ms"
timeout = "1s"
retries = 2
pass = "90%"
[[check]]
name = "reachable"
tcp = "backend:b"
expect = { success = "< 50%" }
[[check]]
name = "asked"
command = ["true"]
exit_code = 1
[abort]
when = [{ load = "users", errors = "> 80%", p99 = "> 1s", over = "10s" }, { tcp = "127.0.0.1:5432", success = "= 0%", over = "5s" }]
)";

TEST(Drill, ASignalIsLookedAtAsACheckAndJudgesNothing) {
  const std::string start{all_of_it.substr(0, all_of_it.find("[[check]]"))};
  const std::string signal =
      "[[signal]]\nname = \"late\"\nload = \"users\"\nexpect = { p50 = \"> 1s\" }\nmisleads = \"why\"\n";

  const Drill drill =
      parse(start + signal + "[[check]]\nname = \"c\"\nload = \"users\"\nexpect = { errors = \"= 0%\" }\n");
  ASSERT_EQ(drill.checks.size(), 2U);
  EXPECT_EQ(drill.checks[0].name, "c");  // wherever they are in the file
  EXPECT_FALSE(drill.checks[0].is_signal());
  EXPECT_TRUE(drill.checks[1].is_signal());
  EXPECT_EQ(drill.checks[1].misleads, "why");
  EXPECT_TRUE(drill.judges());
  EXPECT_FALSE(parse(start + signal).judges());
}

TEST(Drill, ReadsItsHeader) {
  const Drill drill = parse(all_of_it);

  EXPECT_EQ(drill.file, "d.toml");
  EXPECT_EQ(drill.text, all_of_it);
  EXPECT_EQ(drill.name, "all-of-it");
  EXPECT_EQ(drill.title, "Everything");
  EXPECT_EQ(drill.owner, "me");
  EXPECT_EQ(drill.seed, 9007199254740993U);
  EXPECT_TRUE(drill.seed_given);
  EXPECT_EQ(drill.duration, 60s);
  EXPECT_EQ(drill.max_duration, 3min);
}

TEST(Drill, ReadsBackendsProxiesAndLoads) {
  const Drill drill = parse(all_of_it);

  const BackendSpec& backend = drill.backends.at(0);
  EXPECT_EQ(backend.listen.path, "/tmp/b.sock");
  EXPECT_EQ(backend.service_time.centre, 50ms);
  EXPECT_EQ(backend.service_time.spread, 10ms);
  EXPECT_EQ(backend.concurrency, 3U);
  EXPECT_EQ(backend.status, 503);
  EXPECT_EQ(backend.body, 1024U);
  EXPECT_EQ(drill.proxies.at(0).listen.text(), "[::1]:8081");
  EXPECT_EQ(std::get<std::string>(drill.proxies.at(0).upstream), "b");
  EXPECT_EQ(drill.proxies.at(0).connect_timeout, 1s);
  EXPECT_EQ(std::get<proxy::Endpoint>(drill.proxies.at(1).upstream).text(), "db.internal:9001");
  EXPECT_EQ(drill.proxies.at(1).connect_timeout, 5s);
  const LoadSpec& load = drill.loads.at(0);
  EXPECT_EQ(load.http.proxy, "api");
  EXPECT_EQ(load.http.rest, "/?q=1");
  EXPECT_EQ(load.rate, 0.5);
  EXPECT_EQ(load.arrivals, LoadSpec::Arrivals::poisson);
  EXPECT_TRUE(load.keep_alive);
  EXPECT_EQ(load.connections, 5U);
  EXPECT_EQ(load.timeout, 3s);
}

TEST(Drill, ReadsItsSchedule) {
  const Drill drill = parse(std::string{sound} + "[schedule]\ncron = \"0 9 * * tue\"\n");

  ASSERT_TRUE(drill.schedule);
  EXPECT_EQ(drill.schedule->cron.text(), "0 9 * * tue");
  EXPECT_FALSE(parse(sound).schedule);
}

TEST(Drill, ReadsFaults) {
  const Drill drill = parse(all_of_it);

  const FaultSpec& fault = drill.faults.at(0);
  EXPECT_THAT(fault.proxies, ElementsAre("api", "other"));
  EXPECT_EQ(fault.kind->name, "latency");
  EXPECT_EQ(fault.at, 10s);
  EXPECT_EQ(fault.lasts, 20s);
  EXPECT_FALSE(fault.repeat);
  EXPECT_EQ(fault.ramps.at(0).key, "delay");
  EXPECT_EQ(fault.ramps.at(0).over, 5s);
  std::vector<std::string> keys;
  for (const faults::Member& member : *fault.table.table()) keys.push_back(member.key + "=" + member.value.shown());
  EXPECT_THAT(keys, ElementsAre("kind=\"latency\"", "percent=\"50%\"", "delay=\"20ms\""));
}

TEST(Drill, ReadsChecksAndAborts) {
  const Drill drill = parse(all_of_it);

  const auto& checks = drill.checks;
  EXPECT_EQ(std::get<LoadSource>(checks.at(0).source).load, "users");
  EXPECT_EQ(checks[0].during, "slow");
  ASSERT_EQ(checks[0].expect.size(), 2U);
  EXPECT_EQ(checks[0].expect[1].text, "7");
  const auto& http = std::get<HttpProbe>(checks.at(1).source);
  EXPECT_EQ(http.url.rest, "https://user@example.org:444/health");
  EXPECT_EQ(http.status, 204);
  EXPECT_EQ(checks[1].during, "always");
  EXPECT_EQ(checks[1].every, 250ms);
  EXPECT_EQ(checks[1].timeout, 1s);
  EXPECT_EQ(checks[1].retries, 2U);
  EXPECT_EQ(checks[1].pass, 0.9);
  EXPECT_EQ(std::get<TcpProbe>(checks.at(2).source).address.backend, "b");
  EXPECT_EQ(checks[2].pass, 0) << "success is judged by expect";
  EXPECT_EQ(checks[2].every, 1s);
  EXPECT_EQ(checks[2].timeout, 2s);
  EXPECT_EQ(std::get<CommandProbe>(checks.at(3).source).exit_code, 1);
  EXPECT_EQ(checks[3].pass, 1);
  EXPECT_EQ(drill.aborts.at(0).text, "load \"users\": errors > 80% and p99 > 1s over 10s");
  EXPECT_EQ(drill.aborts.at(1).text, "127.0.0.1:5432: success = 0% over 5s");
  EXPECT_EQ(drill.aborts[1].every, 1s);
}

TEST(Drill, DrawsASeedWhenNoneIsGiven) {
  const Drill one = parse(sound), other = parse(sound);

  EXPECT_FALSE(one.seed_given);
  EXPECT_NE(one.seed, other.seed);
  EXPECT_LT(one.seed, std::uint64_t{1} << 53U);
}

TEST(Drill, TellsEveryProblemOfAFileInItsOrder) {
  const std::string text = std::string{sound} +
                           "[[check]]\nname = \"c\"\nload = \"usres\"\nexpect = { errors = 1 }\n"
                           "[[fault]]\nname = \"f\"\nproxy = \"apj\"\nkind = \"latency\"\ndelay = \"1\"\n"
                           "[[proxy]]\nname = \"p\"\nlisten = \"8080\"\nupstream = \"127.0.0.1:9\"\n";

  EXPECT_EQ(
      problems_of(text, {{"drill.duration", "20"}}),
      "--set: drill: duration = 20: must be a duration with a unit, such as \"250ms\", \"30s\" or \"5m\"\n"
      "d.toml:14:8: check \"c\": load = \"usres\": there is no load \"usres\"; did you mean \"users\"?\n"
      "d.toml:15:21: check \"c\": expect: errors = 1: must be a share such as \"< 1%\", \">= 99%\" or \"25%..35%\"\n"
      "d.toml:18:9: fault \"f\": proxy = \"apj\": there is no proxy \"apj\"; did you mean \"api\"?\n"
      "d.toml:20:9: fault \"f\": delay = \"1\": must be a duration with a unit, such as \"250ms\", \"30s\" or \"5m\"\n"
      "d.toml:23:10: proxy \"p\": listen = \"8080\": must be an address such as \"127.0.0.1:8081\", \"[::1]:8081\" or "
      "\"unix:/run/app.sock\"; port 0 takes a free one");
}

TEST(Drill, HoldsAtMostSixtyFaults) {
  std::string text{sound};
  for (int i = 0; i < 61; ++i)
    text += "[[fault]]\nname = \"f" + std::to_string(i) + "\"\nproxy = \"api\"\nkind = \"latency\"\ndelay = \"1ms\"\n";

  EXPECT_EQ(problems_of(text), "d.toml:312:1: fault \"f60\": at most 60 faults in a drill");
}

TEST(Drill, SaysWhyAFileCannotBeRead) {
  const auto said = [](const std::string& path) -> std::string {
    try {
      read_drill(path);
      return "none";
    } catch (const faults::PlanError& error) {
      return error.what();
    }
  };

  EXPECT_EQ(said("/"), "/: cannot be read: Is a directory");
  EXPECT_EQ(said("no-such.toml"), "no-such.toml: cannot be read: No such file or directory");
  EXPECT_EQ(said("/dev/zero"), "/dev/zero: longer than 1MiB, which no drill needs");
}

TEST(Drill, OpensNoFileForWhoeverSentIt) {
  const auto said = [](const std::string& load) -> std::string {
    try {
      parse_sent_drill(std::string{sound} + "[[load]]\nname = \"more\"\nrate = 1\n" + load, {});
      return "none";
    } catch (const faults::PlanError& error) {
      return error.what();
    }
  };

  EXPECT_EQ(said("http = \"proxy:api/\"\nbody = \"x\"\n"), "none");
  EXPECT_EQ(said("http = \"proxy:api/\"\nbody_file = \"/etc/passwd\"\n"),
            "drill:16:1: body_file: not in a drill that was sent: files of the daemon's machine are not handed out");
  EXPECT_EQ(said("tcp = \"proxy:api\"\nsend = { file = \"/etc/passwd\" }\n"),
            "drill:16:10: file: not in a drill that was sent: files of the daemon's machine are not handed out");
  EXPECT_EQ(
      said("command = [\"wrk\"]\n"),
      "drill:15:1: command: not in a drill that was sent: nobody runs commands on the daemon's machine from afar");
}

class Library : public testing::TestWithParam<std::string> {
 protected:
  static std::string path() { return FIREDRILL_SOURCE_DIR "/drills/library/" + GetParam() + ".toml"; }
};

TEST_P(Library, IsReadWithoutProblems) {
  const Drill drill = read_drill(path());

  EXPECT_EQ(drill.name, GetParam());
  EXPECT_FALSE(drill.title.empty());
  EXPECT_TRUE(drill.seed_given) << "the same for everyone who tries it";
  for (const BackendSpec& backend : drill.backends) EXPECT_EQ(backend.listen.port, 0) << "may not collide";
  for (const ProxyBlock& proxy : drill.proxies) EXPECT_EQ(proxy.listen.port, 0) << "may not collide";
}

TEST_P(Library, DemandsHealthBeforeAndAfterAndTheEffectBetween) {
  const Drill drill = read_drill(path());

  const auto judged = [&](const std::string& during) {
    return std::any_of(drill.checks.begin(), drill.checks.end(),
                       [&](const CheckSpec& c) { return c.during == during; });
  };
  EXPECT_TRUE(judged("before"));
  EXPECT_TRUE(judged("after"));
  for (const FaultSpec& fault : drill.faults) EXPECT_TRUE(judged(fault.name)) << fault.name;
  EXPECT_FALSE(drill.aborts.empty());
}

INSTANTIATE_TEST_SUITE_P(Drills, Library,
                         testing::Values("pool-exhaustion", "pool-fixed", "latency-brownout", "dropped-connections",
                                         "backend-stall"),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// Every key that a block takes is in its section of docs/drills.md: a block is asked by giving it a key that nobody
// knows, and the figures there are by name.
TEST(DrillDocumentation, NamesEveryKeyAndFigure) {
  std::ifstream file{FIREDRILL_SOURCE_DIR "/docs/drills.md"};
  std::stringstream text;
  text << file.rdbuf();
  const std::string page = text.str();
  const std::string nonsense = "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq = 1\n";

  std::size_t keys = 0;
  for (const auto& [block, heading] :
       {std::pair{"[drill]\nname = \"x\"\n", "## `[drill]`"}, std::pair{"[[backend]]\n", "## `[[backend]]`"},
        std::pair{"[[proxy]]\n", "## `[[proxy]]`"}, std::pair{"[[load]]\n", "## `[[load]]`"},
        std::pair{"[[load]]\n[load.connections]\n", "## `[[load]]`"},
        std::pair{"[[check]]\nload = \"a\"\n", "## `[[check]]`"}}) {
    const std::size_t begin = page.find(heading);
    ASSERT_NE(begin, std::string::npos) << heading;
    const std::string section = page.substr(begin, page.find("\n## ", begin + 1) - begin);
    std::string said;
    try {
      parse_drill("x.toml", block + nonsense, {}, {});
    } catch (const faults::PlanError& error) {
      said = error.what();
    }
    const std::size_t list = said.find("known keys: ");
    ASSERT_NE(list, std::string::npos) << said;
    std::stringstream words{said.substr(list + 12, said.find('\n', list) - list - 12)};
    for (std::string key; std::getline(words >> std::ws, key, ',');) {
      if (key == "prometheus") continue;  // known so that it can be said that it is not there yet
      ++keys;
      EXPECT_NE(section.find('`' + key + '`'), std::string::npos) << heading << ": " << key;
    }
  }
  EXPECT_GT(keys, 30U);
  for (const Source& source : {Source{LoadSource{}}, Source{ProxySource{}}, Source{TcpProbe{}}})
    for (const FigureName& figure : figures_of(source))
      EXPECT_NE(page.find('`' + std::string{figure.name} + '`'), std::string::npos) << figure.name;
}

}  // namespace
}  // namespace firedrill::drills
