// What a drill is warned of, and what it is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/drills/broken.hpp"

namespace firedrill::drills {
namespace {

// Of which nothing can be said.
constexpr std::string_view quiet = R"([drill]
name = "d"
duration = "20s"
[[backend]]
name = "web"
listen = "127.0.0.1:0"
service_time = "50ms"
[[proxy]]
name = "api"
listen = "127.0.0.1:8081"
upstream = "backend:web"
[[load]]
name = "users"
http = "proxy:api/"
rate = 50
[[check]]
name = "c"
load = "users"
expect = { errors = "< 1%" }
)";

std::string warnings_of(const std::string& text) {
  std::string lines;
  for (const faults::Problem& one : parse_drill("d.toml", text, {}, {}).warnings) lines += one.line() + "\n";
  return lines;
}
std::string warned(const std::string& more) { return warnings_of(std::string{quiet} + more); }

std::string fault(const std::string& name, const std::string& kind, const std::string& lines) {
  return "[[fault]]\nname = \"" + name + "\"\nproxy = \"api\"\nkind = \"" + kind + "\"\n" + lines + "\n";
}
std::string from_5_for(const std::string& lasts) { return "at = \"5s\"\nfor = \"" + lasts + "\"\n"; }

TEST(Warnings, AreNotGivenForNothing) { EXPECT_EQ(warned(fault("slow", "latency", "delay = \"1s\"")), ""); }

TEST(Warnings, NameADrillThatJudgesNothing) {
  EXPECT_EQ(warnings_of(std::string{sound}), "d.toml:1:1: drill: there is no [[check]], so nothing is judged\n");
}

TEST(Warnings, NameUsersWhoGiveUpBeforeTheQueueDoes) {
  const std::string pool = fault("pool", "pool", "max_connections = 7\nqueue_timeout = \"2s\"");

  EXPECT_EQ(
      warned(pool),
      "d.toml:12:1: load \"users\": timeout is 2s unless given, below the queue_timeout of fault \"pool\" (2s) plus "
      "the service time of backend \"web\" (50ms): users give up before the queue does\n");
  EXPECT_EQ(
      warned(pool + "[[load]]\nname = \"others\"\nhttp = \"http://127.0.0.1:8081/x\"\nrate = 1\ntimeout = \"1s\"\n"
                    "[[load]]\nname = \"patient\"\nhttp = \"proxy:api/\"\nrate = 1\ntimeout = \"2050ms\"\n"),
      warned(pool) +
          "d.toml:30:11: load \"others\": timeout = \"1s\": below the queue_timeout of fault \"pool\" (2s) plus the "
          "service time of backend \"web\" (50ms): users give up before the queue does\n");
  EXPECT_NE(warned(pool + "[[load]]\nname = \"others\"\nhttp = \"http://localhost:8081/x\"\nrate = 1\n"), warned(pool));
}

TEST(Warnings, NameConnectionsThatAreTooFewByLittlesLaw) {
  const auto held = [](const std::string& connections) {
    return warned("[[load]]\nname = \"more\"\nhttp = \"proxy:api/\"\nrate = 210\nkeep_alive = true\n" + connections);
  };

  EXPECT_EQ(held(""), "");
  EXPECT_EQ(held("connections = 11\n"), "");
  EXPECT_EQ(held("connections = { max = 6, workers = 2 }\n"), "");
  EXPECT_EQ(held("connections = 10\n"),
            "d.toml:25:15: load \"more\": connections = 10: 210 requests per second of 50ms each keep 10.5 connections "
            "busy, and there are 10: the others wait for one\n");
}

TEST(Warnings, NameUsersWhoGiveUpBeforeTheirOwnPoolDoes) {
  EXPECT_EQ(
      warned("[[load]]\nname = \"more\"\nhttp = \"proxy:api/\"\nrate = 1\nconnections = { queue_timeout = \"2s\" }\n"),
      "d.toml:24:33: load \"more\": connections: queue_timeout = \"2s\": not below the load's timeout (2s): users give "
      "up before the pool does\n");
}

TEST(Warnings, NameWhatAToolWillNotSay) {
  const auto asked = [](const std::string& command, const std::string& expect) {
    return warned("[[load]]\nname = \"bench\"\nhttp = \"proxy:api/\"\ncommand = [" + command +
                  "]\n[[check]]\nname = \"x\"\nload = \"bench\"\nexpect = { " + expect + " }\n");
  };
  const std::string wrk = R"("wrk", "--latency", "{url}")", hey = R"("hey", "-o", "csv", "{url}")",
                    k6 = R"("k6", "run", "--summary-export", "{out}", "x.js")";

  EXPECT_EQ(asked(wrk, "errors = \"< 1%\", p99 = \"< 1s\""), "");
  EXPECT_THAT(asked(wrk, "p95 = \"< 1s\""), testing::HasSubstr("wrk prints no p95; there are p50, p90 and p99"));
  EXPECT_THAT(asked(R"("wrk", "{url}")", "p99 = \"< 1s\""), testing::HasSubstr("with --latency only"));
  EXPECT_THAT(asked(hey, "errors = \"< 1%\""), testing::HasSubstr("hey's CSV has answers only"));
  EXPECT_EQ(asked(R"("hey", "{url}")", "errors = \"< 1%\", p95 = \"< 1s\""), "");
  EXPECT_THAT(asked(k6, "p99 = \"< 1s\""), testing::HasSubstr("--summary-trend-stats"));
  EXPECT_THAT(
      warned("[[load]]\nname = \"bench\"\ncommand = [\"wrk\", \"http://127.0.0.1:1/\"]\n[[signal]]\nname = \"s\"\n"
             "misleads = \"it waits\"\nload = \"bench\"\nexpect = { p99 = \"< 1s\" }\n"),
      testing::HasSubstr("signal \"s\": expect: p99 = \"< 1s\": wrk prints percentiles with --latency only"));
}

TEST(Warnings, NameAToolThatKnowsNoUrl) {
  const auto told = [](const std::string& command) {
    return warned("[[load]]\nname = \"bench\"\nhttp = \"proxy:api/\"\ncommand = [" + command + "]\n");
  };

  EXPECT_THAT(told(R"("wrk", "-d", "1s")"), testing::HasSubstr("wrk is told no URL"));
  EXPECT_EQ(told(R"("/usr/bin/hey", "{url}")"), "");
  EXPECT_EQ(told(R"("wrk", "http://127.0.0.1:8081/")"), "");
  EXPECT_EQ(told(R"("k6", "run", "--summary-export", "{out}", "x.js")"), "");
}

TEST(Warnings, NameStagesThatAreCut) {
  const std::string load = "[[load]]\nname = \"more\"\nhttp = \"proxy:api/\"\nstages = [{ to = 9, over = \"";

  EXPECT_EQ(warned(load + "20s\" }]\n"), "");
  EXPECT_EQ(warned(load + "20s\" }, { hold = \"5s\" }]\n"),
            "d.toml:23:10: load \"more\": stages (a list): would end at 25s, but the drill lasts 20s: they are cut\n");
}

TEST(Warnings, NameAClosedListenerThatNoCheckLooksAt) {
  const std::string idle = "[[proxy]]\nname = \"idle\"\nlisten = \"127.0.0.1:0\"\nupstream = \"backend:web\"\n";
  const std::string down = "[[fault]]\nname = \"gone\"\nproxy = \"idle\"\nkind = \"down\"\n" + from_5_for("5s");
  const std::string look =
      "[[check]]\nname = \"look\"\ntcp = \"proxy:idle\"\nduring = \"gone\"\nexpect = { success = \"0%\" }\n";

  EXPECT_EQ(
      warned(idle + down),
      "d.toml:24:1: fault \"gone\": no check looks at its proxy while it is in force: nothing will show that it did "
      "anything\n");
  EXPECT_EQ(warned(idle + down + look), "");
}

TEST(Warnings, NameFiguresOfPoolsThatNobodyCanHave) {
  const std::string check =
      "[[check]]\nname = \"q\"\nproxy = \"api\"\nduring = \"f\"\nexpect = { queue_max = 0, pool_in_use_max = 1 }\n";
  const auto backlog = fault("f", "pool", "max_connections = 1\nwait = \"backlog\"");

  EXPECT_EQ(
      warned(fault("f", "latency", "delay = \"1s\"") + check),
      "d.toml:29:24: check \"q\": expect: queue_max = 0: no fault with a pool is on proxy \"api\" during \"f\": there "
      "is nothing to measure\n"
      "d.toml:29:45: check \"q\": expect: pool_in_use_max = 1: no fault with a pool is on proxy \"api\" during \"f\": "
      "there is nothing to measure\n");
  EXPECT_EQ(
      warned(backlog + check),
      "d.toml:30:24: check \"q\": expect: queue_max = 0: fault \"f\" leaves who waits in the kernel's backlog, where "
      "nobody is counted or timed\n");
}

TEST(Warnings, NameSafetyLinesThatAreNeverJudged) {
  EXPECT_EQ(warned("[abort]\nwhen = [{ load = \"users\", errors = \"> 80%\", over = \"1m\" }]\n"),
            "d.toml:21:52: abort condition 1: over = \"1m\": longer than the drill lasts (20s): it is never judged\n");
}

TEST(Warnings, NamePhasesTooShortForTheirSamples) {
  const std::string check = "[[check]]\nname = \"short\"\nload = \"users\"\nduring = \"slow\"\n";
  const std::string slow = fault("slow", "latency", "delay = \"1s\"\nat = \"1s\"\nfor = \"100ms\"");

  EXPECT_EQ(
      warned(slow + check + "expect = { p50 = \"< 1s\", p99 = \"< 2s\" }\n"),
      "d.toml:31:18: check \"short\": expect: p50 = \"< 1s\": \"slow\" lasts 100ms, which makes about 5 requests; to "
      "judge p50 takes 10\n"
      "d.toml:31:32: check \"short\": expect: p99 = \"< 2s\": \"slow\" lasts 100ms, which makes about 5 requests; to "
      "judge p99 takes 100\n");
  EXPECT_EQ(warned("[[check]]\nname = \"c2\"\nload = \"users\"\nexpect = { p99 = \"< 1s\", p999 = \"< 2s\" }\n"), "");
  EXPECT_EQ(warned("[[check]]\nname = \"c2\"\ntcp = \"proxy:api\"\nevery = \"8s\"\n"), "");
  EXPECT_EQ(
      warned("[[check]]\nname = \"c2\"\ntcp = \"proxy:api\"\nevery = \"11s\"\n"),
      "d.toml:23:9: check \"c2\": every = \"11s\": \"always\" lasts 20s, which makes about 2 tries; to judge takes "
      "3\n");
}

TEST(Warnings, NameFaultsThatOutlastTheDrill) {
  EXPECT_EQ(warned(fault("slow", "latency", "delay = \"1s\"\n" + from_5_for("20s"))),
            "d.toml:26:7: fault \"slow\": for = \"20s\": would end at 25s, but the drill lasts 20s: it is cut\n");
  EXPECT_EQ(warned(fault("slow", "latency", "delay = \"1s\"\nrepeat = { on = \"1s\", off = \"1s\", times = 100 }")),
            "d.toml:25:10: fault \"slow\": repeat (a table): would end at 3m19s, but the drill lasts 20s: it is cut\n");
}

TEST(Warnings, NameFaultsThatMeetNobody) {
  EXPECT_EQ(warned(fault("a", "latency", "delay = \"1s\"\npercent = \"0%\"") + fault("b", "stall", "max_links = 0")),
            "d.toml:25:11: fault \"a\": percent = \"0%\": no link is ever met\n"
            "d.toml:30:13: fault \"b\": max_links = 0: no link is ever met\n");
  EXPECT_EQ(warned(fault("a", "latency",
                         "delay = \"1s\"\n"
                         "percent.ramp = { from = \"50%\", to = \"0%\", over = \"5s\" }")),
            "");
}

TEST(Warnings, NameWhatBytesNeverReach) {
  const std::string slow = fault("slow", "latency", "delay = \"1s\"\n" + from_5_for("5s"));
  const std::string said =
      "d.toml:23:8: fault \"slow\": kind = \"latency\": not to be seen from 5s to 10s: nothing passes while fault "
      "\"gone\" "
      "(";

  EXPECT_EQ(warned(slow + fault("gone", "stall", "")), said + "stall) is in force\n");
  EXPECT_EQ(warned(slow + fault("gone", "bandwidth", "rate = \"0B/s\"")), said + "bandwidth) is in force\n");
  EXPECT_EQ(warned(slow + fault("gone", "blackhole", "direction = \"both\"")), said + "blackhole) is in force\n");
  EXPECT_EQ(warned(slow + fault("gone", "blackhole", "direction = \"upstream\"")), "");
  EXPECT_EQ(warned(slow + fault("gone", "blackhole", "percent = \"50%\"")), "");
  EXPECT_EQ(warned(slow + fault("gone", "blackhole", "connections = \"new\"")), "");
  EXPECT_EQ(warned(slow + fault("gone", "bandwidth", "rate = \"1kB/s\"")), "");
}

TEST(Warnings, LetALineGoDeadInTheMiddleOfASlowDay) {
  const std::string slow = fault("slow", "latency", "delay = \"1s\"");

  EXPECT_EQ(warned(slow + fault("gone", "stall", from_5_for("5s"))), "");
  EXPECT_NE(warned(slow + fault("gone", "stall", from_5_for("10s"))), "") << "half of it";
}

TEST(Warnings, NameWhatNewLinksNeverReach) {
  const std::string pool = fault("pool", "pool", "max_connections = 7");
  const std::string said = "d.toml:23:8: fault \"pool\": kind = \"pool\": not to be seen from 0s to 20s: ";

  EXPECT_EQ(warned(pool + fault("off", "down", "")),
            said + "no new link comes while fault \"off\" (down) is in force\n");
  EXPECT_EQ(warned(pool + fault("off", "refuse", "")),
            said + "new links are over as soon as they have come while fault \"off\" (refuse) is in force\n");
  EXPECT_EQ(warned(pool + fault("off", "unreachable", "")),
            said + "new links are over as soon as they have come while fault \"off\" (unreachable) is in force\n");
  EXPECT_EQ(warned(pool + fault("off", "unreachable", "how = \"hang\"")), "") << "dials that hang hold slots";
  EXPECT_EQ(warned(pool + fault("off", "refuse", "percent = \"30%\"")), "");
}

TEST(Warnings, OfDialsThatAreGivenUp) {
  EXPECT_EQ(
      warned(fault("late", "slow_connect", "delay = \"5s\"")),
      "d.toml:24:9: fault \"late\": delay = \"5s\": proxy \"api\" gives up connecting after 5s (connect_timeout): "
      "no late connection is made, but none\n");
  EXPECT_EQ(warned(fault("late", "slow_connect", "delay = \"900ms\"")), "");
}

TEST(Warnings, KnowThatLinksThatAreOpenStay) {
  const std::string down = fault("off", "down", "");

  EXPECT_EQ(warned(down + fault("cut", "reset", "")), "") << "a crash: what is open is reset, nothing new comes";
  EXPECT_EQ(
      warned(down + fault("cut", "reset", "connections = \"new\"")),
      "d.toml:28:8: fault \"cut\": kind = \"reset\": not to be seen from 0s to 20s: no new link comes while fault "
      "\"off\" (down) is in force\n");
  EXPECT_NE(warned(down + fault("slow", "latency", "delay = \"1s\"")), "") << "the load opens a link for each request";
  EXPECT_EQ(warned(down + fault("slow", "latency", "delay = \"1s\"") +
                   "[[load]]\nname = \"lasting\"\nhttp = \"proxy:api/\"\nrate = 1\nkeep_alive = true\n"),
            "");
}

TEST(Warnings, NameOneOfTwoThatHideEachOther) {
  EXPECT_EQ(warned(fault("a", "stall", "") + fault("b", "blackhole", "")),
            "d.toml:28:8: fault \"b\": kind = \"blackhole\": not to be seen from 0s to 20s: nothing passes while fault "
            "\"a\" (stall) is in force\n");
  EXPECT_EQ(warned(fault("a", "refuse", "") + fault("b", "down", "")),
            "d.toml:23:8: fault \"a\": kind = \"refuse\": not to be seen from 0s to 20s: no new link comes while fault "
            "\"b\" (down) is in force\n");
}

}  // namespace
}  // namespace firedrill::drills
