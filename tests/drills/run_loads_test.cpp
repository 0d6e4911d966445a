// Whole runs whose loads are more than so many GETs a second.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "drills/program.hpp"
#include "drills/report.hpp"
#include "drills/run.hpp"
#include "tests/support/temporary_directory.hpp"

namespace firedrill::drills {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

constexpr std::string_view served = R"(
[drill]
name = "loads"
seed = 7
duration = "1s"
[[backend]]
name = "app"
listen = "127.0.0.1:0"
service_time = "5ms"
[[proxy]]
name = "api"
listen = "127.0.0.1:0"
upstream = "backend:app"
)";

class RunsOfLoads : public testing::Test {
 protected:
  Outcome run(const std::string& more) {
    RunOptions options;
    options.directory = desk_ / "run";
    drills::Run the_run{parse_drill("test.toml", std::string{served} + more, {}, {}), options};
    const Outcome outcome = the_run.go();
    report_ = nlohmann::ordered_json::parse(std::ifstream{desk_ / "run/report.json"});
    std::stringstream page;
    page << std::ifstream{desk_ / "run/report.md"}.rdbuf();
    page_ = page.str();
    return outcome;
  }
  std::string desk(const std::string& file, const std::string& text) { return desk_.write(file, text); }

  tests::TemporaryDirectory desk_;
  nlohmann::ordered_json report_;
  std::string page_;
};

TEST_F(RunsOfLoads, TellConnectionsFromRequests) {
  const Outcome outcome = run(R"(
[[load]]
name = "users"
http = "proxy:api/"
stages = [{ to = 200, over = "500ms" }]
timeout = "900ms"
connections = { max = 2, idle = "30s" }
[[fault]]
name = "capped"
proxy = "api"
kind = "pool"
max_connections = 2
[[check]]
name = "served"
load = "users"
expect = { requests = 150, errors = "= 0%" }
)");

  EXPECT_EQ(outcome.result, Result::passed) << testing::PrintToString(outcome.reasons);
  const auto& load = report_["loads"][0];
  EXPECT_EQ(load["keep_alive"], true);
  EXPECT_EQ(load["stages"][0], "to 200 over 500ms");
  EXPECT_GE(load["connections_opened"], 1);
  EXPECT_LE(load["connections_opened"], 2);
  EXPECT_EQ(load["connections_opened"], report_["proxies"][0]["counters"]["accepted"]);
  const std::string said = fmt::format("`users` reused connections: 150 requests went by {} connection",
                                       load["connections_opened"].get<int>());
  EXPECT_THAT(page_, AllOf(HasSubstr("Requests per second of `users`: to 200 over 500ms."), HasSubstr(said)));
  EXPECT_THAT(page_.substr(page_.find("## Pools")), HasSubstr(said));
}

TEST_F(RunsOfLoads, SayNothingOfReuseWhereThereIsNone) {
  run("[[load]]\nname = \"users\"\nhttp = \"proxy:api/\"\nrate = 50\ntimeout = \"900ms\"\n");

  EXPECT_EQ(report_["loads"][0]["keep_alive"], false);
  EXPECT_EQ(report_["loads"][0]["connections_opened"], 50);
  EXPECT_EQ(page_.find("reused connections"), std::string::npos);
}

TEST_F(RunsOfLoads, TalkToWhatTheyKnowNothingOf) {
  const Outcome outcome = run(R"(
[[load]]
name = "talkers"
tcp = "proxy:api"
rate = 50
timeout = "900ms"
send = "GET / HTTP/1.0\r\n\r\n"
until = { close = true }
expect = { regex = "^HTTP/1.1 200 OK" }
[[check]]
name = "served"
load = "talkers"
expect = { errors = "= 0%", requests = 50, p99 = "< 900ms" }
)");

  EXPECT_EQ(outcome.result, Result::passed) << testing::PrintToString(outcome.reasons);
  EXPECT_EQ(report_["proxies"][0]["counters"]["accepted"], 50);
}

TEST_F(RunsOfLoads, ReadWhatToolsMeasured) {
  const std::string words =
      desk("words",
           "  Latency Distribution\n     50%    5.10ms\n     90%    6.00ms\n     99%    9.00ms\n"
           "  100 requests in 1.00s, 1.00MB read\n  Non-2xx or 3xx responses: 2\nRequests/sec: 99.0\n");

  const Outcome outcome = run(fmt::format(R"(
[[load]]
name = "bench"
http = "proxy:api/"
command = ["cat", "{}"]
reads = "wrk"
[[check]]
name = "fast"
load = "bench"
expect = {{ errors = "1%..3%", p99 = "< 10ms", requests = 100 }}
)",
                                          words));

  EXPECT_EQ(outcome.result, Result::passed) << testing::PrintToString(outcome.reasons);
  EXPECT_EQ(report_["loads"][0]["tool"]["tool"], "wrk");
  EXPECT_EQ(report_["loads"][0]["tool"]["p99_ms"], 9);
  EXPECT_EQ(report_["loads"][0]["tool"]["p95_ms"], nullptr);
  EXPECT_THAT(page_,
              AllOf(HasSubstr("### Loads by other programs"), HasSubstr("coordinated omission"),
                    HasSubstr("| bench | cat | 100 | 2 | 5.1 ms | 6.0 ms | not measured | 9.0 ms | http_error 2 |")));
}

TEST_F(RunsOfLoads, AreErroredWhenAToolSaysNothingThatCanBeRead) {
  const Outcome outcome = run(R"(
[[load]]
name = "bench"
command = ["echo", "no such option"]
reads = "hey"
[[check]]
name = "fast"
load = "bench"
expect = { p99 = "< 10ms" }
)");

  EXPECT_EQ(outcome.result, Result::errored);
  EXPECT_THAT(
      outcome.reasons,
      AllOf(Contains(HasSubstr("load \"bench\" has no figures: echo: there is neither a status nor an error of hey")),
            Contains(HasSubstr("p99 has no samples"))));
  EXPECT_THAT(report_["loads"][0]["tool"]["problem"].get<std::string>(), HasSubstr("neither a status"));
  EXPECT_EQ(report_["loads"][0]["tool"]["requests"], nullptr);
}

TEST_F(RunsOfLoads, AreErroredWhenAToolIsNotDoneInTime) {
  const Outcome outcome =
      run("[[load]]\nname = \"bench\"\ncommand = [\"sleep\", \"600\"]\nreads = \"wrk\"\n"
          "timeout = \"1100ms\"\n");

  EXPECT_EQ(outcome.result, Result::errored);
  EXPECT_THAT(outcome.reasons, Contains(HasSubstr("load \"bench\" has no figures: sleep: not done within 1.1s")));
}

TEST_F(RunsOfLoads, HaveWrkMakeThem) {
  if (!find_program("wrk").obstacle.empty()) GTEST_SKIP() << "wrk is not installed";

  const Outcome outcome = run(R"(
[[load]]
name = "bench"
http = "proxy:api/"
command = ["wrk", "--latency", "-t1", "-c2", "-d1s", "{url}"]
[[check]]
name = "served"
load = "bench"
expect = { errors = "= 0%", p50 = ">= 4ms", requests = "> 10" }
)");

  EXPECT_EQ(outcome.result, Result::passed) << testing::PrintToString(outcome.reasons);
  EXPECT_GE(report_["proxies"][0]["counters"]["accepted"], 2);
}

}  // namespace
}  // namespace firedrill::drills
