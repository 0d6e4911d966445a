// Loads that programs make: what they print, and how they are run. wrk's, hey's and k6's words are as these tools are
// documented and seen to write them; programs here that print them are made up.
#include "drills/tools.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <variant>

#include "net_rig.hpp"
#include "tests/support/temporary_directory.hpp"

namespace firedrill::drills {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;
using Format = ToolSpec::Format;

constexpr std::string_view of_wrk = R"(Running 30s test @ http://127.0.0.1:8081/
  2 threads and 40 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    17.06ms   13.72ms 147.46ms   78.02%
    Req/Sec     1.37k   802.29     3.41k    67.50%
  Latency Distribution
     50%  850.00us
     75%   12.50ms
     90%    1.02s
     99%    1.50m
  24344 requests in 30.90s, 37.27MB read
  Socket errors: connect 3, read 5, write 7, timeout 792
  Non-2xx or 3xx responses: 12
Requests/sec:    787.94
Transfer/sec:      1.21MB
)";

constexpr std::string_view of_hey = R"(
Summary:
  Total:	1.2345 secs
  Slowest:	0.0553 secs
  Fastest:	0.0501 secs
  Average:	0.0511 secs
  Requests/sec:	162.0089

  Total data:	12800 bytes
  Size/request:	64 bytes

Response time histogram:
  0.050 [1]	|
  0.051 [150]	|∎∎∎∎∎∎∎∎∎∎

Latency distribution:
  10% in 0.0503 secs
  25% in 0.0505 secs
  50% in 0.0510 secs
  75% in 0.0515 secs
  90% in 0.0520 secs
  95% in 0.0530 secs
  99% in 0.0550 secs

Details (average, fastest, slowest):
  DNS+dialup:	0.0003 secs, 0.0501 secs, 0.0553 secs

Status code distribution:
  [200]	180 responses
  [503]	15 responses

Error distribution:
  [5]	Get http://127.0.0.1:8081/: dial tcp 127.0.0.1:8081: connect: connection refused

)";

constexpr std::string_view of_k6 = R"json({
  "root_group": {"name": "", "path": "", "groups": {}, "checks": {}},
  "metrics": {
    "http_reqs": {"count": 1587, "rate": 52.9},
    "http_req_failed": {"passes": 159, "fails": 1428, "value": 0.1001890359},
    "http_req_duration": {"avg": 5.1, "min": 1.4, "med": 3.43, "max": 20.9, "p(90)": 5.08, "p(95)": 7.34, "p(99)": 12.5}
  }
})json";

ToolFigures figures_of(Format format, std::string_view output) {
  const ToolReading reading = read_tool_output(format, std::string{output});
  const auto* figures = std::get_if<ToolFigures>(&reading);
  if (figures == nullptr) ADD_FAILURE() << std::get<std::string>(reading);
  return figures != nullptr ? *figures : ToolFigures{};
}

std::string why_not(Format format, std::string_view output) {
  const ToolReading reading = read_tool_output(format, std::string{output});
  const auto* why = std::get_if<std::string>(&reading);
  return why != nullptr ? *why : "";
}

/// In milliseconds or as it is; -1: not said.
double figure(const ToolFigures& figures, std::string_view name) {
  const auto found = figures.figure(name);
  return found && found->samples > 0 ? found->value : -1;
}

TEST(ToolOutput, IsReadOfWrk) {
  const ToolFigures figures = figures_of(Format::wrk, of_wrk);

  EXPECT_EQ(figures.requests, 24344 + 3 + 5 + 7);  // timeouts are late answers, and among the requests
  EXPECT_THAT(figures.errors, ElementsAre(Pair("connect", 3), Pair("http_error", 12), Pair("read", 5),
                                          Pair("timeout", 792), Pair("write", 7)));
  EXPECT_DOUBLE_EQ(figure(figures, "errors"), 819.0 / 24359);
  EXPECT_DOUBLE_EQ(figure(figures, "rate"), 787.94);
  EXPECT_DOUBLE_EQ(figure(figures, "p50"), 0.00085);
  EXPECT_DOUBLE_EQ(figure(figures, "p90"), 1.02);
  EXPECT_DOUBLE_EQ(figure(figures, "p99"), 90);
  EXPECT_EQ(figure(figures, "p95"), -1);
}

TEST(ToolOutput, OfWrkHasNoPercentilesUnlessItPrintsThem) {
  const ToolFigures figures =
      figures_of(Format::wrk, "  100 requests in 1.00s, 1.00MB read\nRequests/sec:    100.00\n");

  EXPECT_EQ(figures.requests, 100);
  EXPECT_EQ(figure(figures, "errors"), 0);
  EXPECT_EQ(figure(figures, "p50"), -1);
}

