// Whole drills in virtual time: what is foretold, what is not, and that it is always the same.
#include "simulate/simulate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "places.hpp"

namespace firedrill::simulate {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view stack = R"(
[drill]
name = "test"
seed = 7
duration = "10s"
[[backend]]
name = "app"
listen = "127.0.0.1:0"
service_time = "50ms"
[[proxy]]
name = "api"
listen = "127.0.0.1:0"
upstream = "backend:app"
[[load]]
name = "users"
http = "proxy:api/"
rate = 100
timeout = "1s"
)";

drills::Drill drill(std::string_view more, std::string_view base = stack) {
  return drills::parse_drill("test.toml", std::string{base} + std::string{more}, {}, {});
}

Prediction play(std::string_view more, std::string_view base = stack) { return simulate(drill(more, base), {}); }

const drills::PhaseReport& phase(const Prediction& prediction, std::string_view name) {
  const auto& all = prediction.report.phases;
  return *std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
}

std::string fault(std::string_view kind_and_settings) {
  return fmt::format("\n[[fault]]\nname = \"it\"\nproxy = \"api\"\nat = \"2s\"\nfor = \"5s\"\n{}\n", kind_and_settings);
}

drills::Drill shipped(const std::string& name) {
  return drills::read_drill(std::string{FIREDRILL_SOURCE_DIR} + "/drills/library/" + name + ".toml");
}

TEST(Simulate, ServesEverybodyWhenNothingGoesWrong) {
  const Prediction it = play("");

  EXPECT_EQ(it.outcome.result, drills::Result::passed) << testing::PrintToString(it.outcome.reasons);
  EXPECT_EQ(phase(it, "always").requests.count, 1000U);
  EXPECT_EQ(phase(it, "always").requests.failed(), 0U);
  EXPECT_NEAR(*phase(it, "always").quantile_ms(0.99), 50, 1);
  EXPECT_TRUE(it.report.predicted);
  ASSERT_EQ(it.report.proxies.size(), 1U);
  EXPECT_EQ(it.report.proxies[0].accepted, 1000U);
  EXPECT_THAT(it.report.proxies[0].ended, testing::ElementsAre(testing::Pair("upstream_finished", 1000U)));
  EXPECT_TRUE(it.report.cleanup->clean());
}

// 7 slots for 10.5 requests: 140 of 210 a second are served, the queue fills for two seconds, then a third fails.
TEST(Simulate, ForetellsTheOutage) {
  const Prediction it = simulate(shipped("pool-exhaustion"), {});

  EXPECT_EQ(it.outcome.result, drills::Result::passed) << testing::PrintToString(it.outcome.reasons);
  EXPECT_EQ(phase(it, "always").requests.count, 12600U);
  EXPECT_NEAR(*phase(it, "undersized-pool").error_ratio(), 0.31, 0.02);
  EXPECT_EQ(it.report.pools.at(0).active_max, 7U);
}

TEST(Simulate, ForetellsThatEveryDrillThatShipsPasses) {
  for (const char* name : {"backend-stall", "bad-deploy", "bandwidth-collapse", "dropped-connections",
                           "flapping-backend", "handshake-stall", "latency-brownout", "pool-exhaustion", "pool-fixed",
                           "pool-leak", "silent-drop", "slow-upstream-retries", "thundering-herd"}) {
    const Prediction it = simulate(shipped(name), {});
    EXPECT_EQ(it.outcome.result, drills::Result::passed) << name << testing::PrintToString(it.outcome.reasons);
    EXPECT_TRUE(it.report.cleanup->clean()) << name;
  }
}

TEST(Simulate, SaysTheSameForTheSameSeedAndSomethingElseForAnother) {
  const drills::Drill cut = drill(fault("kind = \"reset\"\npercent = \"30%\""));

  const Prediction one = simulate(cut, {7, {}, true}), same = simulate(cut, {7, {}, true}),
                   other = simulate(cut, {8, {}, true});

  EXPECT_EQ(one.journal, same.journal);
  EXPECT_THAT(one.journal, HasSubstr("\"run_end\""));
  EXPECT_NE(one.report.decisions->digest, other.report.decisions->digest);
}

