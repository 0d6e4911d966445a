// What is said of a drill before it is played.
#include "drills/outline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "drills/phases.hpp"
#include "tests/drills/broken.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Outline outline(const std::string& more) {
  return outline_of(parse_drill("d.toml", std::string{sound} + more, {}, {}));
}

std::string fault(const std::string& kind, const std::string& lines) {
  return "[[fault]]\nname = \"f\"\nproxy = \"api\"\nkind = \"" + kind + "\"\n" + lines + "\n";
}

std::vector<std::string> told(const Outline& outline) {
  constexpr const char* words[] = {"on", "ramp", "off", "rate"};
  std::vector<std::string> all;
  for (const auto& m : outline.timeline)
    all.push_back(faults::show(m.at) + " " + m.fault + " " + words[static_cast<std::size_t>(m.what)] + " " + m.text);
  return all;
}

TEST(Outline, TellsTheTimeline) {
  EXPECT_THAT(told(outline(fault("latency", "at = \"3s\"\nfor = \"6s\"\ndelay = \"200ms\"\npercent = \"30%\""))),
              ElementsAre("3s f on latency on api: delay 200ms, percent 30%", "9s f off "));
  EXPECT_THAT(told(outline(fault("stall", "at = \"3s\""))),
              ElementsAre("3s f on stall on api", "20s f off the run ends"));
}

TEST(Outline, SumsARampUpInALine) {
  const Outline it =
      outline(fault("pool", "at = \"5s\"\nfor = \"10s\"\nmax_connections.ramp = { from = 40, to = 7, over = \"8s\" }"));

  EXPECT_THAT(told(it), ElementsAre("5s f on pool on api: max_connections 40", "5s f ramp max_connections 40 to 7",
                                    "15s f off "));
  EXPECT_EQ(it.timeline[1].until, 13s);
}

TEST(Outline, ListsEveryLoadAndWhatItStarts) {
  const Outline it = outline(
      "[[load]]\nname = \"more\"\nhttp = \"proxy:api/x\"\nstages = [{ to = 200, over = \"10s\" }]\n"
      "[[load]]\nname = \"bench\"\nhttp = \"proxy:api/\"\nat = \"2s\"\n"
      "command = [\"wrk\", \"-H\", \"X: y\", \"{url}\"]\n");

  ASSERT_EQ(it.loads.size(), 3U);
  EXPECT_EQ(it.loads[0].load + ": " + it.loads[0].text, "users: 10 requests per second to proxy:api/");
  EXPECT_EQ(it.loads[1].text, "requests in stages to proxy:api/x");
  EXPECT_EQ(it.loads[2].text, "at 2s starts wrk -H 'X: y' '{url}' ({url}: proxy:api/), and kills it after 23s");
  EXPECT_EQ(to_json(it).at("loads").at(2).at("command").at(3), "{url}");
  EXPECT_EQ(to_json(it).at("loads").at(0).at("command"), nullptr);
}

TEST(Outline, TellsTheStagesOfLoads) {
  const std::string load = "[[load]]\nname = \"more\"\nhttp = \"proxy:api/\"\nrate = 5\n";
  const Outline it = outline(load + "stages = [{ to = 200, over = \"10s\" }, { spike = 800, for = \"2s\" }]\n" +
                             fault("stall", "at = \"3s\"\nfor = \"6s\""));

  EXPECT_THAT(told(it),
              ElementsAre("0s  rate 5 to 200", "3s f on stall on api", "9s f off ", "10s  rate 800", "12s  rate 200"));
  EXPECT_EQ(it.timeline[0].load, "more");
  EXPECT_EQ(it.timeline[0].until, 10s);
  EXPECT_EQ(it.timeline[4].until, 20s);
  EXPECT_EQ(to_json(it).at("timeline").at(3).at("what"), "rate");
  EXPECT_EQ(to_json(it).at("timeline").at(3).at("load"), "more");
}

