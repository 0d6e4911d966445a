// Whole runs, short ones, with the embedded backend: what comes out, and that nothing green is vacuous.
#include "drills/run.hpp"

#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drills/report.hpp"

namespace firedrill::drills {
namespace {

using Json = nlohmann::ordered_json;
using testing::Contains;
using testing::HasSubstr;

constexpr std::string_view stack = R"(
[drill]
name = "test"
seed = 7
duration = "1500ms"
[[backend]]
name = "app"
listen = "127.0.0.1:0"
service_time = "5ms"
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

constexpr std::string_view refusing = R"(
[[fault]]
name = "shut"
proxy = "api"
kind = "refuse"
at = "500ms"
for = "500ms"
)";

class Runs : public testing::Test {
 protected:
  Runs() {
    char name[] = "/tmp/firedrill-run-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  ~Runs() override { std::filesystem::remove_all(directory_); }

  Drill drill(const std::string& more) const { return parse_drill("test.toml", std::string{stack} + more, {}, {}); }
  Outcome run(const std::string& more, RunOptions options = {}) { return play(drill(more), std::move(options)); }
  Outcome play(Drill drill, RunOptions options = {}) {
    if (options.directory.empty()) options.directory = directory_ / "run";
    drills::Run the_run{std::move(drill), options};
    const Outcome outcome = the_run.go();
    report_ = Json::parse(std::ifstream{options.directory + "/report.json"});
    return outcome;
  }
  Json phase(const std::string& name) const {
    for (const Json& phase : report_["phases"])
      if (phase["name"] == name) return phase;
    return nullptr;
  }

  std::filesystem::path directory_;
  Json report_;
};

TEST_F(Runs, PassesWhenEveryExpectationHolds) {
  const Outcome outcome = run(std::string{refusing} + R"(
[[check]]
name = "served"
load = "users"
during = "before"
expect = { errors = "< 10%" }
[[check]]
name = "refused"
load = "users"
during = "shut"
expect = { errors = "> 90%" }
)");

  EXPECT_EQ(outcome.result, Result::passed) << testing::PrintToString(outcome.reasons);
  EXPECT_EQ(report_["result"], "passed");
  EXPECT_EQ(report_["exit_code"], 0);
  EXPECT_EQ(phase("always")["requests"], 150);
  EXPECT_GT(phase("fault")["errors"], 0);
  EXPECT_EQ(phase("after")["errors"], 0);
  // A request that was due a moment before the fault came may meet it: of the whole run the two are equal.
  EXPECT_EQ(report_["faults"][0]["links_affected"], phase("always")["errors"]);
  EXPECT_EQ(report_["decisions"]["counts"]["shut"], 150);
  EXPECT_EQ(report_["cleanup"]["links_open"], 0);
  EXPECT_EQ(report_["cleanup"]["bytes_held"], 0);
}

TEST_F(Runs, FailWhenAnExpectationIsMissed) {
  const Outcome outcome = run(std::string{refusing} + R"(
[[check]]
name = "nobody notices"
load = "users"
during = "shut"
expect = { errors = "< 1%" }
)");

  EXPECT_EQ(outcome.result, Result::failed);
  EXPECT_EQ(exit_code(outcome.result), 1);
  EXPECT_THAT(outcome.reasons, Contains(HasSubstr("nobody notices")));
  EXPECT_EQ(report_["checks"][0]["passed"], false);
}

TEST_F(Runs, AreErroredWhenAFaultTouchesNothing) {
  const Outcome outcome = run(R"(
[[proxy]]
name = "idle"
listen = "127.0.0.1:0"
upstream = "backend:app"
[[fault]]
name = "shut"
proxy = "idle"
kind = "refuse"
at = "200ms"
for = "200ms"
[[check]]
name = "served"
load = "users"
expect = { errors = "< 1%" }
)");

  EXPECT_EQ(outcome.result, Result::errored);
  EXPECT_THAT(outcome.reasons, Contains(HasSubstr("no traffic that it is for reached proxy idle")));
}

// A dead upstream is no lack of traffic, and the reason must not send anybody looking for that.
TEST_F(Runs, SayThatTrafficCameWhenItGotNoFurther) {
  const Outcome outcome = run(R"(
[[proxy]]
name = "dead"
listen = "127.0.0.1:0"
upstream = "127.0.0.1:1"
[[load]]
name = "others"
http = "proxy:dead/"
rate = 20
timeout = "1s"
[[fault]]
name = "slow"
proxy = "dead"
kind = "latency"
delay = "5ms"
)");

  EXPECT_EQ(outcome.result, Result::errored);
  EXPECT_THAT(outcome.reasons, Contains(HasSubstr("came to proxy dead, and none met what it does to them")));
  EXPECT_GT(report_["duration_s"], 1.0);
}

TEST_F(Runs, AreErroredWhenAFaultChangesNothing) {
  const Outcome outcome = run(R"(
[[fault]]
name = "cut"
proxy = "api"
kind = "truncate"
after = "10MB"
)");

  EXPECT_EQ(outcome.result, Result::errored);
  EXPECT_THAT(outcome.reasons, Contains(HasSubstr("and none met what it does to them")));
}

TEST_F(Runs, MeasureWhatADelayedDialTook) {
  run(R"(
[[fault]]
name = "late"
proxy = "api"
kind = "slow_connect"
delay = "20ms"
percent = "50%"
every = 2
)");

  const Json achieved = report_["faults"][0]["achieved"];
  EXPECT_GE(achieved["delay"]["p50_ms"], 19.0);
  EXPECT_TRUE(achieved["delay"].contains("error_p99_ms"));
  const std::string percent = achieved["percent"];
  EXPECT_NEAR(std::stod(percent), 50, 25) << "of every second link half";
}

TEST_F(Runs, TellARateSecondBySecond) {
  Drill long_enough = drill(R"(
[[fault]]
name = "stopped"
proxy = "api"
kind = "bandwidth"
rate = "0B/s"
)");
  long_enough.duration = std::chrono::seconds{4};
  play(std::move(long_enough));

  const Json fault = report_["faults"][0];
  ASSERT_FALSE(fault["bytes_per_s"].empty());
  for (const Json& second : fault["bytes_per_s"]) EXPECT_EQ(second, 0);
  EXPECT_FALSE(fault["achieved"].contains("bytes_passed")) << "what the heal lets out is not in its turn";
}

// The kernel refuses before anybody here could count: without a check nothing is proved.
TEST_F(Runs, ByAClosedListenerProveNothingWithoutACheck) {
  const std::string down =
      "[[fault]]\nname = \"gone\"\nproxy = \"api\"\nkind = \"down\"\nat = \"300ms\"\nfor = \"600ms\"\n";
  const auto looking = [](const std::string& during, const std::string& errors) {
    return fmt::format(
        "[[check]]\nname = \"users\"\nload = \"users\"\nduring = \"{}\"\nexpect = {{ errors = \"{}\" }}\n", during,
        errors);
  };

  const Outcome without = run(down);
  EXPECT_EQ(without.result, Result::errored);
  EXPECT_THAT(without.reasons, Contains(HasSubstr("no check looks at it then")));

  RunOptions somewhere;
  somewhere.directory = directory_ / "aside";
  const Outcome aside = run(down + looking("before", "< 50%"), somewhere);
  EXPECT_EQ(aside.result, Result::errored);

  RunOptions elsewhere;
  elsewhere.directory = directory_ / "with";
  const Outcome with = run(down + looking("gone", "> 90%"), elsewhere);
  EXPECT_EQ(with.result, Result::passed) << testing::PrintToString(with.reasons);
  EXPECT_EQ(report_["faults"][0]["links_affected"], nullptr);
  EXPECT_EQ(report_["faults"][0]["unseen"], true);
}

// A regular load must not be counted as if its lanes were busy all the time; and what is in force for less than a
// second has a rate, too.
TEST_F(Runs, MeasureTheRateOfALaneByTheTimeItWasBusy) {
  Drill thin = parse_drill("test.toml", R"(
[drill]
name = "test"
seed = 7
duration = "2s"
[[backend]]
name = "app"
listen = "127.0.0.1:0"
service_time = "1ms"
body = "20KB"
[[proxy]]
name = "api"
listen = "127.0.0.1:0"
upstream = "backend:app"
[[load]]
name = "users"
http = "proxy:api/"
rate = 4
[[fault]]
name = "thin"
proxy = "api"
kind = "bandwidth"
rate = "100KB/s"
at = "200ms"
for = "800ms"
)",
                           {}, {});
  play(std::move(thin));

