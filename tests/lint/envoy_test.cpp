// Envoy's files: YAML and JSON, with bounds; capacities; the theory behind the figures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "lint/queueing.hpp"
#include "lint/yaml.hpp"
#include "tests/lint/rig.hpp"

namespace firedrill::tests {
namespace {

using testing::HasSubstr;

constexpr const char* as_json = R"({"staticResources": {"clusters": [
  {"name": "api", "connectTimeout": "30s", "circuitBreakers": {"thresholds": [{"maxConnections": 5000}]}}]}})";

TEST(Envoy, IsReadAsJsonToo) {
  const auto checked = check_text("envoy.yaml", as_json);

  EXPECT_EQ(checked->ids(), "EN02 EN05 EN09");
  EXPECT_EQ(checked->told("EN09"), "envoy.yaml:2:37: cluster api: connect_timeout is 30s");
}

TEST(Envoy, FieldsThatDoNotExistAreNamed) {
  const auto checked =
      check_text("envoy.yaml", "static_resources:\n  clusters:\n  - name: a\n    conect_timeout: 5s\n");

  EXPECT_EQ(
      checked->told("FD02"),
      "envoy.yaml:4:5: a cluster of Envoy 1.33 has no field \"conect_timeout\"; did you mean \"connect_timeout\"?");
}

constexpr const char* down_to_the_retry = R"(static_resources:
  listeners:
  - name: www
    address: {socket_address: {address: 0.0.0.0, port_value: 8080}}
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: www
          proxy100Continue: true
          stream_idle_timout: 5s
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {prefix: "/"}
                route: {cluster: api, retry_policy: {retry_on: 5xx, num_retires: 2}}
      - name: another
        typed_config:
          "@type": type.googleapis.com/some.filter.of.Nobody
          anything: goes
  clusters:
  - name: api
    health_checks:
    - {timeout: 1s, timeout: 2s, intervall: 5s, interval: 5s, unhealthy_threshold: 1, healthy_threshold: 1,
       tcp_health_check: {}}
)";

TEST(Envoy, FieldsAreKnownDownToTheRetry) {
  const auto checked = check_text("envoy.yaml", down_to_the_retry);

  std::string all;
  for (const lint::Finding& finding : checked->outcome.findings)
    if (finding.rule->id == "FD02" || finding.rule->id == "FD03")
      all += fmt::format("{} {}\n", finding.spot.line, finding.message);
  EXPECT_EQ(all,
            "12 an HttpConnectionManager of Envoy 1.33 has no field \"stream_idle_timout\"; did you mean "
            "\"stream_idle_timeout\"?\n"
            "19 a retry_policy of Envoy 1.33 has no field \"num_retires\"; did you mean \"num_retries\"?\n"
            "27 a health check has \"timeout\" twice\n"
            "27 a health check of Envoy 1.33 has no field \"intervall\"; did you mean \"interval\"?\n");
}

TEST(Envoy, ValuesOfTheWrongKindAreRefused) {
  const auto told = [](const std::string& field) {
    return check_text("envoy.yaml", "static_resources:\n  clusters:\n  - name: a\n    " + field + "\n")->told("FD03");
  };

  EXPECT_THAT(told("connect_timeout: 250ms"), HasSubstr("connect_timeout takes seconds"));
  EXPECT_THAT(told("circuit_breakers: {thresholds: [{max_connections: -1}]}"), HasSubstr("takes a whole number"));
  EXPECT_THAT(told("circuit_breakers: {thresholds: [{priority: LOW}]}"), HasSubstr("there is no priority LOW"));
  EXPECT_EQ(told("connect_timeout: 0.25s"), "");
}

