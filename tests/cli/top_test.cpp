// The live table of a daemon, from answers made by hand.
#include "cli/top.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firedrill::tests {
namespace {

using namespace std::chrono_literals;
using cli::Glance;
using cli::Json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

Json proxy(std::uint64_t accepted, std::uint64_t errors, std::uint64_t up, std::uint64_t down) {
  Json json = Json::parse(R"({"name": "api", "enabled": true, "faults": [], "status": {"counters": {"open": 1234,
      "pools": []}}})");
  Json& counters = json["status"]["counters"];
  counters["accepted"] = accepted;
  counters["connect_errors"] = errors;
  counters["upstream"]["bytes_out"] = up;
  counters["downstream"]["bytes_out"] = down;
  return json;
}

Glance glance(std::chrono::milliseconds at, std::vector<Json> proxies) {
  return {std::chrono::steady_clock::time_point{at},
          Json::parse(R"({"version": "1", "uptime_s": 65.2, "proxies": 1, "faults": 0, "halt": null})"),
          std::move(proxies)};
}

TEST(TopView, TellsRatesFromTwoGlances) {
  const Glance before = glance(0ms, {proxy(10, 2, 1000, 0)}), now = glance(2000ms, {proxy(110, 3, 3'000, 5'000'000)});

  EXPECT_THAT(cli::top_view(before, now, "here:1", {100, 24, false}),
              ElementsAre("firedrill 1 at here:1  up 1m5s  1 proxy  no faults", "",
                          "PROXY  STATE     OPEN  ACCEPTED/S  CONNECT ERRORS    UP/S  DOWN/S",
                          "api    enabled  1,234        50.0               3  1.0 kB  2.5 MB"));
  EXPECT_EQ(cli::top_lines(before, now), "proxy\tapi\tenabled\t1234\t50.0\t3\t1000\t2500000\n");
}

TEST(TopView, TakesCountersThatBeganAnewForNoTraffic) {
  const Glance before = glance(0ms, {proxy(10, 2, 1000, 0)}), now = glance(1000ms, {proxy(1, 0, 1, 1)});

  EXPECT_EQ(cli::top_lines(before, now), "proxy\tapi\tenabled\t1234\t0.0\t0\t0\t1\n");
  EXPECT_EQ(cli::top_lines(glance(0ms, {}), now), "proxy\tapi\tenabled\t1234\t0.0\t0\t0\t0\n");
}

TEST(TopView, ShowsPoolsFaultsAndTheHalt) {
  Json one = proxy(0, 0, 0, 0);
  one["status"]["counters"]["pools"] =
      Json::parse(R"([{"fault": "small", "limit": 7, "active": 7, "queue": 209, "timed_out": 868, "rejected": 0}])");
  one["faults"] = Json::parse(R"([{"name": "small", "proxy": "api", "kind": "pool", "max_connections": 7, "ttl": "5m",
      "status": {"remaining_s": 61.4, "connections": null, "touched": 4}},
      {"name": "t", "proxy": "api", "kind": "stall", "ttl": null,
      "status": {"remaining_s": null, "connections": 3, "touched": 4}}])");
  Glance now = glance(0ms, {one});
  now.status["halt"] = Json::parse(R"({"since": "soon", "by": "ada\u001b", "reason": "why"})");

  const auto lines = cli::top_view(now, now, "here:1", {100, 24, false});

  EXPECT_THAT(lines, AllOf(Contains("halted by ada  at soon: why"),
                           Contains("small  api         7      7    209        868         0"),
                           Contains("small  api    pool        1m1s      -        4  max_connections=7"),
                           Contains("t      api    stall          -      3        4")));
}

TEST(TopView, StaysWithinTheTerminal) {
  const Glance now = glance(0ms, std::vector<Json>(50, proxy(0, 0, 0, 0)));

  const auto lines = cli::top_view(now, now, "here:1", {40, 10, false});

  EXPECT_THAT(lines, SizeIs(10));
  EXPECT_THAT(lines.back(), HasSubstr("44 more lines"));
}

}  // namespace
}  // namespace firedrill::tests