struct Meeting {
  const char* settings;
  const char* error;  // of everybody who meets it; "": of nobody
};

class Meets : public testing::TestWithParam<Meeting> {};

TEST_P(Meets, WhatAClientOnASocketWouldMeet) {
  const Prediction it = play(fault(GetParam().settings));

  const auto& requests = phase(it, "it").requests;
  ASSERT_EQ(requests.count, 500U);
  const std::string error = GetParam().error;
  if (error.empty()) {
    EXPECT_THAT(requests.errors, IsEmpty());
  } else {
    EXPECT_GT(requests.errors.count(error), 0U) << testing::PrintToString(requests.errors);
    EXPECT_GE(requests.failed(), 380U);
  }
  EXPECT_EQ(phase(it, "after").requests.failed(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Faults, Meets,
    testing::Values(Meeting{"kind = \"refuse\"", "reset"}, Meeting{"kind = \"down\"", "refused"},
                    Meeting{"kind = \"unreachable\"", "closed"}, Meeting{"kind = \"stall\"", "timeout"},
                    Meeting{"kind = \"blackhole\"", "timeout"}, Meeting{"kind = \"reset\"", "reset"},
                    Meeting{"kind = \"close\"", "closed"}, Meeting{"kind = \"latency\"\ndelay = \"100ms\"", ""},
                    Meeting{"kind = \"slice\"\nsize = \"7B\"\ngap = \"1ms\"", ""},
                    Meeting{"kind = \"pool\"\nmax_connections = 0\nqueue_timeout = \"200ms\"", "reset"}));

TEST(Simulate, TellsNothingOfWhatIsNotItsOwn) {
  const Prediction it = play(R"(
[[proxy]]
name = "db"
listen = "127.0.0.1:0"
upstream = "10.0.0.7:5432"
[[load]]
name = "others"
http = "proxy:db/"
rate = 10
[[fault]]
name = "slow"
proxy = "db"
kind = "latency"
delay = "100ms"
at = "1s"
[[check]]
name = "the database is fine"
load = "others"
expect = { errors = "< 1%" }
[[check]]
name = "a person has noticed"
command = ["true"]
[[check]]
name = "users are fine"
load = "users"
expect = { errors = "< 1%" }
)");

  EXPECT_EQ(it.outcome.result, drills::Result::passed) << testing::PrintToString(it.outcome.reasons);
  ASSERT_EQ(it.report.checks.size(), 3U);
  EXPECT_EQ(it.report.checks[0].passed, std::nullopt);
  EXPECT_THAT(it.report.checks[0].reason, HasSubstr("not part of the drill"));
  EXPECT_EQ(it.report.checks[1].passed, std::nullopt);
  EXPECT_THAT(it.report.checks[1].reason, HasSubstr("a command"));
  EXPECT_EQ(it.report.checks[2].passed, true);
  std::vector<std::string> notes;
  for (const auto& note : it.report.notes) notes.push_back(note.text);
  EXPECT_THAT(notes, Contains(HasSubstr("proxy db")));
  EXPECT_THAT(notes, Contains(HasSubstr("load others")));
  EXPECT_THAT(drills::to_markdown(it.report), HasSubstr("This is a prediction."));
}

TEST(Simulate, RefusesADrillOfWhichNothingIsKnown) {
  EXPECT_EQ(obstacle(drill("")), "");
  EXPECT_THAT(obstacle(drill("", R"(
[drill]
name = "foreign"
duration = "5s"
[[proxy]]
name = "db"
listen = "127.0.0.1:0"
upstream = "10.0.0.7:5432"
[[load]]
name = "users"
http = "proxy:db/"
rate = 10
)")),
              HasSubstr("proxy db leads to what is not part of the drill"));
}

// Addresses lead to the same places as names do, and one proxy may stand behind another.
TEST(Simulate, FollowsAddressesAndChainsOfProxies) {
  const Prediction it = play(R"(
[[fault]]
name = "slow"
proxy = "inner"
kind = "latency"
delay = "100ms"
direction = "downstream"
)",
                             R"(
[drill]
name = "chain"
duration = "2s"
[[backend]]
name = "app"
listen = "127.0.0.1:9001"
service_time = "10ms"
[[proxy]]
name = "outer"
listen = "127.0.0.1:8080"
upstream = "127.0.0.1:8081"
[[proxy]]
name = "inner"
listen = "127.0.0.1:8081"
upstream = "localhost:9001"
[[load]]
name = "users"
http = "http://127.0.0.1:8080/path"
rate = 50
)");

  EXPECT_EQ(it.outcome.result, drills::Result::passed) << testing::PrintToString(it.outcome.reasons);
  EXPECT_NEAR(*phase(it, "always").quantile_ms(0.5), 110, 2);
}

// A drill whose load, and whose backend, are what the test is about.
std::string users(std::string_view load, std::string_view backend = "", std::string_view duration = "10s") {
  return fmt::format(R"(
[drill]
name = "loads"
duration = "{}"
[[backend]]
name = "app"
listen = "127.0.0.1:0"
service_time = "50ms"
{}
[[proxy]]
name = "api"
listen = "127.0.0.1:0"
upstream = "backend:app"
[[load]]
name = "users"
http = "proxy:api/"
timeout = "1s"
{}
)",
                     duration, backend, load);
}

// 60 a second need 3 of 4 workers.
TEST(Simulate, ReusesConnections) {
  const Prediction it = play("", users("rate = 60\nkeep_alive = true\nconnections = 10", "concurrency = 4", "20s"));

  EXPECT_EQ(phase(it, "always").requests.failed(), 0U);
  EXPECT_LE(it.report.proxies[0].accepted, 4U);
}

// 90 a second for 80 that fit: the queue grows until whoever is served has no time left, and what is served then is
// wasted. (Measured on sockets: 63.6 %.)
TEST(Simulate, CollapsesWhereAQueueOutlastsTheTimeout) {
  const Prediction it = play("", users("rate = 90\nkeep_alive = true\nconnections = 10", "concurrency = 4", "20s"));

  EXPECT_NEAR(*phase(it, "always").error_ratio(), 0.62, 0.03);
}

TEST(Simulate, FollowsTheStagesOfALoad) {
  const Prediction it = play("", users("stages = [{ to = 100, over = \"4s\" }, { hold = \"2s\" }, { to = 0 }]"));

  EXPECT_EQ(phase(it, "always").requests.count, 400U);
  EXPECT_EQ(phase(it, "always").requests.failed(), 0U);
}

// 100 a second hold 5 connections of 50 ms; with 4 the queue grows by a fifth of them.
TEST(Simulate, HoldsConnectionsAsTheDrillSays) {
  const Prediction enough = play("", users("rate = 100\nconnections = { max = 6 }"));
  EXPECT_EQ(phase(enough, "always").requests.failed(), 0U);
  EXPECT_EQ(enough.report.loads.at(0).connections_opened, enough.report.proxies[0].accepted);
  EXPECT_LE(enough.report.loads.at(0).connections_most_open, 6U);

  const Prediction impatient = play("", users("rate = 100\nconnections = { max = 4, queue_timeout = \"100ms\" }"));
  EXPECT_NEAR(*phase(impatient, "always").error_ratio(), 0.2, 0.03);
  EXPECT_THAT(phase(impatient, "always").requests.errors,
              testing::ElementsAre(testing::Pair("pool_timeout", testing::Gt(0U))));

  const Prediction full = play("", users("rate = 100\nconnections = { max = 4, queue = 3 }"));
  EXPECT_THAT(phase(full, "always").requests.errors,
              testing::ElementsAre(testing::Pair("pool_full", testing::Gt(100U))));
}

// A pause between two requests is longer than a connection is held, or a reset lies in it: the next one is dialled.
TEST(Simulate, DialsAnewWhereAConnectionIsGone) {
  EXPECT_EQ(play("", users("rate = 2\nconnections = { max = 4, idle = \"100ms\" }")).report.proxies[0].accepted, 20U);
  EXPECT_EQ(play("", users("rate = 2\nconnections = { max = 4, max_requests = 5 }")).report.proxies[0].accepted, 4U);
  const Prediction cut = play(fault("kind = \"close\""), users("rate = 2\nconnections = { max = 4 }"));
  EXPECT_EQ(phase(cut, "after").requests.failed(), 0U);
  EXPECT_GT(cut.report.proxies[0].accepted, 1U);
}

TEST(Simulate, SendsWhatTheDrillSays) {
  const Prediction head = play("", users("rate = 10\nmethod = \"HEAD\"\nkeep_alive = true"));
  EXPECT_EQ(phase(head, "always").requests.failed(), 0U);
  EXPECT_EQ(head.report.proxies[0].accepted, 1U);

  const Prediction sent = play("", users("rate = 10\nbody = \"0123456789\""));
  const Prediction none = play("", users("rate = 10"));
  EXPECT_EQ(phase(sent, "always").requests.failed(), 0U);
  EXPECT_GT(sent.report.proxies[0].bytes_in[0], none.report.proxies[0].bytes_in[0] + 1000);
}

TEST(Simulate, LeavesOutWhatMakesNoRequestsItKnows) {
  const Prediction it = play(R"(
[[load]]
name = "cache"
tcp = "proxy:api"
rate = 10
send = "PING\r\n"
[[load]]
name = "bench"
http = "proxy:api/"
command = ["wrk", "-d", "2s", "{url}"]
[[check]]
name = "the cache answers"
load = "cache"
expect = { errors = "< 1%" }
[[check]]
name = "wrk is content"
load = "bench"
expect = { errors = "< 1%" }
)");

  EXPECT_EQ(it.outcome.result, drills::Result::passed) << testing::PrintToString(it.outcome.reasons);
  EXPECT_EQ(it.report.checks[0].passed, std::nullopt);
  EXPECT_THAT(it.report.checks[0].reason, HasSubstr("load cache speaks to what is not HTTP"));
  EXPECT_THAT(it.report.checks[1].reason, HasSubstr("load bench is made by wrk"));
  std::vector<std::string> notes;
  for (const auto& note : it.report.notes) notes.push_back(note.text);
  EXPECT_THAT(notes, Contains(HasSubstr("load bench is made by wrk, which cannot be played, and is left out")));
}

TEST(Simulate, AsksAsAProbeDoes) {
  const Prediction it = play(fault("kind = \"stall\"") + R"(
[[check]]
name = "it is seen over HTTP"
http = "proxy:api/"
during = "it"
every = "500ms"
timeout = "1s"
expect = { success = "< 50%" }
[[check]]
name = "and not by a connection"
tcp = "proxy:api"
during = "it"
every = "500ms"
)");

  EXPECT_EQ(it.outcome.result, drills::Result::passed) << testing::PrintToString(it.outcome.reasons);
  EXPECT_EQ(it.report.checks[0].last_failure, "no answer within 1s");
}

TEST(Simulate, EndsWhereAnAbortConditionWouldEndIt) {
  const Prediction it = play(fault("kind = \"refuse\"") +
                             "\n[abort]\nwhen = [{ load = \"users\", errors = \"> 50%\", over = \"2s\" }]\n");

  EXPECT_EQ(it.outcome.result, drills::Result::aborted);
  EXPECT_LT(*it.report.duration_s, 5);
}

}  // namespace
}  // namespace firedrill::simulate