  const Json fault = report_["faults"][0];
  ASSERT_TRUE(fault["achieved"].contains("rate")) << fault;
  EXPECT_NEAR(fault["achieved"]["rate"]["p50_bytes_per_s"], 100'000, 20'000);
  EXPECT_EQ(fault["bytes_per_s"].size(), 1);
}

TEST_F(Runs, KnowNothingOfAQueueInTheKernelsBacklog) {
  const Outcome outcome = run(R"(
[[fault]]
name = "pool"
proxy = "api"
kind = "pool"
max_connections = 1
wait = "backlog"
[[check]]
name = "nobody waits"
proxy = "api"
during = "pool"
expect = { queue_max = 0 }
)");

  EXPECT_EQ(outcome.result, Result::errored) << "what cannot be seen is not zero";
  EXPECT_EQ(report_["pools"][0]["queue_max"], nullptr);
  EXPECT_EQ(report_["pools"][0]["timed_out"], nullptr);
  EXPECT_GT(report_["pools"][0]["granted"], 0);
}

TEST_F(Runs, DoNotBeginWithACommandThatCannotBeRun) {
  const Outcome outcome = run(R"(
[[check]]
name = "asks"
command = ["/nowhere/to-be-found"]
)");

  EXPECT_EQ(outcome.result, Result::errored);
  EXPECT_THAT(outcome.reasons, Contains(HasSubstr("check \"asks\": cannot run \"/nowhere/to-be-found\"")));
}

TEST_F(Runs, AreErroredWhenACheckHasNoSamples) {
  const Outcome outcome = run(R"(
[[proxy]]
name = "idle"
listen = "127.0.0.1:0"
upstream = "backend:app"
[[check]]
name = "quiet"
proxy = "idle"
expect = { resets = 0 }
)");

  EXPECT_EQ(outcome.result, Result::errored);
  EXPECT_THAT(outcome.reasons, Contains(HasSubstr("no samples")));
}

TEST_F(Runs, AreErroredWhenAPortIsTaken) {
  const int other = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(other, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(other, 1), 0);
  socklen_t size = sizeof address;
  ::getsockname(other, reinterpret_cast<sockaddr*>(&address), &size);

  const Outcome outcome = run(fmt::format(R"(
[[proxy]]
name = "second"
listen = "127.0.0.1:{}"
upstream = "backend:app"
)",
                                          ntohs(address.sin_port)));

