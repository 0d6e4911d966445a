// The drills that ship: green as they are, red without their fault. A drill that cannot fail proves nothing.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <regex>
#include <sstream>

#include <fmt/format.h>

#include "tests/cli/program.hpp"
#include "tests/support/eventually.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::ordered_json;

struct Shipped {
  const char *name, *fault;
  std::vector<const char*> proofs;  // checks that only the fault can make hold
};

void PrintTo(const Shipped& drill, std::ostream* out) { *out << drill.name; }

std::string drill_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

ordered_json named(const ordered_json& list, const std::string& name) {
  for (const auto& item : list)
    if (item.at("name") == name) return item;
  return {};
}

// Error ratios within 5 percentage points, p99 within a fifth where the drill decides about it: what is fast anyway
// says more of the machine. A phase begins when its fault is in force, which a busy machine makes a request or a few
// later. What deviates more, a line each.
std::string deviations(const ordered_json& report) {
  std::string all;
  const auto compare = [&](const std::string& what, double foretold, double measured, double tolerance) {
    if (std::abs(foretold - measured) > tolerance)
      all += fmt::format("{}: foretold {}, measured {}\n", what, foretold, measured);
  };
  constexpr double decided_by_the_drill_ms = 200;
  for (const std::string phase : {"before", "fault", "after", "always"}) {
    const ordered_json foretold = named(report.at("prediction").at("phases"), phase);
    const ordered_json measured = named(report.at("phases"), phase);
    const double requests = measured.at("requests").get<double>();
    compare(phase + " requests", foretold.at("requests").get<double>(), requests, 5 + 0.01 * requests);
    if (requests == 0) continue;
    compare(phase + " error ratio", foretold.at("error_ratio").get<double>(), measured.at("error_ratio").get<double>(),
            0.05);
    const double p99 = foretold.at("p99_ms").get<double>();
    if (p99 >= decided_by_the_drill_ms) compare(phase + " p99", p99, measured.at("p99_ms").get<double>(), 0.2 * p99);
  }
  return all;
}

class Library : public testing::TestWithParam<Shipped> {};

// A prediction is of a machine that is idle, and the drills' own expectations are, too. One that is not is given two
// more chances: what is wrong is wrong each time.
TEST_P(Library, IsGreenAsItShipsAndAsPredicted) {
  for (int tries = 3; tries > 0; --tries) {
    const Desk desk;

    const Finished it = firedrill(desk, {"run", library(GetParam().name), "--report", "out", "--predict"});

    const auto report = desk.report("out");
    const std::string apart = haste == 1 ? deviations(report) : "";
    if (tries > 1 && (it.exit_code == 1 || !apart.empty())) continue;
    EXPECT_EQ(it.exit_code, 0) << it.out << it.error;
    EXPECT_EQ(apart, "");
    EXPECT_EQ(report.at("prediction").at("result"), "passed");
    EXPECT_EQ(report.at("result"), "passed");
    EXPECT_GT(named(report.at("faults"), GetParam().fault).at("links_affected"), 0);
    return;
  }
}

// Shortened to 8 s: without the fault nothing changes over time. What was to be measured during the fault is measured
// all the time instead, since there is no such phase any more.
TEST_P(Library, IsRedWithoutItsFault) {
  const Desk desk;
  const std::string fault = GetParam().fault;
  std::string text = drill_text(library(GetParam().name));
  const std::size_t block = text.find("[[fault]]");
  ASSERT_NE(block, std::string::npos);
  text.erase(block, text.find("[[check]]", block) - block);
  text = std::regex_replace(text, std::regex{"during( *)= \"(" + fault + "|after)\""}, "during$1= \"always\"");
  text = std::regex_replace(text, std::regex{"(\nduration *= )\"[0-9]+s\""}, "$1\"8s\"");
  desk.write("without.toml", text);

  const Finished it = firedrill(desk, {"run", "without.toml", "--report", "out"});

  EXPECT_TRUE(it.exit_code == 1 || it.exit_code == 4) << it.exit_code << it.out << it.error;
  const auto checks = desk.report("out").at("checks");
  for (const char* proof : GetParam().proofs) EXPECT_EQ(named(checks, proof).at("passed"), false) << proof;
}

