// firedrill simulate from outside: reports, sweeps, solutions, refusals; and a prediction beside a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/program.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(SimulateCommand, PrintsTheReportOfARunMarkedAsAPrediction) {
  const Desk desk;

  const Finished it = firedrill(desk, {"simulate", library("pool-exhaustion")});

  EXPECT_EQ(it.exit_code, 0) << it.error;
  EXPECT_THAT(it.out, StartsWith("predicted: passed: every expectation would hold\n"));
  EXPECT_THAT(it.out, HasSubstr("  ✓ the outage is the outage  (undersized-pool, 6300 samples)\n"));
  EXPECT_THAT(it.out, HasSubstr("      predicted errors 31%, p95 1."));
  EXPECT_FALSE(std::filesystem::exists(desk / "firedrill-runs"));
}

TEST(SimulateCommand, HasEveryFormatOfARunAndFilesWhereTheyAreWanted) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  EXPECT_THAT(firedrill(desk, {"simulate", "small.toml", "--format", "markdown"}).out,
              AllOf(StartsWith("# ✓ Passed (predicted): "), HasSubstr("> **This is a prediction.**")));
  const auto json = ordered_json::parse(firedrill(desk, {"simulate", "small.toml", "--format", "json"}).out);
  EXPECT_EQ(json.at("predicted"), true);
  EXPECT_EQ(json.at("result"), "passed");
  EXPECT_THAT(firedrill(desk, {"simulate", "small.toml", "--format", "junit"}).out,
              HasSubstr("name=\"predicted\" value=\"true\""));
  const Finished it = firedrill(desk, {"simulate", "small.toml", "--report", "out"});
  EXPECT_THAT(it.out, HasSubstr("\nreport: out/report.md\n"));
  EXPECT_EQ(desk.report("out").at("phases"), json.at("phases"));
  EXPECT_THAT(firedrill(desk, {"report", "out"}).out, StartsWith("# ✓ Passed (predicted): "));
}

TEST(SimulateCommand, ExitsAsARunWould) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  EXPECT_EQ(firedrill(desk, {"simulate", "small.toml", "--set", "fault.late.delay=1ms"}).exit_code, 1);
  EXPECT_EQ(firedrill(desk, {"simulate", "absent.toml"}).exit_code, 2);
}

TEST(SimulateCommand, RefusesWhatCannotBePredicted) {
  const Desk desk;
  desk.write("foreign.toml", R"([drill]
name = "foreign"
duration = "1s"
[[proxy]]
name = "db"
listen = "127.0.0.1:0"
upstream = "10.0.0.7:5432"
[[load]]
name = "users"
http = "proxy:db/"
rate = 10
)");

  const Finished it = firedrill(desk, {"simulate", "foreign.toml"});

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.out, IsEmpty());
  EXPECT_THAT(it.error, AllOf(StartsWith("firedrill: foreign.toml: cannot be simulated: "),
                              HasSubstr("proxy db leads to what is not part of the drill")));
}

// A short one: it is played time and again.
std::vector<std::string> simulate_outage(std::vector<std::string> more) {
  more.insert(more.begin(), {"simulate", library("pool-exhaustion"), "--set", "drill.duration=12s", "--set",
                             "fault.undersized-pool.at=1s", "--set", "fault.undersized-pool.for=10s"});
  return more;
}

TEST(SimulateCommand, SweepsASetting) {
  const Desk desk;
  const auto words = simulate_outage({"--sweep", "max_connections=9..12"});

  const Finished table = firedrill(desk, words);
  auto with_chart = words;
  with_chart.insert(with_chart.end(), {"--format", "json", "--chart", "pool.svg"});
  const auto json = ordered_json::parse(firedrill(desk, with_chart).out);

  EXPECT_EQ(table.exit_code, 0) << table.error;
  EXPECT_THAT(table.out, StartsWith("predicted: fault.undersized-pool.max_connections, during undersized-pool\n"));
  EXPECT_THAT(table.out, HasSubstr("\nknee of errors: 10, coming from the better end the last value"));
  EXPECT_THAT(table.out, HasSubstr("a drill that expects an outage has failed where there is none\n"));
  ASSERT_EQ(json.at("points").size(), 4U);
  EXPECT_GT(json.at("points")[0].at("error_ratio"), 0.05);
  EXPECT_EQ(json.at("points")[3].at("error_ratio"), 0.0);
  EXPECT_EQ(json.at("knee").at("value"), "10");
  EXPECT_THAT(desk.read("pool.svg"), StartsWith("<svg "));
}

