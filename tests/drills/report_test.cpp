// What a whole journal becomes, figure by figure.
#include "drills/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "tests/drills/sample_journal.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using Json = nlohmann::ordered_json;

TEST(Report, TellsTheOutage) {
  const Json json = to_json(read(outage()));

  EXPECT_EQ(json["drill"], "pool-exhaustion");
  EXPECT_EQ(json["seed"], 20230510);
  EXPECT_EQ(json["result"], "passed");
  EXPECT_EQ(json["exit_code"], 0);
  EXPECT_EQ(json["started_utc"], "2026-05-10T10:00:00.000Z");
  EXPECT_EQ(json["duration_s"], 60.0);
  EXPECT_EQ(json["complete"], true);
  EXPECT_EQ(json["missing"], Json::array());
  EXPECT_EQ(json["repeat_with"],
            "firedrill run drills/library/pool-exhaustion.toml --seed 20230510 --set "
            "fault.undersized-pool.max_connections=7");
  EXPECT_EQ(json["decisions"].dump(), R"({"digest":"00000000deadbeef","counts":{"undersized-pool":6300}})");
  EXPECT_EQ(json["cleanup"].dump(), R"({"clean":true,"faults_in_force":0,"links_open":0,"bytes_held":0})");
  EXPECT_EQ(json["lag"].dump(),
            R"({"p50_ms":0.08,"p99_ms":1.2,"max_ms":4.0,"workers_p50_ms":0.02,"workers_p99_ms":0.4})");
}

TEST(Report, AddsPhasesUp) {
  const Json json = to_json(read(outage()));

  std::vector<std::string> names;
  for (const Json& phase : json["phases"]) names.push_back(phase["name"]);
  EXPECT_THAT(names, ElementsAre("before", "fault", "after", "always", "undersized-pool"));
  EXPECT_EQ(json["phases"][0].dump(),
            R"({"name":"before","requests":2000,"errors":0,"error_ratio":0.0,"p50_ms":49.92,)"
            R"("p90_ms":49.92,"p95_ms":49.92,"p99_ms":49.92,"p999_ms":49.92,"errors_by_kind":{}})");
  EXPECT_EQ(json["phases"][1]["requests"], 6000);
  EXPECT_EQ(json["phases"][1]["errors"], 1800);
  EXPECT_EQ(json["phases"][1]["error_ratio"], 0.3);
  EXPECT_EQ(json["phases"][1]["errors_by_kind"].dump(), R"({"timeout":1800})");
  EXPECT_EQ(json["phases"][2]["errors"], 2);
  EXPECT_EQ(json["phases"][3]["requests"], 12000);
  EXPECT_EQ(json["phases"][4]["error_ratio"], 0.3);
  EXPECT_EQ(json["loads"][0]["phases"], json["phases"]);
}

TEST(Report, TellsFaultsAndPoolsExactly) {
  const Json json = to_json(read(outage()));

  EXPECT_EQ(
      json["faults"].dump(),
      R"([{"name":"undersized-pool","kind":"pool","proxies":["api"],"links_affected":6300,"unseen":false,)"
      R"("first":{"link":2101,"client":"127.0.0.1:40000","at_s":10.003,"proxy":"api"},"last":{"link":8400,"client":"127.0.0.1:46299","at_s":39.99,"proxy":"api"},)"
      R"("healed_s":40.002,"healed_why":"timeline","asked":{"max_connections":7,"queue_timeout":"1s"},)"
      R"("achieved":{"max_connections":7,"queue_timeout":{"p50_ms":1000.5},"links":6300},"bytes_per_s":[],"planned":[[10.0,40.0]],"in_force":[[10.001,40.002]],)"
      R"("lateness":{"samples":2013,"p50_ms":0.1,"p99_ms":0.9}}])");
  Json pool = json["pools"][0];
  EXPECT_EQ(
      pool["series"].dump(),
      R"([{"t":15.0,"active":7,"queue":60},{"t":20.0,"active":7,"queue":130},{"t":25.0,"active":7,"queue":130},)"
      R"({"t":30.0,"active":7,"queue":130},{"t":35.0,"active":7,"queue":130},{"t":40.0,"active":7,"queue":130}])");
  pool.erase("series");
  EXPECT_EQ(
      pool.dump(),
      R"({"proxy":"api","fault":"undersized-pool","limit":7,"active_max":7,"queue_max":141,"granted":4287,)"
      R"("granted_after_wait":4280,"timed_out":2013,"gone":0,"rejected":0,"evicted":0,"released":0,"leaked":0,"wait_p50_ms":940.5,)"
      R"("wait_p95_ms":992.25,"hold_p50_ms":50.5,"utilisation":0.998,"series_one_in":1})");
  EXPECT_EQ(
      json["checks"][1].dump(),
      R"({"name":"the outage is the outage","passed":true,"samples":6000,"expected":"errors 25%..35%","measured":"30%",)"
      R"("measured_value":0.3,"during":"undersized-pool","source":"load users","reason":"","last_failure":""})");
  EXPECT_EQ(json["proxies"][0]["counters"].dump(),
            R"({"accepted":12000,"open":0,"ended":{"client_finished":9987,"queue_timeout":2013},"connect_errors":0,)"
            R"("bytes_in":[840000,1300000],"bytes_out":[840000,1300000],"undelivered":0})");
}