  EXPECT_EQ(outcome.result, Result::errored);
  EXPECT_THAT(outcome.reasons, Contains(HasSubstr("Address already in use")));
  EXPECT_EQ(report_["result"], "errored");
  ::close(other);
}

TEST_F(Runs, AreAbortedByTheSafetyLine) {
  const Outcome outcome = run(R"(
[[fault]]
name = "shut"
proxy = "api"
kind = "refuse"
[abort]
when = [{ load = "users", errors = "> 50%", over = "1s" }]
)");

  EXPECT_EQ(outcome.result, Result::aborted);
  EXPECT_EQ(exit_code(outcome.result), 3);
  EXPECT_LT(report_["duration_s"], 1.45);
  EXPECT_EQ(report_["cleanup"]["faults_in_force"], 0);
}

TEST_F(Runs, StoppedFromOutsideHealFirstAndStillReport) {
  RunOptions options;
  options.directory = directory_ / "run";
  drills::Run the_run{drill(R"(
[[fault]]
name = "stuck"
proxy = "api"
kind = "stall"
at = "100ms"
[[check]]
name = "cut short"
load = "users"
during = "stuck"
expect = { errors = "< 1%" }
)"),
                      options};
  Outcome outcome;
  std::thread going{[&] { outcome = the_run.go(); }};
  while (the_run.snapshot().bars[0].links == 0) std::this_thread::yield();

  the_run.stop("SIGTERM");
  going.join();

  const Json report = Json::parse(std::ifstream{options.directory + "/report.json"});
  EXPECT_EQ(outcome.result, Result::aborted);
  EXPECT_EQ(report["result"], "aborted");
  EXPECT_EQ(report.at("checks").at(0).at("passed"), nullptr) << report["checks"];
  EXPECT_EQ(report["cleanup"]["faults_in_force"], 0);
  EXPECT_TRUE(report["faults"][0]["healed_s"].is_number());
}

