// Comments that suppress, and those that do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lint/rig.hpp"

namespace firedrill::tests {
namespace {

std::string backend(const std::string& server, const std::string& before = "") {
  return "global\n  maxconn 4000\n  stats socket /run/haproxy.sock\ndefaults\n  mode http\n  timeout connect 4s\n"
         "  timeout client 20s\n  timeout server 10s\n  timeout queue 2s\n  timeout http-request 5s\nfrontend www\n  "
         "bind :8080\n"
         "  default_backend api\nbackend api\n" +
         before + "  server api1 127.0.0.1:8081" + server + "\n";
}

TEST(Suppressions, AreNotNeededByAGoodFile) { EXPECT_EQ(check_text("a.cfg", backend(" maxconn 100"))->ids(), ""); }

TEST(Suppressions, OnALineAreForThatLine) {
  const auto checked = check_text("a.cfg", backend(" # firedrill: ignore HA04: static files only"));

  EXPECT_EQ(checked->ids(), "");
}

TEST(Suppressions, AloneOnALineAreForTheNextOne) {
  const auto checked =
      check_text("a.cfg", backend("", "  # firedrill: ignore HA04, HA09: static files only\n\n  # another\n"));

  EXPECT_EQ(checked->ids(), "FD04") << "HA04 is gone, HA09 was not there";
  EXPECT_EQ(checked->told("FD04"), "a.cfg:15:3: HA09 finds nothing here to suppress");
}

TEST(Suppressions, OfOneServerLeaveTheOthers) {
  constexpr const char* decided = " # firedrill: ignore HA04: static files only\n";
  const std::string others = "  server api2 127.0.0.1:8082\n  server api3 127.0.0.1:8083";
  const auto first = check_text("a.cfg", backend(decided + others));
  const auto last = check_text("a.cfg", backend("\n" + others + decided));
  const auto all = check_text("a.cfg", backend(decided + ("  server api2 127.0.0.1:8082" + std::string{decided})));

  EXPECT_EQ(first->told("HA04"), "a.cfg:16:3: backend \"api\": 3 of 3 servers have no maxconn");
  EXPECT_EQ(last->told("HA04"), "a.cfg:15:3: backend \"api\": 3 of 3 servers have no maxconn");
  EXPECT_FALSE(last->has("FD04"));
  EXPECT_FALSE(all->has("HA04"));
}

TEST(Suppressions, ForTheFileReachEverywhere) {
  const auto checked = check_text("a.cfg", "# firedrill: ignore-file HA04: static files only\n" + backend(""));

  EXPECT_EQ(checked->ids(), "");
}

TEST(Suppressions, WithoutAReasonHaveNoEffect) {
  const auto checked = check_text("a.cfg", backend(" # firedrill: ignore HA04"));

  EXPECT_EQ(checked->ids(), "FD05 HA04");
}

TEST(Suppressions, OfNoRuleAreFindings) {
  const auto checked = check_text("a.cfg", backend(" maxconn 9 # firedrill: ignore HA99: because"));

  EXPECT_THAT(checked->told("FD05"), testing::EndsWith("there is no rule \"HA99\""));
}

TEST(Suppressions, CannotHideThatAFileWasNotUnderstood) {
  const auto checked = check_text("a.cfg", "# firedrill: ignore-file FD01: no\n" + backend(" \"maxconn"));

  EXPECT_TRUE(checked->has("FD01"));
  EXPECT_TRUE(checked->has("FD05"));
  EXPECT_TRUE(checked->outcome.unreadable);
}

TEST(Suppressions, InQuotesAreText) {
  const auto checked = check_text("a.cfg", backend("", "  description \"x # firedrill: ignore-file HA04: no\"\n"));

  EXPECT_EQ(checked->ids(), "HA04");
}

TEST(Suppressions, BehindQuotesAreComments) {
  const auto checked =
      check_text("a.cfg", backend("", "  description \"it's\" # firedrill: ignore-file HA04: it's static\n"));

  EXPECT_EQ(checked->ids(), "");
}

TEST(Suppressions, ThatAreMisspeltAreFindings) {
  const auto checked = check_text("a.cfg", backend(" # firedrill: ignroe HA04: static files only"));

  EXPECT_EQ(checked->ids(), "FD05 HA04");
  EXPECT_THAT(checked->told("FD05"), testing::HasSubstr("\"ignroe\" suppresses nothing"));
}

TEST(Suppressions, OfNginxAndEnvoyMayFollowAnApostrophe) {
  const auto nginx = check_text("nginx.conf", "events {\n}\n# it's firedrill's: # firedrill: ignroe NG01: no\n");
  const auto envoy = check_text("envoy.yaml", "node: {id: don't} # firedrill: ignroe EN01: it's no rule\n");

  EXPECT_TRUE(nginx->has("FD05"));
  EXPECT_TRUE(envoy->has("FD05"));
}

}  // namespace
}  // namespace firedrill::tests