TEST(ToolOutput, IsReadOfHey) {
  const ToolFigures figures = figures_of(Format::hey, of_hey);

  EXPECT_EQ(figures.requests, 200);
  EXPECT_THAT(figures.errors, ElementsAre(Pair("http_503", 15), Pair("no_answer", 5)));
  EXPECT_DOUBLE_EQ(figure(figures, "errors"), 0.1);
  EXPECT_DOUBLE_EQ(figure(figures, "p50"), 0.051);
  EXPECT_DOUBLE_EQ(figure(figures, "p95"), 0.053);
  EXPECT_DOUBLE_EQ(figure(figures, "p99"), 0.055);
  EXPECT_EQ(figure(figures, "p999"), -1);
}

TEST(ToolOutput, IsReadOfHeyWhenNobodyAnswered) {
  const ToolFigures figures = figures_of(Format::hey, "\nError distribution:\n  [40]\tGet \"http://x\": EOF\n\n");

  EXPECT_EQ(figures.requests, 40);
  EXPECT_EQ(figure(figures, "errors"), 1);
  EXPECT_EQ(figure(figures, "p50"), -1);
}

TEST(ToolOutput, IsReadOfHeysRows) {
  std::string rows = "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n";
  for (int i = 0; i < 99; ++i) rows += "0.0100,0.0005,0.0000,0.0000,0.0015,0.0001,200,0.0012\n";
  rows += "0.5000,0.0005,0.0000,0.0000,0.0015,0.0001,503,1.0012\n";

  const ToolFigures figures = figures_of(Format::hey, rows);

  EXPECT_EQ(figures.requests, 100);
  EXPECT_THAT(figures.errors, ElementsAre(Pair("http_503", 1)));
  EXPECT_EQ(figure(figures, "errors"), -1) << "who had no answer is not in the rows";
  EXPECT_NEAR(figure(figures, "p99"), 0.01, 0.01 / 128);
  EXPECT_NEAR(figure(figures, "p999"), 0.5, 0.5 / 128);
}

TEST(ToolOutput, IsReadOfK6) {
  const ToolFigures figures = figures_of(Format::k6, of_k6);

  EXPECT_EQ(figures.requests, 1587);
  EXPECT_THAT(figures.errors, ElementsAre(Pair("failed", 159)));
  EXPECT_DOUBLE_EQ(figure(figures, "rate"), 52.9);
  EXPECT_DOUBLE_EQ(figure(figures, "p50"), 0.00343);
  EXPECT_DOUBLE_EQ(figure(figures, "p99"), 0.0125);
}

TEST(ToolOutput, IsReadOfWhatK6GivesToHandleSummary) {
  const ToolFigures figures = figures_of(Format::k6, R"json({"metrics": {"http_reqs": {"type": "counter", "values":
      {"count": 10, "rate": 1}}, "http_req_failed": {"values": {"rate": 0.2, "passes": 2, "fails": 8}},
      "http_req_duration": {"values": {"med": 3, "p(95)": 7}}}})json");

  EXPECT_EQ(figures.requests, 10);
  EXPECT_THAT(figures.errors, ElementsAre(Pair("failed", 2)));
  EXPECT_DOUBLE_EQ(figure(figures, "p95"), 0.007);
  EXPECT_EQ(figure(figures, "p99"), -1);
}

TEST(ToolOutput, IsNeverGuessed) {
  EXPECT_THAT(why_not(Format::wrk, ""), HasSubstr("no line"));
  EXPECT_THAT(why_not(Format::wrk, "unable to connect to 127.0.0.1:1 Connection refused"), HasSubstr("no line"));
  EXPECT_THAT(why_not(Format::wrk, "  Socket errors: connect x"), HasSubstr("cannot read wrk's line"));
  EXPECT_THAT(why_not(Format::hey, "Summary:\n"), HasSubstr("neither a status nor an error"));
  EXPECT_THAT(why_not(Format::hey, "response-time,a\n"), HasSubstr("no row"));
  EXPECT_THAT(why_not(Format::hey, "response-time,a\nx,1\n"), HasSubstr("cannot read row 1"));
  EXPECT_THAT(why_not(Format::k6, "no JSON"), HasSubstr("not JSON"));
  EXPECT_THAT(why_not(Format::k6, "{}"), HasSubstr("no metrics.http_reqs.count"));
  EXPECT_THAT(why_not(Format::k6, R"({"metrics": {"http_reqs": {"count": -1}}})"), HasSubstr("no metrics"));
}

// Whatever a program writes, reading it ends without harm.
TEST(ToolOutput, IsReadInPiecesWithoutHarm) {
  for (const auto& [format, text] : {std::pair{Format::wrk, of_wrk}, {Format::hey, of_hey}, {Format::k6, of_k6}})
    for (std::size_t end = 0; end <= text.size(); ++end)
      for (const std::size_t begin : {std::size_t{0}, end / 2}) {
        const ToolReading reading = read_tool_output(format, std::string{text.substr(begin, end - begin)});
        if (const auto* figures = std::get_if<ToolFigures>(&reading)) {
          EXPECT_LE(figures->failed(), figures->requests);
        }
      }
}