TEST_F(Runs, WithTheSameSeedDecideTheSame) {
  const std::string half = R"(
[[fault]]
name = "half"
proxy = "api"
kind = "reset"
percent = "50%"
at = "200ms"
for = "1s"
)";
  RunOptions first, second, other;
  first.directory = directory_ / "1";
  second.directory = directory_ / "2";
  other.directory = directory_ / "3";
  other.seed = 8;

  run(half, first);
  const Json decisions = report_["decisions"];
  run(half, second);
  EXPECT_EQ(report_["decisions"], decisions);
  run(half, other);
  EXPECT_NE(report_["decisions"]["digest"], decisions["digest"]);
  EXPECT_EQ(report_["decisions"]["counts"], decisions["counts"]);
}

// What the pool counted and what became of the links is the same thing, counted in two places: to the last one, however
// often the pool comes and goes between two readings.
TEST_F(Runs, CountWhatAPoolDidToItsEnd) {
  const Outcome outcome = run(R"(
[[fault]]
name = "small"
proxy = "api"
kind = "pool"
at = "200ms"
repeat = { on = "330ms", off = "170ms", times = 3 }
max_connections = { ramp = { from = 2, to = 0, over = "100ms" } }
queue = 3
queue_timeout = "60ms"
[[check]]
name = "it was seen"
proxy = "api"
during = "small"
expect = { queue_timeouts = "> 0", queue_full = "> 0" }
)");

  EXPECT_EQ(outcome.result, Result::passed) << testing::PrintToString(outcome.reasons);
  const drills::Report report = read_journal(outcome.directory);
  ASSERT_EQ(report.pools.size(), 1U);
  const ProxyReport& proxy = report.proxies.at(0);
  EXPECT_EQ(report.pools[0].timed_out, proxy.ended.at("queue_timeout"));
  EXPECT_EQ(report.pools[0].rejected, proxy.ended.at("queue_full"));
  EXPECT_EQ(report.pools[0].limit, 0U);
  EXPECT_TRUE(report.cleanup->clean());
}

TEST_F(Runs, SaySoWhenTheDirectoryCannotBeMade) {
  std::ofstream{directory_ / "file"} << "in the way";
  RunOptions options;
  options.directory = directory_ / "file" / "run";
  drills::Run the_run{drill(std::string{refusing}), options};

  const Outcome outcome = the_run.go();

  EXPECT_EQ(outcome.result, Result::errored);
  EXPECT_THAT(outcome.reasons, Contains(HasSubstr("nothing was started")));
  EXPECT_EQ(outcome.directory, "");
}

}  // namespace
}  // namespace firedrill::drills