std::vector<Shipped> shipped() {
  std::vector<Shipped> all{
      {"latency-brownout", "slow-answers", {"slow, as asked"}},
      {"dropped-connections", "cut-connections", {"three of ten fail", "the proxy says why"}},
      {"backend-stall", "silence", {"users starve", "an HTTP health check sees it"}},
  };
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // An instrumented build is too slow for the rates and bounds of the others, and finds in these three what it looks
  // for.
  const std::vector<Shipped> others{
      {"pool-exhaustion", "undersized-pool", {"the outage is the outage", "the pool is why"}},
      {"pool-fixed", "right-sized-pool", {"the pool has room"}},
      {"pool-leak", "leak", {"sooner or later hardly anybody gets through", "the pool is why"}},
      {"thundering-herd", "nobody-gets-through", {"they wait, and do not fail", "the herd is felt after the heal"}},
      {"slow-upstream-retries", "thinking", {"who asks once often fails"}},
      {"silent-drop", "forgotten", {"who was connected waits for nothing"}},
      {"flapping-backend", "gone", {"while it is gone nobody is served", "these are connect errors"}},
      {"bandwidth-collapse", "thin-line", {"answers come late, and then too late"}},
      {"bad-deploy", "crashes", {"one in ten is hit", "by a reset"}},
      {"handshake-stall", "unheard", {"two in five wait for nothing"}},
  };
  all.insert(all.end(), others.begin(), others.end());
#endif
  return all;
}

INSTANTIATE_TEST_SUITE_P(Shipped, Library, testing::ValuesIn(shipped()), [](const auto& drill) {
  std::string name = drill.param.name;
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
});

// The outage in 12 s, with the fault from 1 s to 10 s; two of seven slots for two of seven users, so that three runs at
// once leave the machine idle; and a seeded choice of links besides, so that there is something to draw.
std::vector<std::string> shortened(const std::string& seed) {
  return {"run", "short.toml", "--report", "out", "--json", "--seed", seed};
}

std::string short_outage() {
  std::string text = drill_text(library("pool-exhaustion"));
  text = std::regex_replace(text, std::regex{"(\nduration *= )\"60s\""}, "$1\"12s\"");
  text = std::regex_replace(text, std::regex{"(\nat *= )\"10s\""}, "$1\"1s\"");
  text = std::regex_replace(text, std::regex{"(\nfor *= )\"30s\""}, "$1\"9s\"");
  text = std::regex_replace(text, std::regex{"(\nrate *= )210"}, "$0160");
  text = std::regex_replace(text, std::regex{"(\nmax_connections *= )7"}, "$012");
  return text + R"(
[[fault]]
name = "some-late"
proxy = "api"
kind = "latency"
at = "1s"
for = "9s"
delay = "1ms"
percent = "30%"
)";
}

double outage_ratio(const ordered_json& report) {
  return named(report.at("phases"), "undersized-pool").at("error_ratio").get<double>();
}

TEST(Seeds, TheSameOneDecidesTheSameAndAnotherOneOtherwise) {
  const Desk once, again, other;
  for (const Desk* desk : {&once, &again, &other}) desk->write("short.toml", short_outage());

  // At the same time: they share neither port nor directory.
  Program first{once, shortened("7")}, second{again, shortened("7")}, third{other, shortened("8")};
  const auto a = ordered_json::parse(first.finish().out), b = ordered_json::parse(second.finish().out),
             c = ordered_json::parse(third.finish().out);

  EXPECT_EQ(a.at("decisions").at("digest"), b.at("decisions").at("digest"));
  EXPECT_EQ(a.at("decisions").at("counts"), b.at("decisions").at("counts"));
  EXPECT_GT(a.at("decisions").at("counts").at("some-late"), 0);
  EXPECT_NE(a.at("decisions").at("digest"), c.at("decisions").at("digest"));
  EXPECT_NEAR(outage_ratio(a), outage_ratio(b), 0.1);  // measured, under whatever else the machine does
}

}  // namespace
}  // namespace firedrill::tests