TEST(Outline, CountsWhatACheckMayExpectAlongTheStages) {
  const Outline it = outline(
      "[[load]]\nname = \"more\"\nhttp = \"proxy:api/\"\nstages = [{ to = 200, over = \"10s\" }]\n"
      "[[check]]\nname = \"a\"\nload = \"more\"\nduring = \"before\"\nexpect = { errors = \"< 1%\" }\n" +
      fault("stall", "at = \"5s\"\nfor = \"10s\""));

  EXPECT_EQ(it.checks.at(0).samples, 250);
}

TEST(Outline, TellsEveryAppearance) {
  EXPECT_THAT(told(outline(fault("stall", "repeat = { on = \"1s\", off = \"2s\", times = 2 }"))),
              ElementsAre("0s f on stall on api", "1s f off ", "3s f on stall on api", "4s f off "));
}

TEST(Outline, TellsWhatIsCut) {
  EXPECT_THAT(told(outline(fault("stall", "at = \"15s\"\nfor = \"10s\""))),
              ElementsAre("15s f on stall on api", "20s f off cut, planned until 25s"));
}

std::string links(const std::string& kind, const std::string& lines) {
  return outline(fault(kind, lines)).proxies.at(0).effects.at(0).links;
}

TEST(Outline, PutsScopesInWords) {
  EXPECT_EQ(links("reset", ""), "every link");
  EXPECT_EQ(links("stall", ""), "every link, from backend to client");
  EXPECT_EQ(links("stall", "direction = \"both\""), "every link, both ways");
  EXPECT_EQ(links("reset", "percent = \"30%\""), "about 30% of links");
  EXPECT_EQ(links("reset", "every = 3"), "one link in 3");
  EXPECT_EQ(links("reset", "every = 3\npercent = \"50%\""), "about 50% of one link in 3");
  EXPECT_EQ(links("reset", "percent.ramp = { from = \"0%\", to = \"50%\", over = \"5s\" }"),
            "about 0% to 50% of links");
  EXPECT_EQ(links("reset", "connections = \"new\"\nmax_links = 9"),
            "every link opened while it is in force, at most 9 in all");
  EXPECT_EQ(links("reset", "connections = \"existing\""), "every link opened before it came");
  EXPECT_EQ(links("pool", "max_connections = 7\nclients = [\"10.0.0.0/8\", \"::1\"]\nexcept_clients = \"10.0.0.9\""),
            "every new connection of clients 10.0.0.0/8, ::1 except of 10.0.0.9");
  EXPECT_EQ(links("down", ""), "every new connection");
}

std::string worst(const std::string& more) { return outline(more).proxies.at(0).worst_case; }

TEST(Outline, SaysTheWorstInASentence) {
  EXPECT_EQ(worst(""), "nothing is done to it");
  EXPECT_EQ(
      worst(fault("pool", "at = \"5s\"\nfor = \"10s\"\nmax_connections = 7")),
      "for 10s (5s to 15s) at most 7 of any number of connections get through at once; the others wait (fault \"f\")");
  EXPECT_EQ(worst(fault("pool", "at = \"5s\"\nmax_connections.ramp = { from = 7, to = 40, over = \"8s\" }")),
            "for 15s (5s to 20s) at most 7 of any number of connections get through at once; the others wait, and by "
            "the end of "
            "its ramp at most 40 of any number of connections get through at once; the others wait (fault \"f\")");
  EXPECT_EQ(
      worst(fault("stall", "percent = \"10%\"\nrepeat = { on = \"1s\", off = \"2s\", times = 3 }")),
      "for 3s (3 times, 0s to 7s) nothing passes until it is healed, for about 10% of links, from backend to client "
      "(fault \"f\")");
}

TEST(Outline, LetsKindsSpeakForThemselves) {
  EXPECT_EQ(worst(fault("reset", "idle = \"2s\"")),
            "for 20s (0s to 20s) links end after 2s without a byte (fault \"f\")");
}

TEST(Outline, SaysForWhomTheWorstIs) {
  EXPECT_EQ(worst(fault("stall", "connections = \"existing\"")),
            "for 20s (0s to 20s) nothing passes until it is healed, for every link opened before it came, from backend "
            "to client (fault \"f\")");
  EXPECT_EQ(worst(fault("stall", "direction = \"both\"")),
            "for 20s (0s to 20s) nothing passes until it is healed (fault \"f\")");
}

