// Plans, the choice of faults for a link, and what a fault's effects add up to.
#include "faults/plan.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "faults/chosen.hpp"
#include "stream_rig.hpp"

namespace firedrill::faults {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::shared_ptr<Fault> fault(std::string name, std::string_view kind, std::string_view settings, Time since = {}) {
  auto made = make_fault(std::move(name), kind, settings);
  made->since = since;
  return made;
}

std::string message(std::string_view kind, std::string_view settings) {
  try {
    make_fault("slow", kind, settings);
  } catch (const PlanError& e) {
    return e.what();
  }
  return "";
}

TEST(Plan, FindsFaultsByName) {
  const Plan plan{{1}, {fault("a", "stall", ""), fault("b", "stall", "")}};

  EXPECT_EQ(plan.find("b"), &plan.faults[1]);
  EXPECT_EQ(plan.find("c"), nullptr);
}

TEST(Plan, FaultsExpire) {
  auto soon = fault("soon", "stall", ""), later = fault("later", "stall", ""), ever = fault("ever", "stall", "");
  soon->until = at(10s);
  later->until = at(20s);
  const Plan plan{{1}, {later, soon, ever}};

  EXPECT_EQ(plan.next_expiry(), at(10s));
  EXPECT_EQ(plan.without_expired(at(9s)).faults.size(), 3U);
  EXPECT_EQ(plan.without_expired(at(10s)).faults.size(), 2U);
  EXPECT_EQ(plan.without_expired(at(20s)).next_expiry(), never);
  EXPECT_EQ((Plan{{1}, {}}.next_expiry()), never);
}

TEST(Plan, AnUnknownKindIsAProblemWithTheNearestOne) {
  EXPECT_EQ(message("latncy", "delay=1s"),
            "fault \"slow\": kind = \"latncy\": is no kind of fault; did you mean \"latency\"?");
  EXPECT_THAT(message("xyz", ""), StartsWith("fault \"slow\": kind = \"xyz\": is no kind of fault; give one of "));
}

TEST(Plan, AMissingKindIsAProblem) {
  const Value table = parse_inline("delay=1s");
  Problems problems;
  Reader keys{table, "fault \"slow\"", problems};

  EXPECT_EQ(read_fault("slow", keys), nullptr);

  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0].text, StartsWith("fault \"slow\": kind is missing; give one of "));
}

TEST(Plan, AllProblemsOfAFaultAreSaidAtOnce) {
  const std::string said = message("latency", "delay=fast percent=200% colour=red");

  EXPECT_THAT(said, HasSubstr("delay = \"fast\""));
  EXPECT_THAT(said, HasSubstr("percent = \"200%\""));
  EXPECT_THAT(said, HasSubstr("unknown key \"colour\""));
}

TEST(Plan, AWordThatIsNoSettingIsAProblem) {
  EXPECT_THAT(message("latency", "delay=1s fast"), HasSubstr("\"fast\" is not of the form key=value"));
}

TEST(Chosen, FaultsOfItsScopeAndNoGates) {
  const Plan plan{{1},
                  {fault("both", "latency", "delay=1s direction=both"), fault("pool", "pool", "max_connections=1"),
                   fault("third", "reset", "every=3 age=1s"), fault("up", "stall", "direction=upstream")}};
  Chosen one, three;

  one.choose(plan, link_facts(1));
  three.choose(plan, link_facts(3));

  EXPECT_EQ(one.faults().size(), 2U);
  EXPECT_EQ(three.faults().size(), 3U);
  EXPECT_EQ(one.streams(Direction::downstream).size(), 1U);
  EXPECT_EQ(one.streams(Direction::upstream).size(), 2U);
  EXPECT_EQ(one.links().size(), 0U);
  EXPECT_EQ(three.links().size(), 1U);
}

TEST(Chosen, MaxLinksIsFirstComeAndClaimedOnce) {
  const auto few = fault("few", "stall", "max_links=2");
  const Plan plan{{1}, {few}};
  Chosen links[3];

  for (std::size_t i = 0; i < 3; ++i) {
    links[i].choose(plan, link_facts(i + 1));
    links[i].choose(plan, link_facts(i + 1));  // another plan change
  }

  EXPECT_FALSE(links[0].empty());
  EXPECT_FALSE(links[1].empty());
  EXPECT_TRUE(links[2].empty());
}

TEST(Chosen, WhatWasDecidedStaysDecidedWhileTheFaultIsInForce) {
  auto first = fault("f", "stall", "percent=100%", at(1s)), changed = fault("f", "stall", "percent=0%", at(1s));
  Chosen chosen;

  chosen.choose({{1}, {first}}, link_facts(1));
  chosen.choose({{1}, {changed}}, link_facts(1));
  ASSERT_EQ(chosen.faults().size(), 1U);
  EXPECT_EQ(chosen.faults()[0], changed) << "with the new settings";
  chosen.choose({{1}, {}}, link_facts(1));
  EXPECT_TRUE(chosen.empty());
  chosen.choose({{1}, {fault("f", "stall", "percent=0%", at(9s))}}, link_facts(1));

  EXPECT_TRUE(chosen.empty()) << "a fault that comes again is decided anew";
}

TEST(Effects, KeepTheFirstAndTheLastTouch) {
  Effects effects;
  EXPECT_EQ(effects.first(), std::nullopt);

  effects.touch({2, {}, at(5s)});
  effects.touch({1, {}, at(3s)});
  effects.touch({3, {}, at(4s)});

  EXPECT_EQ(effects.links(), 3U);
  EXPECT_EQ(effects.first()->link, 1U);
  EXPECT_EQ(effects.last()->link, 2U);
}

TEST(Effects, TheDigestDoesNotDependOnTheOrder) {
  Effects forth, back, other;
  for (std::uint64_t i = 0; i < 100; ++i) forth.decided(i, i % 3);
  for (std::uint64_t i = 100; i-- > 0;) back.decided(i, i % 3);
  for (std::uint64_t i = 0; i < 100; ++i) other.decided(i, i == 50 ? 0 : i % 3);

  EXPECT_EQ(forth.decisions(), 100U);
  EXPECT_EQ(forth.digest(), back.digest());
  EXPECT_NE(forth.digest(), other.digest());
}

TEST(Effects, NoMoreLinksAreClaimedThanAllowedByAnyNumberOfThreads) {
  Effects effects;
  std::atomic<int> claimed{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&, i] {
        for (int k = 0; k < 1000; ++k) claimed += effects.claim(static_cast<std::uint64_t>(1000 * i + k), 500) ? 1 : 0;
      });
  }

  EXPECT_EQ(claimed.load(), 500);
  EXPECT_FALSE(effects.claim(4000, 500));
  EXPECT_TRUE(effects.claim(4000, 501));
  EXPECT_TRUE(effects.claim(4000, 501)) << "it has its place already";
}

}  // namespace
}  // namespace firedrill::faults
