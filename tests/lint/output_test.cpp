// The four forms of a finding.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lint/output.hpp"
#include "places.hpp"
#include "tests/lint/rig.hpp"
#include "tests/support/child_process.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::json;

std::unique_ptr<Checked> a_finding() { return check_text("conf/hä proxy.cfg", "frontend ü\n\ttimeout cliént 5s\n"); }

TEST(Text, ShowsTheLineWithACaret) {
  const auto checked = a_finding();

  std::string text;
  for (const lint::Finding& finding : checked->outcome.findings)
    if (finding.rule->id == "FD02") text = lint::to_text(finding);

  EXPECT_THAT(text,
              testing::StartsWith(
                  "conf/hä proxy.cfg:2:10: error: FD02: HAProxy has no \"timeout cliént\" in a frontend section"));
  EXPECT_THAT(text, testing::HasSubstr("\n  2 |  timeout cliént 5s\n    |          ^\n  why: "));
  EXPECT_THAT(text, testing::HasSubstr("\n  instead: "));
}

TEST(Text, SaysTheReasonOnceForSeveralInARow) {
  const auto checked = check_text("a.cfg", "defaults\n  mood http\n  tymeout client 5s\n");
  std::vector<lint::Finding> findings = checked->outcome.findings;
  std::erase_if(findings, [](const lint::Finding& one) { return one.rule->id != "FD02"; });
  ASSERT_EQ(findings.size(), 2U);

  const std::string second = lint::to_text(findings.at(1), &findings.at(0));

  EXPECT_THAT(second, testing::AllOf(testing::HasSubstr("tymeout"), testing::Not(testing::HasSubstr("why: "))));
  EXPECT_THAT(lint::to_text(findings.at(1)), testing::StartsWith(second));
}

TEST(Text, OfAVeryLongLineShowsAPart) {
  const auto checked = check_text("a.cfg", "frontend f\n  nonsense" + std::string(100'000, 'x') + " more\n");

  const std::string text = lint::to_text(checked->outcome.findings.at(1));

  EXPECT_LT(text.size(), 110'000U) << "the message has the word, the excerpt has not the line";
}

TEST(Text, OfALineThatIsNoUtf8IsCutAllTheSame) {
  const auto checked = check_text("a.cfg", "frontend f\n  " + std::string(500, '\x80') + " x\n");

  for (const lint::Finding& finding : checked->outcome.findings) EXPECT_FALSE(lint::to_text(finding).empty());
  lint::Finding far = checked->outcome.findings.at(0);
  far.spot.line = 2;
  far.spot.column = 400;
  EXPECT_LT(lint::to_text(far).size(), 2000U);
}

TEST(Json, HasFilesWithoutAnything) {
  for (const char* const name : {"a.yaml", "a.cfg", "a.conf"}) {
    const auto checked = check_text(name, "");
    const json parsed = json::parse(lint::to_json(checked->outcome.findings));
    for (const json& finding : parsed.at("findings")) EXPECT_EQ(finding.at("file"), name);
    EXPECT_FALSE(json::parse(lint::to_sarif(checked->outcome.findings, "1")).empty());
  }
}

TEST(Json, HasEveryFinding) {
  const auto checked = a_finding();

  const json parsed = json::parse(lint::to_json(checked->outcome.findings));

  ASSERT_EQ(parsed.at("findings").size(), checked->outcome.findings.size());
  const json& first = parsed.at("findings").at(0);
  for (const char* key : {"id", "severity", "file", "line", "column", "message", "why", "fix", "drill"})
    EXPECT_TRUE(first.contains(key)) << key;
  EXPECT_EQ(first.size(), 9U);
  EXPECT_EQ(json::parse(lint::to_json({})), json::parse(R"({"findings": []})"));
}

TEST(Github, IsALineEach) {
  const auto checked = a_finding();

  const std::string text = lint::to_github(checked->outcome.findings);

  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), static_cast<std::ptrdiff_t>(checked->outcome.findings.size()));
  EXPECT_THAT(text,
              testing::HasSubstr(
                  "::error file=conf/hä proxy.cfg,line=2,col=10,title=FD02 a directive that is not known here::"));
  EXPECT_THAT(text, testing::HasSubstr("%0AInstead: ")) << "only properties hide colons";
}

TEST(Sarif, IsWhatTheStandardAsksFor) {
  const auto checked = a_finding();
  const json sarif = json::parse(lint::to_sarif(checked->outcome.findings, "1.2.3"));

  EXPECT_EQ(sarif.at("version"), "2.1.0");
  const json& run = sarif.at("runs").at(0);
  EXPECT_EQ(run.at("tool").at("driver").at("version"), "1.2.3");
  for (const json& result : run.at("results")) {
    const json& rule = run.at("tool").at("driver").at("rules").at(result.at("ruleIndex").get<std::size_t>());
    EXPECT_EQ(rule.at("id"), result.at("ruleId"));
    const json& where = result.at("locations").at(0).at("physicalLocation");
    EXPECT_EQ(where.at("artifactLocation").at("uri"), "conf/h%C3%A4%20proxy.cfg");
    EXPECT_GE(where.at("region").at("startLine"), 1);
  }
}

}  // namespace
}  // namespace firedrill::tests
