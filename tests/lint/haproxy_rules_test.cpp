// Rules about HAProxy beyond what their pages show: where they point, what they say, and what they leave alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lint/haproxy_examples.hpp"
#include "tests/lint/rig.hpp"

namespace firedrill::tests {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string told_of(const std::string& id, const std::string& text, const std::string& capacity = "") {
  return check_text("haproxy.cfg", text, capacity)->told(id);
}

const std::string one_server = "  server api1 127.0.0.1:8081 check maxconn 100\n";

TEST(NoTimeout, IsShownAtTheZeroThatSaysSo) {
  const std::string inherited =
      HEAD "  timeout connect 4s\n  timeout client 0\n  timeout server 10s\n" FRONT BACK + one_server;

  EXPECT_EQ(told_of("HA01", inherited),
            "haproxy.cfg:7:18: frontend \"www\": timeout client 0 (from defaults at line 7): it never ends");
}

TEST(NoTimeout, IsToldBesideAZero) {
  const std::string own = HEAD "  timeout client 4s\n" FRONT BACK "  timeout server 0\n" + one_server;

  EXPECT_EQ(told_of("HA01", own),
            "haproxy.cfg:11:18: backend \"api\": timeout server 0, and no timeout for connect: it never ends");
}

TEST(NoTimeout, IsShownAtTheSectionThatLacksIt) {
  EXPECT_EQ(told_of("HA01", HEAD "  timeout connect 4s\n  timeout server 4s\n" FRONT BACK + one_server),
            "haproxy.cfg:8:1: frontend \"www\": no timeout for client: it never ends");
}

const std::string process_of_4000 = HEAD TIMES;

TEST(FrontendsTogether, AreLargerThanTheProcess) {
  const std::string text = process_of_4000 +
                           "  maxconn 2500\n" FRONT "frontend apps\n  bind :8081\n  default_backend api\n" BACK +
                           one_server;

  EXPECT_EQ(told_of("HA25", text),
            "haproxy.cfg:2:11: the process takes 4000, and 2 frontends take 5000 together (www 2500, apps 2500)");
  EXPECT_EQ(told_of("HA11", text), "");
}

TEST(FrontendsTogether, LeaveOutThoseThatServeNobody) {
  EXPECT_EQ(
      told_of("HA25", process_of_4000 + "  maxconn 2500\n" FRONT "frontend page\n  bind :8404\n  stats enable\n" BACK +
                          one_server),
      "");
}

TEST(FrontendsTogether, AreNotJudgedWhereTheyHaveNoLimits) {
  EXPECT_EQ(
      told_of("HA25", process_of_4000 + FRONT "frontend apps\n  bind :8081\n  default_backend api\n" BACK + one_server),
      "");
}

TEST(FrontendsTogether, AreNotToldOfOneThatIsTooLargeByItself) {
  const std::string text = process_of_4000 +
                           "  maxconn 5000\n" FRONT "frontend apps\n  bind :8081\n  default_backend api\n" BACK +
                           one_server;

  EXPECT_EQ(told_of("HA25", text), "");
  EXPECT_NE(told_of("HA11", text), "");
}

const std::string websockets =
    HEAD TIMES
    "frontend www\n  bind :8080\n  acl is_ws req.hdr(Upgrade) -i WebSocket\n  use_backend ws if is_ws\n"
    "  default_backend api\n" BACK +
    one_server + "backend ws\n";

TEST(LongSessions, OfWebsocketsTakeATimeoutTunnel) {
  EXPECT_EQ(told_of("HA16", websockets + one_server),
            "haproxy.cfg:15:15: backend \"ws\" gets websockets from frontend \"www\" and has no timeout tunnel: "
            "10s of silence end them");
}

TEST(LongSessions, OfWebsocketsTakeClientFinBesideIt) {
  EXPECT_THAT(told_of("HA16", websockets + "  timeout tunnel 1h\n" + one_server), HasSubstr("no timeout client-fin"));
}

TEST(LongSessions, OfWebsocketsAreFoundBetweenBraces) {
  const std::string text =
      HEAD TIMES
      "frontend www\n  bind :8080\n  use_backend ws if { hdr(upgrade) -i websocket }\n  default_backend api\n" BACK +
      one_server + "backend ws\n" + one_server;

  EXPECT_THAT(told_of("HA16", text), HasSubstr("gets websockets"));
}

TEST(LongSessions, AreNotThoseOfOtherConditions) {
  const std::string text =
      HEAD TIMES
      "frontend www\n  bind :8080\n  acl is_ws hdr(Upgrade) -i websocket\n  use_backend ws if !is_ws\n"
      "  default_backend api\n" BACK +
      one_server + "backend ws\n" + one_server;

  EXPECT_EQ(told_of("HA16", text), "");
}

std::string wire(const std::string& client) {
  return "global\n  maxconn 4000\ndefaults\n  mode tcp\n  timeout connect 4s\n  timeout client " + client +
         "\n  timeout server " + client + "\nlisten db\n  bind :5432\n  server db1 127.0.0.1:5433 maxconn 100\n";
}

TEST(LongSessions, OfTcpTakeClientFin) {
  EXPECT_EQ(told_of("HA16", wire("4m")),
            "haproxy.cfg:8:1: listen \"db\" has no timeout client-fin, and its sessions may be long: "
            "timeout client 4m (from defaults at line 6) in mode tcp");
  EXPECT_EQ(told_of("HA16", wire("1m")), "");
}

TEST(IdleConnections, WithoutALimitOutliveTheApp) {
  const std::string capacity = "[app]\nkeep_alive = \"2s\"\n";
  const auto with = [](const std::string& options) {
    return HEAD TIMES FRONT BACK "  server api1 127.0.0.1:8081 check maxconn 100" + options + "\n";
  };

  EXPECT_THAT(told_of("HA19", with(" pool-max-conn -1"), capacity),
              StartsWith("haproxy.cfg:16:62: backend \"api\": pool-max-conn -1 keeps any number, and it keeps idle "));
  EXPECT_EQ(told_of("HA19", with(""), capacity), "");
  EXPECT_EQ(told_of("HA19", with(" pool-max-conn 10"), capacity), "");
  EXPECT_EQ(told_of("HA19", with(" pool-max-conn -1 pool-purge-delay 1s"), capacity), "");
  EXPECT_EQ(told_of("HA19", with(" pool-max-conn -1")), "");
}

}  // namespace
}  // namespace firedrill::tests
