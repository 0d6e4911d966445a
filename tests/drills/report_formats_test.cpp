// Reports as people and CI servers read them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "places.hpp"
#include "tests/drills/sample_journal.hpp"

namespace firedrill::drills {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::ordered_json;

TEST(Markdown, IsTheGolden) {
  const std::string text = to_markdown(read(outage()));

  EXPECT_EQ(text, read_whole(FIREDRILL_SOURCE_DIR "/tests/drills/golden/outage.md"));
}

std::string pools_said(SampleJournal journal) {
  const std::string text = to_markdown(read(journal));
  const auto from = text.find("\n## Pools");
  return text.substr(from, text.find("\n## Proxies") - from);
}

TEST(Markdown, BlamesThePoolOnlyWhenTheFiguresDo) {
  const std::string blame = "while the backend refused nothing: the pool is the bottleneck, not the backend.";
  EXPECT_THAT(pools_said(outage()), HasSubstr("Waits ended in timeouts 2,013 times " + blame));

  SampleJournal refused = outage();
  line(refused, "proxy")["ended"]["connect_refused"] = 12;
  EXPECT_THAT(pools_said(refused), AllOf(HasSubstr("dials of the backend failed 12 times besides"),
                                         HasSubstr("| refused | 12 |"), Not(HasSubstr(blame))));

  SampleJournal unmeasured = outage();
  erase(unmeasured, "proxy");
  EXPECT_THAT(pools_said(unmeasured),
              AllOf(HasSubstr("whether the backend refused anything was not measured"), Not(HasSubstr(blame))));

  SampleJournal calm = outage();
  line(calm, "pool_summary")["timed_out"] = 0;
  EXPECT_THAT(pools_said(calm),
              AllOf(HasSubstr("made 4,280 connections wait and turned nobody away"), Not(HasSubstr(blame))));

  SampleJournal full = outage();
  line(full, "pool_summary")["timed_out"] = 0;
  line(full, "pool_summary")["rejected"] = 1;
  EXPECT_THAT(pools_said(full), HasSubstr("A full queue turned connections away once " + blame));
}

TEST(Markdown, PointsOutABusyMachine) {
  SampleJournal journal = outage();
  EXPECT_THAT(to_markdown(read(journal)), Not(HasSubstr("⚠")));

  line(journal, "lag")["p99_ms"] = 10.5;
  EXPECT_THAT(to_markdown(read(journal)), HasSubstr("⚠ An event loop was more than 10 ms late"));

  erase(journal, "lag");
  EXPECT_THAT(to_markdown(read(journal)), HasSubstr("Lag of the event loop: not measured"));
}

TEST(Markdown, SpellsRampsOut) {
  SampleJournal journal = outage();
  line(journal, "fault_summary")["asked"] = {{"max_connections", {{"from", 40}, {"to", 7}, {"over", "20s"}}}};

  EXPECT_THAT(to_markdown(read(journal)), HasSubstr("| max_connections | from 40, to 7, over 20s | 7 |"));
}

TEST(Markdown, IsNotBrokenByNames) {
  SampleJournal journal = outage();
  line(journal, "check")["name"] = "a|b\n<script>`*[";
  line(journal, "run_start")["text"] = "```\n````\n";

  const std::string text = to_markdown(read(journal));

  EXPECT_THAT(text, HasSubstr("a\\|b \\<script>\\`\\*\\["));
  EXPECT_THAT(text, HasSubstr("`````toml\n```\n````\n`````\n"));
}

TEST(Junit, IsGreenForAPassedRun) {
  const std::string text = to_junit(read(outage()));

  EXPECT_THAT(
      text,
      HasSubstr(
          R"(<testsuite name="pool-exhaustion" tests="5" failures="0" errors="0" skipped="0" time="60.000" timestamp="2026-05-10T10:00:00")"));
  EXPECT_THAT(text, HasSubstr("name=\"fault undersized-pool touched a connection\""));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("<failure")), Not(HasSubstr("<error"))));
}

TEST(Junit, KeepsFailuresAndErrorsApart) {
  SampleJournal journal = outage();
  line(journal, "run_end")["result"] = "failed";
  Json& check = line(journal, "check");
  check["passed"] = false;
  check["reason"] = "";
  check["measured"] = "3%";
  const std::string missed = to_junit(read(journal));
  EXPECT_THAT(missed, HasSubstr(R"(tests="5" failures="1" errors="0")"));
  EXPECT_THAT(missed, HasSubstr(R"(<failure type="expectation" message="expected errors &lt; 1%, measured 3%">)"));

  check["samples"] = 0;
  check["reason"] = "no traffic reached proxy api";
  line(journal, "run_end")["result"] = "errored";
  line(journal, "run_end")["reasons"] = Json::array({"no traffic reached proxy api"});
  const std::string vacuous = to_junit(read(journal));
  EXPECT_THAT(vacuous, HasSubstr(R"(failures="0" errors="2")"));
  EXPECT_THAT(vacuous, HasSubstr(R"(<error type="no-samples" message="no traffic reached proxy api">)"));
  EXPECT_THAT(vacuous, HasSubstr(R"(<error type="errored" message="no traffic reached proxy api">)"));
}

TEST(Junit, IsNeverAllGreenUnlessTheRunPassed) {
  for (const char* result : {"failed", "aborted", "errored"}) {
    SampleJournal journal = outage();
    line(journal, "run_end")["result"] = result;
    EXPECT_THAT(to_junit(read(journal)), Not(HasSubstr(R"(failures="0" errors="0")"))) << result;
  }
}

TEST(Junit, CountsAFaultThatTouchedNothingAsAnError) {
  SampleJournal journal = outage();
  erase(journal, "fault_touched");
  line(journal, "fault_summary")["links_affected"] = 0;
  line(journal, "fault_summary")["first"] = nullptr;
  EXPECT_THAT(to_junit(read(journal)),
              HasSubstr(R"(<error type="no-traffic" message="it touched no connection on proxy api">)"));

  erase(journal, "fault_summary");
  EXPECT_THAT(to_junit(read(journal)), HasSubstr(R"(<error type="not-measured")"));

  erase(journal, "fault_on");
  line(journal, "run_end")["result"] = "aborted";
  EXPECT_THAT(to_junit(read(journal)), HasSubstr("<skipped message=\"the run was aborted before this fault came\"/>"));
}

TEST(Junit, WantsProofOfCleanUp) {
  SampleJournal journal = outage();
  line(journal, "cleanup")["bytes_held"] = 5;
  EXPECT_THAT(to_junit(read(journal)), HasSubstr("0 faults in force, 0 connections open, 5 bytes held"));

  erase(journal, "cleanup");
  EXPECT_THAT(to_junit(read(journal)), HasSubstr("no proof of clean-up"));
}

TEST(Junit, EscapesAndDropsWhatXmlForbids) {
  SampleJournal journal = outage();
  line(journal, "run_start")["title"] = "<&>\"'\n\t\x01\x1f\x7f\xef\xbf\xbe|ü";

  EXPECT_THAT(to_junit(read(journal)), HasSubstr("value=\"&lt;&amp;&gt;&quot;&apos;&#10;&#9;|ü\""));
}

}  // namespace
}  // namespace firedrill::drills