TEST(Report, MergesHistogramsAsIfTheyHadBeenOne) {
  SampleJournal journal;
  journal.add(0, "run_start", {{"drill", "d"}, {"loads", Json::array({{{"name", "a"}}, {{"name", "b"}}})}});
  faults::Histogram all, only_b;
  std::mt19937 random{7};
  for (int i = 0; i < 40; ++i) {
    faults::Histogram fresh;
    for (int n = 0; n < 50; ++n) {
      const auto took = std::chrono::microseconds{std::uniform_int_distribution{1, 3'000'000}(random)};
      fresh.record(took);
      all.record(took);
      if (i % 2 == 1) only_b.record(took);
    }
    journal.add(i, "requests",
                {{"load", i % 2 == 1 ? "b" : "a"},
                 {"phases", Json::array({"before", "always"})},
                 {"sent", 50},
                 {"latency", fresh.sparse()}});
  }

  const Report report = read(journal);

  EXPECT_EQ(report.phases[3].requests.count, 2000u);
  for (const double q : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    EXPECT_EQ(report.phases[0].quantile_ms(q), faults::milliseconds(all.quantile(q)));
    EXPECT_EQ(report.loads[1].phases[3].quantile_ms(q), faults::milliseconds(only_b.quantile(q)));
  }
}

TEST(Report, ClaimsNothingThatWasNotMeasured) {
  SampleJournal journal;
  journal.add(0, "run_start",
              {{"drill", "d"},
               {"proxies", Json::array({{{"name", "api"}}})},
               {"faults", Json::array({{{"name", "slow"}, {"kind", "latency"}}})},
               {"checks", Json::array({{{"name", "c"}}})},
               {"loads", Json::array({{{"name", "users"}}})}});
  journal.add(1, "pool", {{"proxy", "api"}, {"fault", "slow"}, {"active", 1}, {"queue", 0}});

  const Json json = to_json(read(journal));

  EXPECT_EQ(json["seed"], nullptr);
  EXPECT_EQ(json["duration_s"], nullptr);
  for (const Json& phase : json["phases"])
    EXPECT_EQ(
        phase.dump(),
        R"({"name":)" + phase["name"].dump() +
            R"(,"requests":0,"errors":0,"error_ratio":null,"p50_ms":null,"p90_ms":null,"p95_ms":null,"p99_ms":null,"p999_ms":null,"errors_by_kind":{}})");
  EXPECT_EQ(json["checks"][0]["passed"], nullptr);
  for (const char* key : {"links_affected", "first", "last", "healed_s", "lateness"})
    EXPECT_EQ(json["faults"][0][key], nullptr) << key;
  for (const char* key : {"limit", "granted", "timed_out", "wait_p95_ms"})
    EXPECT_EQ(json["pools"][0][key], nullptr) << key;
  EXPECT_EQ(json["proxies"][0]["counters"], nullptr);
  EXPECT_EQ(json["decisions"], nullptr);
  EXPECT_EQ(json["cleanup"], nullptr);
  EXPECT_EQ(json["lag"], nullptr);
}

TEST(Report, FindsTheJournalOfADirectory) {
  Scratch scratch;
  scratch.write("journal.jsonl", outage().text());

  EXPECT_EQ(read_journal(scratch.path()).drill, "pool-exhaustion");
}

TEST(Report, ThinsALongPoolSeriesToItsPeaks) {
  SampleJournal journal;
  journal.add(0, "run_start", {{"drill", "d"}});
  for (int i = 0; i < 9000; ++i)
    journal.add(i / 4.0, "pool", {{"proxy", "p"}, {"fault", "f"}, {"active", 1}, {"queue", i == 4501 ? 99 : i % 3}});

  const PoolReport pool = read(journal).pools.at(0);

  EXPECT_EQ(pool.one_in, 3u);
  EXPECT_EQ(pool.series.size(), 3000u);
  EXPECT_EQ(pool.queue_max, 99u);
  EXPECT_EQ(pool.series.at(1500).queue, 99u);
}

TEST(Report, WritesWholeFilesOrNone) {
  Scratch scratch;
  const Report report = read(outage());

  write_reports(scratch.path(), report);
  write_reports(scratch.path(), report);

  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{scratch.path()})
    names.push_back(entry.path().filename());
  EXPECT_THAT(names, testing::UnorderedElementsAre("report.json", "report.md", "junit.xml"));
  EXPECT_EQ(Json::parse(read_whole(scratch.path() / "report.json")), to_json(report));
  EXPECT_EQ(read_whole(scratch.path() / "report.md"), to_markdown(report));
  EXPECT_EQ(read_whole(scratch.path() / "junit.xml"), to_junit(report));
  EXPECT_THROW(write_reports(scratch.path() / "nowhere", report), std::runtime_error);
}

}  // namespace
}  // namespace firedrill::drills