/// Runs a script as a tool to its end.
class ToolRun : public testing::Test {
 protected:
  ToolReading run(const std::string& script, Format format = Format::wrk, Duration timeout = 60s) {
    LoadSpec spec;
    spec.name = "bench";
    spec.timeout = timeout;
    spec.tool = ToolSpec{{"sh", "-c", script, "sh", "{url}", "{out}"}, format, Duration::zero()};
    ToolMeter meter;
    Tools tools;
    tools.add(spec, "http://127.0.0.1:1/x", meter);
    tools.start(Clock::now());
    EXPECT_EQ(tools.wait(Clock::now() + 60s), 0);
    return meter.reading().value_or("nothing");
  }
  static std::string problem(const ToolReading& reading) {
    const auto* why = std::get_if<std::string>(&reading);
    return why != nullptr ? *why : "none";
  }
  tests::TemporaryDirectory desk_;
};

TEST_F(ToolRun, ReadsTheFileThatTheToolWasToldToWrite) {
  const std::string words = desk_.write("words", std::string{of_k6});

  const ToolReading reading = run("test \"$1\" = \"$FIREDRILL_URL\" && cp " + words + " \"$2\"; exit 99", Format::k6);

  ASSERT_TRUE(std::holds_alternative<ToolFigures>(reading)) << problem(reading);
  EXPECT_EQ(std::get<ToolFigures>(reading).requests, 1587);
}

TEST_F(ToolRun, SaysWhyThereAreNoFigures) {
  EXPECT_EQ(problem(run("echo broken >&2; exit 3")), "exit code 3: broken");
  EXPECT_EQ(problem(run("printf 'bad: -x\\nUsage: bad <url>\\n  -c N\\n' >&2; exit 1")), "exit code 1: bad: -x");
  EXPECT_EQ(problem(run("printf '\\nUsage: bad <url>\\n  -c N\\n'; exit 1")), "exit code 1: Usage: bad <url>");
  EXPECT_EQ(problem(run("kill -9 $$")), "killed by signal 9");
  EXPECT_EQ(problem(run("exit 0")), "it wrote nothing to {out}");
  EXPECT_EQ(problem(run("echo rubbish > \"$2\"")), "there is no line \"N requests in …\" of wrk in its output");
  EXPECT_EQ(problem(run("echo on it; sleep 600", Format::wrk, 2s)), "not done within 2s: on it");
}

TEST_F(ToolRun, ReadsWhatTheToolSaysWhereNoFileIsNamed) {
  const std::string words = desk_.write("words", std::string{of_wrk});
  LoadSpec spec;
  spec.timeout = 60s;
  spec.tool = ToolSpec{{"cat", words}, Format::wrk, Duration::zero()};
  ToolMeter meter;
  Tools tools;
  tools.add(spec, "", meter);
  EXPECT_FALSE(meter.reading());
  EXPECT_EQ(meter.figure("p99")->samples, 0);

  tools.start(Clock::now());

  EXPECT_EQ(tools.wait(Clock::now() + 60s), 0);
  EXPECT_DOUBLE_EQ(meter.figure("p99")->value, 90);
}

TEST_F(ToolRun, IsKilledWhenNobodyWaitsAnyMore) {
  const std::string began = desk_ / "began";
  LoadSpec spec;
  spec.timeout = 600s;
  spec.tool = ToolSpec{{"sh", "-c", "touch " + began + "; sleep 600"}, Format::wrk, Duration::zero()};
  LoadSpec later = spec;
  later.tool->at = 600s;
  ToolMeter meter, none;
  {
    Tools tools;
    tools.add(spec, "", meter);
    tools.add(later, "", none);
    tools.start(Clock::now());
    ASSERT_TRUE(eventually([&] { return std::ifstream{began}.good(); }));
    EXPECT_EQ(tools.wait(Clock::now()), 2);
  }
  EXPECT_EQ(problem(*meter.reading()), "it was killed, as the run was over");
  EXPECT_EQ(problem(*none.reading()), "the run was over before it began");
}

TEST_F(ToolRun, NeedsAProgramThatIsThere) {
  LoadSpec spec;
  spec.name = "bench";
  spec.tool = ToolSpec{{"/no/such/wrk"}, Format::wrk, Duration::zero()};
  ToolMeter meter;
  Tools tools;

  EXPECT_THROW(tools.add(spec, "", meter), std::runtime_error);
}

}  // namespace
}  // namespace firedrill::drills
