// The stand-in for toxiproxy-cli, against a daemon that runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "tests/cli/daemon.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Words = std::vector<std::string>;

class ToxiproxyCli : public testing::Test {
 protected:
  ToxiproxyCli() { link_program(desk_, "toxiproxy-cli"); }

  Finished ask(Words words) {
    return under_name("toxiproxy-cli", desk_, std::move(words), {"TOXIPROXY_URL=http://" + daemon_.address()});
  }
  std::string ok(Words words) {
    const std::string line = testing::PrintToString(words);
    const Finished it = ask(std::move(words));
    EXPECT_EQ(it.exit_code, 0) << line << it.error;
    EXPECT_THAT(it.error, IsEmpty()) << line;
    return it.out;
  }
  void expect_failure(Words words, const std::string& complaint) {
    const std::string line = testing::PrintToString(words);
    const Finished it = ask(std::move(words));
    EXPECT_EQ(it.exit_code, 1) << line;
    EXPECT_EQ(it.error, complaint + "\n") << line;
  }
  std::string create(const std::string& name) {
    EXPECT_EQ(ok({"create", "-l", "127.0.0.1:0", "--upstream=127.0.0.1:9", name}), "Created new proxy " + name + "\n");
    return local(daemon_.port_of(name)).text();
  }

  Desk desk_;
  Daemon daemon_{desk_};
};

TEST_F(ToxiproxyCli, ListsInLinesWithTabs) {
  EXPECT_EQ(ok({"list"}), "");
  const std::string redis = create("redis:6379"), api = create("api");
  ok({"toxic", "add", "-t", "latency", "redis:6379"});

  for (const char* const name : {"list", "l", "li", "ls"})
    EXPECT_EQ(ok({name}),
              "api\t" + api + "\t127.0.0.1:9\tenabled\t0\nredis:6379\t" + redis + "\t127.0.0.1:9\tenabled\t1\n");
}

TEST_F(ToxiproxyCli, InspectsInLinesWithTabs) {
  create("redis");
  EXPECT_EQ(ok({"toxic", "add", "--type", "latency", "--attribute", "latency=1e2", "-a", "jitter=50", "--toxicity",
                "0.25", "-u", "-n", "slow", "redis"}),
            "Added upstream latency toxic 'slow' on proxy 'redis'\n");
  EXPECT_EQ(ok({"t", "a", "-type=bandwidth", "-a", "rate=10", "-d", "redis"}),
            "Added downstream bandwidth toxic 'bandwidth_downstream' on proxy 'redis'\n");

  for (const char* const name : {"inspect", "i", "ins"})
    EXPECT_EQ(ok({name, "redis"}),
              "slow\ttype=latency\tstream=upstream\ttoxicity=0.25\tattributes=[\tjitter=50\tlatency=100\t]\n"
              "bandwidth_downstream\ttype=bandwidth\tstream=downstream\ttoxicity=1.00\tattributes=[\trate=10\t]\n");
}

TEST_F(ToxiproxyCli, TogglesAndDeletes) {
  const std::string redis = create("redis");
  ok({"toxic", "add", "-t", "timeout", "redis"});

  EXPECT_EQ(ok({"toggle", "redis"}), "Proxy redis is now disabled\n");
  EXPECT_EQ(ok({"list"}), "redis\t" + redis + "\t127.0.0.1:9\tdisabled\t1\n");
  EXPECT_EQ(ok({"tog", "redis"}), "Proxy redis is now enabled\n");
  EXPECT_EQ(ok({"list"}), "redis\t" + redis + "\t127.0.0.1:9\tenabled\t1\n");

  EXPECT_EQ(ok({"delete", "redis"}), "Deleted proxy redis\n");
  create("redis");
  EXPECT_EQ(ok({"d", "redis"}), "Deleted proxy redis\n");
  EXPECT_EQ(ok({"list"}), "");
}

TEST_F(ToxiproxyCli, UpdatesAndRemovesToxics) {
  ok({"new", "-l", "127.0.0.1:0", "-u", "127.0.0.1:9", "redis"});
  ok({"toxic", "add", "-t", "latency", "-a", "latency=100,jitter=5", "-tox", "0.5", "redis"});

  // That tool's own way: a toxicity that is not given becomes 1 again.
  EXPECT_EQ(ok({"toxic", "update", "-n", "latency_downstream", "-a", "jitter=25", "redis"}),
            "Updated toxic 'latency_downstream' on proxy 'redis'\n");
  EXPECT_THAT(ok({"inspect", "redis"}), HasSubstr("toxicity=1.00\tattributes=[\tjitter=25\tlatency=100\t]\n"));
  ok({"t", "u", "--toxicName", "latency_downstream", "--toxicity", "0.1", "redis"});
  EXPECT_THAT(ok({"inspect", "redis"}), HasSubstr("toxicity=0.10"));

  for (const char* const name : {"remove", "r", "delete", "d"}) {
    EXPECT_EQ(ok({"toxic", name, "-n", "latency_downstream", "redis"}),
              "Removed toxic 'latency_downstream' on proxy 'redis'\n");
    ok({"toxic", "add", "-t", "latency", "redis"});
  }
}

