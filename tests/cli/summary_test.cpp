// The last words of a run.
#include "cli/summary.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace firedrill::cli {
namespace {

using namespace std::chrono_literals;

drills::Report report_of_a_failed_run() {
  drills::Report report;
  report.result = "failed";
  report.exit_code = 1;
  report.reasons = {
      "check \"the pool is why\": queue_timeouts was 0, expected > 0, wait_p95 was 12ms, expected > 500ms"};
  drills::CheckReport served;
  served.name = "users are served";
  served.during = "before";
  served.expected = "errors < 1%, p99 < 200ms";
  served.measured = "errors 0%, p99 54ms";
  served.samples = 2100;
  served.passed = true;
  drills::CheckReport pool = served;
  pool.name = "the pool is why";
  pool.during = "undersized-pool";
  pool.expected = "queue_timeouts > 0, wait_p95 > 500ms, pool_in_use_max 7, pool_utilisation > 90%";
  pool.measured = "queue_timeouts 0, wait_p95 12ms, pool_in_use_max 7, pool_utilisation 99.8%";
  pool.passed = false;
  drills::CheckReport after;
  after.name = "users are served again";
  after.during = "after";
  after.expected = "errors < 1%";
  report.checks = {served, pool, after};
  drills::PhaseReport before{"before", {}};
  for (int i = 0; i < 2100; ++i) before.requests.record(50ms, i % 100 == 0 ? "timeout" : "");
  report.phases = {before, {"fault", {}}};
  report.cleanup.emplace();
  return report;
}

TEST(Summary, SaysTheVerdictFirstAndWhereTheRestIs) {
  EXPECT_EQ(summary(report_of_a_failed_run(), {80, 24, false}),
            R"(failed: an expectation was missed
  - check "the pool is why": queue_timeouts was 0, expected > 0, wait_p95 was
    12ms, expected > 500ms

  ✓ users are served  (before, 2100 samples)
      expected  errors < 1%, p99 < 200ms
      measured  errors 0%, p99 54ms
  ✗ the pool is why  (undersized-pool, 2100 samples)
      expected  queue_timeouts > 0, wait_p95 > 500ms, pool_in_use_max 7,
                pool_utilisation > 90%
      measured  queue_timeouts 0, wait_p95 12ms, pool_in_use_max 7,
                pool_utilisation 99.8%
  ? users are served again  (after, not judged)
      expected  errors < 1%

  phase             requests   errors      p50      p99
  before               2,100     1.0%    50 ms    50 ms

left behind: no fault in force, no connection open, no byte held
)");
}

TEST(Summary, SaysWhatWasLeftBehind) {
  drills::Report report = report_of_a_failed_run();
  report.cleanup->links_open = 3;

  EXPECT_NE(
      summary(report, {80, 24, false}).find("\nleft behind: no faults in force, 3 connections open, no bytes held\n"),
      std::string::npos);
}

drills::LoadReport load_of(const std::string& name, int good, const std::map<std::string, int>& bad) {
  drills::LoadReport load;
  load.name = name;
  drills::PhaseReport always{"always", {}};
  for (int i = 0; i < good; ++i) always.requests.record(50ms, "");
  for (const auto& [kind, n] : bad)
    for (int i = 0; i < n; ++i) always.requests.record(50ms, kind);
  load.phases = {always};
  return load;
}

TEST(Summary, SaysWhichOfSeveralLoadsMetWhat) {
  drills::Report report = report_of_a_failed_run();
  report.loads = {load_of("users", 1200, {}), load_of("jobs", 60, {{"timeout", 30}, {"unresolved", 10}})};

  EXPECT_NE(summary(report, {80, 24, false}).find(R"(
  load              requests   errors  most of them
  users                1,200     0.0%
  jobs                   100    40.0%  timeout 30
)"),
            std::string::npos)
      << summary(report, {80, 24, false});
}

TEST(Summary, SaysOfALoadAloneWhyNothingCameOfIt) {
  drills::Report report = report_of_a_failed_run();
  report.loads = {load_of("users", 9, {{"timeout", 1}})};
  EXPECT_EQ(summary(report, {80, 24, false}).find("most of them"), std::string::npos);

  report.loads = {load_of("users", 0, {{"unresolved", 10}})};
  EXPECT_NE(summary(report, {80, 24, false}).find("unresolved 10\n"), std::string::npos);
}

TEST(Summary, HasOnlyReasonsWhenNothingWasStarted) {
  const drills::Outcome outcome{drills::Result::errored, {"no room for the report"}, ""};

  EXPECT_EQ(short_summary(outcome, {80, 24, false}),
            "errored: the drill could not be carried out, or not be measured\n  - no room for the report\n");
}

}  // namespace
}  // namespace firedrill::cli