TEST(Yaml, IsBoundedInDepthAndNumber) {
  const auto found = [](const std::string& text) { return check_text("envoy.yaml", text)->told("FD01"); };
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += fmt::format("a{}: &a{} [", i, i);
    for (int k = 0; k < 10; ++k) bomb += fmt::format("{}*a{}", k == 0 ? "" : ", ", i - 1);
    bomb += "]\n";
  }

  std::string deep;
  for (int i = 0; i < 100; ++i) deep = "{a: " + deep + "}";
  EXPECT_THAT(found(deep), HasSubstr("deeper than 60"));
  EXPECT_NE(found(std::string(100'000, '[')), "");
  EXPECT_THAT(found(bomb), HasSubstr("more than 2,000,000 values"));
  EXPECT_NE(found("a: [b"), "");
  EXPECT_NE(found("a: *nothing"), "");
  EXPECT_THAT(found(std::string("a: \0b", 5)), HasSubstr("no text"));
}

TEST(Yaml, AliasesStandForWhatTheyName) {
  const lint::Source source{"a.yaml", "a: &x {b: [1, 2]}\nc: *x\n"};
  lint::Findings findings;

  const std::optional<lint::Yaml> root = lint::read_yaml(source, findings);

  EXPECT_TRUE(findings.list().empty());
  ASSERT_TRUE(root);
  ASSERT_NE(root->find("c", "b"), nullptr);
  EXPECT_EQ(root->find("c", "b")->items.at(1).text, "2");
}

TEST(EnvoyBehindAnEdge, KeepsIdleConnectionsForAnHour) {
  const auto told = [](const std::string& more) {
    return check_text("envoy.yaml",
                      "static_resources:\n  listeners:\n  - name: www\n    filter_chains:\n    - filters:\n"
                      "      - name: http\n        typed_config:\n          \"@type\": type.googleapis.com/"
                      "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager\n" +
                          more,
                      "[edge]\nkeep_alive = \"60s\"\n")
        ->told("X05");
  };

  EXPECT_EQ(told(""), "");
  EXPECT_THAT(told("          common_http_protocol_options: {idle_timeout: 30s}\n"),
              HasSubstr("envoy.yaml:9:56: Envoy closes idle connections after 30s, and the edge keeps them for 1m"));
  EXPECT_EQ(told("          common_http_protocol_options: {idle_timeout: 0s}\n"), "");
}

TEST(Alerts, AreNoCommentsOfTheirFiles) {
  const auto found = [](const std::string& alerts) {
    return check_files({"capacity.toml"},
                       {{"alerts.yml", alerts}, {"capacity.toml", "[monitoring]\nalerts = [\"alerts.yml\"]\n"}})
        ->has("X06");
  };

  EXPECT_TRUE(found("# alert on haproxy_backend_current_queue\n- alert: a\n  expr: up == 0 # not listen_queue\n"));
  EXPECT_FALSE(found("# listen_queue\n- alert: a\n  expr: 'phpfpm_listen_queue{pool=\"#1\"} > 0'\n"));
  EXPECT_FALSE(found("- alert: a\n  annotations: {summary: \"# 1\", unit: qcur}\n"));
}

TEST(Capacity, SaysWhatIsWrongWithIt) {
  const auto told = [](const std::string& text, const char* id) { return check_text("capacity.toml", text)->told(id); };

  EXPECT_THAT(told("[traffic]\nrate = \"210\"\n", "FD03"), HasSubstr("[traffic] rate takes a number"));
  EXPECT_THAT(told("[traffic]\nservice_time = 50\n", "FD03"), HasSubstr("takes a time"));
  EXPECT_THAT(told("[traffic]\nrat = 210\n", "FD02"), HasSubstr("did you mean \"rate\"?"));
  EXPECT_THAT(told("[app]\nworkers = \n", "FD01"), HasSubstr("capacity.toml:2:"));
}

// Tables of Erlang C: with 10 slots and a load of 8, 40.9 % wait; mean wait is that share by the free slots.
TEST(Theory, AgreesWithTheTables) {
  EXPECT_NEAR(lint::share_that_waits(10, 8), 0.409, 0.001);
  EXPECT_NEAR(lint::share_that_waits(1, 0.5), 0.5, 1e-12) << "M/M/1: the share that waits is the load";
  EXPECT_NEAR(lint::mean_wait(1, 0.5, 0.05), 0.05, 1e-12) << "M/M/1: load / (1 - load) times the service time";
  EXPECT_EQ(lint::share_that_waits(7, 10.5), 1);
  EXPECT_EQ(lint::slots_for_99_percent(10.5), 19);
}

}  // namespace
}  // namespace firedrill::tests