TEST_F(ToxiproxyCli, ShowsTablesOnATerminal) {
  const std::string redis = create("redis");
  ok({"toxic", "add", "-t", "latency", "-a", "latency=100", "redis"});
  const auto shown = [&](Words words) {
    return Program{
        desk_, std::move(words), {"TOXIPROXY_URL=" + daemon_.address(), "NO_COLOR=1"}, Program::Streams::terminal, 120,
        30,    "toxiproxy-cli"}
        .finish()
        .out;
  };

  EXPECT_THAT(shown({"list"}), AllOf(StartsWith("Name   Listen"), HasSubstr("\r\nredis  " + redis)));
  EXPECT_THAT(shown({"inspect", "redis"}), HasSubstr("latency  downstream  1.00      jitter=0 latency=100\r\n"));
  ok({"delete", "redis"});
  EXPECT_EQ(shown({"list"}), "no proxies\r\n");
}

TEST_F(ToxiproxyCli, ExitsWithOneWhenSomethingIsWrong) {
  create("redis");

  expect_failure({"inspect", "none"}, "Failed to retrieve proxy none: HTTP 404: proxy not found");
  expect_failure({"inspect"}, "Proxy name is required as the first argument.");
  expect_failure({"create", "-l", "127.0.0.1:0", "-u", "127.0.0.1:9", "redis"},
                 "Failed to create proxy: HTTP 409: proxy already exists");
  expect_failure({"create", "new", "-l", "127.0.0.1:0"},
                 "Required argument 'listen' was empty. Flags stand before the proxy's name.");
  expect_failure({"create", "-l", "127.0.0.1:0", "new"}, "Required argument 'upstream' was empty.");
  expect_failure({"toxic", "add", "redis"}, "Required argument 'type' was empty.");
  expect_failure({"toxic", "add", "-t", "none", "redis"}, "Failed to add toxic: HTTP 400: invalid toxic type");
  expect_failure({"toxic", "add", "-t", "latency", "-u", "-d", "redis"},
                 "Only one should be specified: upstream or downstream.");
  expect_failure({"toxic", "add", "-t", "latency", "-tox", "2", "redis"},
                 "toxicity should be a float between 0 and 1.");
  expect_failure({"toxic", "remove", "-n", "none", "redis"}, "Failed to remove toxic: HTTP 404: toxic not found");
  expect_failure({"toxic", "add", "--typ", "latency", "redis"}, "flag provided but not defined: -typ");
  expect_failure({"lst"}, "there is no command 'lst'");
  const std::string nowhere = "http://" + local(free_port()).text();
  expect_failure({"--host", nowhere, "list"},
                 "Failed to retrieve proxies: " + nowhere + ": Couldn't connect to server");
}

TEST_F(ToxiproxyCli, FindsTheServerByFlagWithOrWithoutScheme) {
  create("redis");
  for (const std::string& host : {daemon_.address(), "http://" + daemon_.address() + "/"})
    for (const char* const flag : {"--host", "-h"}) {
      const Finished it = under_name("toxiproxy-cli", desk_, {flag, host, "ls"}, {"TOXIPROXY_URL=127.0.0.1:1"});
      EXPECT_THAT(it.out, StartsWith("redis\t")) << it.error;
    }
}

TEST_F(ToxiproxyCli, TellsVersionAndHelp) {
  for (const char* const flag : {"--version", "-v"})
    EXPECT_THAT(ok({flag}), StartsWith("toxiproxy-cli version 2.12.0 "));
  for (const Words& words : {Words{}, {"--help"}, {"help"}, {"toxic"}, {"toxic", "--help"}})
    EXPECT_THAT(ok(words), AllOf(HasSubstr("toxic update"), HasSubstr("TOXIPROXY_URL")));
  EXPECT_THAT(ok({"create", "--help"}), AllOf(StartsWith("usage: toxiproxy-cli create"), Not(HasSubstr("toxic add"))));
}

}  // namespace
}  // namespace firedrill::tests