TEST(Outline, NamesTheFaultThatShutsMost) {
  const std::string slow = "[[fault]]\nname = \"slow\"\nproxy = \"api\"\nkind = \"latency\"\ndelay = \"1s\"\n";

  EXPECT_EQ(worst(slow + fault("down", "at = \"9s\"\nfor = \"1s\"")),
            "for 1s (9s to 10s) nobody can connect (fault \"f\")");
}

TEST(Outline, SaysWhatIsCheckedWhen) {
  const Outline it =
      outline(fault("stall", "at = \"5s\"\nfor = \"10s\"") +
              "[[check]]\nname = \"a\"\nload = \"users\"\nduring = \"f\"\nexpect = { errors = \"> 50%\", p50 = \"> "
              "1s\" }\n[[check]]\nname = \"b\"\ntcp = \"proxy:api\"\nduring = \"after\"\n"
              "[[check]]\nname = \"c\"\nproxy = \"api\"\nexpect = { resets = 0 }\n");

  ASSERT_EQ(it.checks.size(), 3U);
  EXPECT_EQ(it.checks[0].source + " | " + show(it.checks[0].when) + " | " + it.checks[0].expected,
            "load users | 5s to 15s | errors > 50%, p50 > 1s");
  EXPECT_EQ(it.checks[0].samples, 100);
  EXPECT_EQ(show(it.checks[1].when) + " | " + it.checks[1].expected, "15s to 20s | success >= 100%");
  EXPECT_EQ(it.checks[1].samples, 5);
  EXPECT_EQ(show(it.checks[2].when) + " | " + it.checks[2].expected, "0s to 20s | resets 0");
  EXPECT_EQ(it.checks[2].samples, std::nullopt);
}

TEST(Outline, IsTheSameForPrograms) {
  const auto json = to_json(outline(fault("refuse", "at = \"5s\"\nfor = \"10s\"\npercent = \"25%\"") +
                                    "[abort]\nwhen = [{ load = \"users\", errors = \"> 80%\", over = \"5s\" }]\n"));

  EXPECT_EQ(json.at("drill"), "d");
  EXPECT_EQ(json.at("seed"), nullptr);
  EXPECT_EQ(json.at("length_s"), 20);
  EXPECT_EQ(json.at("timeline").at(0).at("what"), "on");
  EXPECT_EQ(json.at("timeline").at(1).at("at_s"), 15);
  EXPECT_EQ(json.at("proxies").at(0).at("faults").at(0).at("share"), 0.25);
  EXPECT_EQ(json.at("safety").at("max_duration_s"), 600);
  EXPECT_EQ(json.at("safety").at("abort").at(0), "load \"users\": errors > 80% over 5s");
  EXPECT_THAT(json.at("checks"), IsEmpty());
  EXPECT_EQ(json.at("warnings").at(0), "d.toml:1:1: drill: there is no [[check]], so nothing is judged");
}

// A phase is planned where a run that keeps its times will find it.
TEST(PlannedPhases, AreThoseOfARun) {
  const Drill drill = parse_drill(
      "d.toml",
      std::string{sound} + fault("stall", "at = \"2s\"\nrepeat = { on = \"2s\", off = \"3s\", times = 2 }") +
          "[[fault]]\nname = \"g\"\nproxy = \"api\"\nkind = \"stall\"\nat = \"3s\"\nfor = \"2s\"\n",
      {}, {});
  Phases phases{{"f", "g"}, 3};
  const auto at = [](Duration d) { return faults::Time{} + d; };
  for (const auto& [which, on, off] : {std::tuple{0U, 2s, 4s}, {1U, 3s, 5s}, {0U, 7s, 9s}}) {
    phases.on(which, at(on));
    phases.off(which, at(off));
  }

  for (std::size_t bit = 0; bit < phases.size(); ++bit)
    for (Duration t = 500ms; t < 20s; t += 1s) {
      bool planned = false;
      for (const Span& span : planned_phase(drill, phases.name(bit)))
        planned = planned || (span.from <= t && t < span.to);
      EXPECT_EQ(planned, phases.at(at(t)).test(bit)) << phases.name(bit) << " at " << faults::show(t);
    }
}

}  // namespace
}  // namespace firedrill::drills
