// What a running HAProxy says against its file, and what a journal says of a configuration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "lint/haproxy_running.hpp"
#include "lint/sha256.hpp"
#include "tests/lint/rig.hpp"

namespace firedrill::tests {
namespace {

using testing::HasSubstr;

constexpr const char* pool_file = R"(global
  maxconn 4000
  stats socket /run/haproxy.sock
defaults
  mode http
  timeout connect 4s
  timeout client 20s
  timeout server 10s
  timeout queue 2s
  timeout http-request 5s
  default-server maxconn 100
frontend www
  bind :8080
  default_backend api
backend api
  server api1 10.0.0.1:80
  server api2 name.internal:80 weight 0
  server-template w 2 10.0.0.3:80
backend off
  disabled
  server off1 10.0.0.9:80
)";

constexpr const char* stat_header =
    "Name: HAProxy\nMaxconn: 4000\n\n# pxname,svname,slim,status,qlimit,type,addr,uweight,last_chk,\n";
constexpr const char* as_it_stands =
    "www,FRONTEND,4000,OPEN,,0,,,,\n"
    "api,api1,100,UP,,2,10.0.0.1:80,1,\"L4, as told\",\n"
    "api,api2,100,DRAIN,,2,10.7.7.7:80,0,,\n"
    "api,w1,100,MAINT (resolution),,2,10.0.0.3:80,1,,\n"
    "api,w2,100,UP,,2,10.0.0.3:80,1,,\n"
    "api,BACKEND,400,UP,,1,,101,,\n\n";

std::string drifts(const std::string& rows) {
  const auto checked = check_files({"a.cfg"}, {{"a.cfg", pool_file}}, {}, stat_header + rows);
  std::string all;
  for (const lint::Finding& finding : checked->outcome.findings)
    if (finding.rule->id == "HA22") all += "HA22 " + std::to_string(finding.spot.line) + " " + finding.message + "\n";
  return all;
}

std::string having(std::string rows, const std::string& from, const std::string& to) {
  return rows.replace(rows.find(from), from.size(), to);
}

TEST(Drift, IsNotSeenWhereThereIsNone) { EXPECT_EQ(drifts(as_it_stands), ""); }

TEST(Drift, IsToldByServer) {
  EXPECT_EQ(
      drifts(having(as_it_stands, "api1,100", "api1,7")),
      "HA22 11 server api/api1: the file has maxconn 100 (from default-server at line 11), the running HAProxy 7\n");
  EXPECT_EQ(drifts(having(as_it_stands, "api1,100", "api1,")),
            "HA22 11 server api/api1: the file has maxconn 100 (from default-server at line 11), the running HAProxy "
            "none\n");
  EXPECT_EQ(drifts(having(as_it_stands, "UP,,2,10.0.0.1:80", "UP,9,2,10.0.0.2:80")),
            "HA22 16 server api/api1: the file has maxqueue none, the running HAProxy 9\n"
            "HA22 16 server api/api1: the file has address 10.0.0.1:80, the running HAProxy 10.0.0.2:80\n");
  EXPECT_EQ(drifts(having(as_it_stands, "w2,100,UP", "w2,100,DRAIN")),
            "HA22 18 server api/w2: the file has state enabled, the running HAProxy DRAIN\n");
}

TEST(Drift, IsToldOfWhoIsStopped) {
  EXPECT_EQ(drifts(having(as_it_stands, "4000,OPEN", "4000,STOP")),
            "HA22 12 frontend \"www\": the file has state enabled, the running HAProxy STOP\n");
  EXPECT_EQ(drifts(having(as_it_stands, "4000,OPEN", "4000,PAUSED")),
            "HA22 12 frontend \"www\": the file has state enabled, the running HAProxy PAUSED\n");
  EXPECT_EQ(drifts(having(as_it_stands, "400,UP,,1", "400,STOP,,1")),
            "HA22 15 backend \"api\": the file has state enabled, the running HAProxy STOP\n");
  EXPECT_EQ(drifts(having(as_it_stands, "400,UP,,1", "400,DOWN,,1")), "") << "its servers are";
}

TEST(Drift, IsToldOfWhatOneSideHasAlone) {
  EXPECT_EQ(drifts(having(as_it_stands, "api,w2", "api,w3")),
            "HA22 15 server api/w3 runs, and is not in the file\n"
            "HA22 18 server api/w2 is in the file, and does not run\n");
  EXPECT_EQ(drifts(having(as_it_stands, "www,FRONTEND", "web,FRONTEND")),
            "HA22 1 frontend \"web\" runs, and is not in the file\n"
            "HA22 12 frontend \"www\" is in the file, and does not run\n");
}

TEST(Drift, OfAnAnswerThatIsNoneIsAnError) {
  const auto checked = check_files({"a.cfg"}, {{"a.cfg", pool_file}}, {}, "Permission denied\n");

  EXPECT_THAT(checked->told("FD01"), HasSubstr("no table of \"show stat\""));
  EXPECT_TRUE(checked->outcome.unreadable);
}

TEST(Drift, OfRubbishIsNoCrash) {
  for (const char* const text :
       {"# pxname", "# pxname,\n,\n,,,\n", "# pxname,svname\n\"\n\",\n", "# pxname,svname\na,b,c,d\n"})
    check_files({"a.cfg"}, {{"a.cfg", pool_file}}, {}, text);
}

TEST(Sha256, IsTheStandards) {
  EXPECT_EQ(lint::sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(lint::sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(lint::sha256(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Of a run that ended so.
std::string a_journal(const std::string& result, const std::string& more = "") {
  return R"({"v":1,"event":"run_start","utc":"2023-05-11T09:00:00Z","drill":"d",)" + more +
         R"("configurations":[{"file":"/etc/haproxy/a.cfg","sha256":")" + lint::sha256(pool_file) +
         R"("}]})"
         "\n"
         R"({"v":1,"event":"run_end","result":")" +
         result + "\"}\n";
}

std::string unproven(const std::string& text, const std::string& configuration = pool_file) {
  return check_files({"conf/a.cfg", "conf/capacity.toml"}, {{"conf/a.cfg", configuration},
                                                            {"conf/capacity.toml", "[drills]\nruns = \"runs\"\n"},
                                                            {"conf/runs/d-1/journal.jsonl", text}})
      ->told("X07");
}

TEST(Proof, IsARunThatPassed) {
  EXPECT_EQ(unproven(a_journal("passed")), "");
  EXPECT_THAT(unproven(a_journal("failed")), HasSubstr("no drill has passed with conf/a.cfg"));
  EXPECT_THAT(unproven(a_journal("passed", R"("no_faults":true,)")), HasSubstr("no drill has passed"));
  EXPECT_THAT(unproven(a_journal("passed"), std::string{pool_file} + "# changed\n"),
              HasSubstr("has changed since the drill d passed with it on 2023-05-11T09:00:00Z"));
  for (const char* const rubbish :
       {"", "\n", "\"event\":\"run_start\"", "{\"event\":\"run_start\"}\n{\"event\":\"run_end\"}",
        "{\"event\":\"run_start\",\"configurations\":[7,{}]}\n{\"event\":\"run_end\",\"result\":\"passed\"}"})
    EXPECT_THAT(unproven(rubbish), HasSubstr("no drill has passed")) << rubbish;
}

}  // namespace
}  // namespace firedrill::tests