TEST(SimulateCommand, HasTheTableThoughTheChartCannotBeWritten) {
  const Desk desk;

  const Finished it =
      firedrill(desk, simulate_outage({"--sweep", "max_connections=1..200", "--chart", "/nowhere/x.svg"}));

  EXPECT_EQ(it.exit_code, 4);
  EXPECT_THAT(it.out, HasSubstr("\nknee of errors: 10, "));
  EXPECT_THAT(it.out, HasSubstr("\nthe step, 5, was chosen here; "));
  EXPECT_THAT(it.error, HasSubstr("/nowhere/x.svg"));
}

TEST(SimulateCommand, SolvesForTheSmallestPool) {
  const Desk desk;

  const Finished it = firedrill(desk, simulate_outage({"--solve", "errors < 1%"}));
  const Finished none = firedrill(desk, simulate_outage({"--solve", "p99 < 1ms", "--format", "json"}));

  EXPECT_EQ(it.exit_code, 0) << it.error;
  EXPECT_THAT(it.out, HasSubstr("\nerrors < 1% holds from fault.undersized-pool.max_connections = 10 on\n"));
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_EQ(ordered_json::parse(none.out).at("smallest"), nullptr);
}

TEST(SimulateCommand, SaysWhereThePoolIsNotWhatDecides) {
  const Desk desk;

  const Finished worse = firedrill(desk, simulate_outage({"--solve", "errors > 1%"}));
  const Finished same = firedrill(desk, simulate_outage({"--solve", "errors < 1%", "--during", "before"}));

  EXPECT_EQ(worse.exit_code, 2);
  EXPECT_THAT(worse.out, IsEmpty());
  EXPECT_THAT(worse.error, HasSubstr("a larger pool does not help"));
  EXPECT_EQ(same.exit_code, 0) << same.error;
  EXPECT_THAT(same.out, HasSubstr("it does not depend on the pool in this phase"));
}

TEST(SimulateCommand, SaysWhatIsWrongWithAQuestion) {
  const Desk desk;
  const std::string file = library("pool-exhaustion");
  const auto refusal = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"simulate", file});
    const Finished it = firedrill(desk, more);
    EXPECT_EQ(it.exit_code, 2);
    return it.error;
  };

  EXPECT_THAT(refusal({"--sweep", "max_connections"}), HasSubstr("--sweep takes KEY=FROM..TO"));
  EXPECT_THAT(refusal({"--sweep", "max_connections=4"}), HasSubstr("write FROM..TO"));
  EXPECT_THAT(refusal({"--sweep", "max_conections=4..5"}), HasSubstr("no fault of the drill has that setting"));
  EXPECT_THAT(refusal({"--sweep", "max_connections=4..5", "--chart", "x.png"}), HasSubstr("ends in .svg, not x.png"));
  EXPECT_THAT(refusal({"--solve", "errors"}), HasSubstr("--solve 'errors'"));
  EXPECT_THAT(refusal({"--solve", "errors < 1%", "--during", "nowhere"}), HasSubstr("there is no phase \"nowhere\""));
  EXPECT_THAT(refusal({"--solve", "errors < 1%", "--sweep", "max_connections=4..5"}), HasSubstr("two questions"));
  EXPECT_THAT(refusal({"--chart", "x.svg"}), HasSubstr("--chart goes with --sweep"));
  EXPECT_THAT(refusal({"--format", "xml"}), HasSubstr("must be text, markdown, json or junit"));
}

TEST(SimulateCommand, StandsBesideWhatARunMeasures) {
  const Desk desk;
  desk.write("small.toml", small_drill());

  const Finished it = firedrill(desk, {"run", "small.toml", "--report", "out", "--predict"});

  EXPECT_EQ(it.exit_code, 0) << it.out << it.error;
  EXPECT_THAT(it.out, HasSubstr("\n  predicted, measured"));
  const auto report = desk.report("out");
  EXPECT_EQ(report.at("predicted"), false);
  EXPECT_EQ(report.at("prediction").at("result"), "passed");
  EXPECT_EQ(report.at("prediction").at("phases").size(), report.at("phases").size());
  EXPECT_EQ(report.at("prediction").at("phases")[3].at("requests"), report.at("phases")[3].at("requests"));
  EXPECT_THAT(desk.read("out/report.md"), HasSubstr("\n## Predicted and measured\n"));
}

}  // namespace
}  // namespace firedrill::tests
