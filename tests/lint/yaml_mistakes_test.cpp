// Line by line: what Envoy 1.33 refuses by its API's definitions is found, what it takes is not called wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "tests/lint/rig.hpp"

namespace firedrill::tests {
namespace {

constexpr const char* envoy_base = R"(admin:
  address: {socket_address: {address: 127.0.0.1, port_value: 9901}}
static_resources:
  listeners:
  - name: www
    address: {socket_address: {address: 0.0.0.0, port_value: 8080}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: www
          codec_type: AUTO
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {prefix: "/"}
                route: {cluster: api, timeout: 3s}
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  - name: sql
    address: {socket_address: {address: 0.0.0.0, port_value: 5432}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.tcp_proxy
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
          stat_prefix: sql
          cluster: sql
  clusters:
  - name: sql
    load_assignment:
      cluster_name: sql
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 10.0.0.5, port_value: 5432}}}}]}]
    health_checks: [{timeout: 1s, interval: 5s, unhealthy_threshold: 2, healthy_threshold: 1, tcp_health_check: {}}]
  - name: api
    type: STRICT_DNS
    lb_policy: LEAST_REQUEST
    max_requests_per_connection: 100
    circuit_breakers:
      thresholds: [{max_connections: 100}]
    load_assignment:
      cluster_name: api
      endpoints:
      - lb_endpoints:
        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 8081}}}
)";

struct EnvoyLine {
  const char *part, *instead;
};
void PrintTo(const EnvoyLine& line, std::ostream* out) { *out << line.instead; }

std::string found_in(const EnvoyLine& line) {
  std::string text = envoy_base;
  text.replace(text.find(line.part), std::string_view{line.part}.size(), line.instead);
  const auto checked = check_text("envoy.yaml", text);
  return checked->told("FD01") + checked->told("FD02") + checked->told("FD03");
}

class EnvoyMistakes : public testing::TestWithParam<EnvoyLine> {};
class EnvoyGoodLines : public testing::TestWithParam<EnvoyLine> {};

TEST_P(EnvoyMistakes, AreFound) { EXPECT_NE(found_in(GetParam()), "") << GetParam().instead; }
TEST_P(EnvoyGoodLines, AreNotCalledWrong) { EXPECT_EQ(found_in(GetParam()), "") << GetParam().instead; }

constexpr EnvoyLine envoy_mistakes[] = {
    {"type: STRICT_DNS", "type: STRICT_DSN"},
    {"type: STRICT_DNS", "type: strict_dns"},
    {"lb_policy: LEAST_REQUEST", "lb_policy: FOO"},
    {"codec_type: AUTO", "codec_type: HTTP4"},
    {"timeout: 3s", "timeout: 3"},
    {"timeout: 3s", "priority: LOW"},
    {"{prefix: \"/\"}", "{prefx: /}"},
    {"{prefix: \"/\"}", "{headers: []}"},
    {"port_value: 8080", "port: 8080"},
    {"port_value: 8080", "port_value: 800000"},
    {"port_value: 8081", "port_value: http"},
    {"port_value: 9901", "prot_value: 9901"},
    {"domains: [\"*\"]", "domains: []"},
    {"- name: all\n", "- domain_names: []\n"},
    {"stat_prefix: www", "merge_slashes: true"},
    {"max_requests_per_connection: 100", "max_requests_per_connection: abc"},
    {"max_requests_per_connection: 100", "max_requests_per_connection: 1.5"},
    {"v3.HttpConnectionManager", "v3.HttpConnectionManger"},
    {"type.googleapis.com/", ""},
    {"[{max_connections: 100}]", "{max_connections: 100}"},
    {"  clusters:\n", "  clusters:\n  - name: api\n"},
    {"cluster: api,", "cluster: nosuch,"},
    {"  - name: api\n    type", "  - name: other\n    type"},
    {"cluster: api,", "weighted_clusters: {clusters: [{name: api, weight: 1}, {name: nosuch, weight: 1}]},"},
    {"cluster: api,", "cluster: api, request_mirror_policies: [{cluster: nosuch}],"},
    {"            virtual_hosts:\n",
     "            request_mirror_policies: [{cluster: nosuch}]\n            virtual_hosts:\n"},
    {"route: {cluster: api, timeout: 3s}", "route: {weighted_clusters: {clusters: [{name: nosuch, weight: 1}]}}"},
    {"route: {cluster: api, timeout: 3s}", "route: {cluster: api, request_mirror_policies: [{cluster: nosuch}]}"},
    {"route: {cluster: api, timeout: 3s}", "route: {cluster: api, cluster_header: x}"},
    {"route: {cluster: api, timeout: 3s}", "route: {timeout: 3s}"},
    {"route: {cluster: api, timeout: 3s}", "name: nothing"},
    {"route: {cluster: api, timeout: 3s}", "route: {cluster: api}\n                redirect: {path_redirect: /x}"},
    {"{prefix: \"/\"}", "{prefix: /, path: /a}"},
    {"{prefix: \"/\"}", "{safe_regex: {regex: \"(\"}}"},
    {"{prefix: \"/\"}", "{safe_regex: {regex: \"/(?!api).*\"}}"},
    {"{prefix: \"/\"}", "{prefix: /, case_sensitive: maybe}"},
    {"domains: [\"*\"]", "domains: [\"*\", \"*\"]"},
    {"domains: [\"*\"]", "domains: [a.org, A.org]"},
    {"address: 10.0.0.5", "address: 10.1.0.300"},
    {"address: 10.0.0.5", "address: db.internal"},
    {"address: 0.0.0.0, port_value: 8080", "address: localhost, port_value: 8080"},
    {"{endpoint: {address: {socket_address: {address: 10.0.0.5, port_value: 5432}}}}", "{endpoint: {}}"},
    {"    address: {socket_address: {address: 0.0.0.0, port_value: 5432}}\n", ""},
    {"unhealthy_threshold: 2, ", ""},
    {", tcp_health_check: {}", ""},
    {"tcp_health_check: {}", "tcp_health_check: {}, http_health_check: {path: /}"},
    {"tcp_health_check: {}", "http_health_check: {host: a}"},
    {"tcp_health_check: {}", "http_health_check: {path: /, use_http2: true}"},
    {"          cluster: sql\n", ""},
    {"[{max_connections: 100}]", "[{track_remaining: \"yes\"}]"},
    {"[{max_connections: 100}]", "[{track_remaining: 1}]"},
    {"http_filters:\n",
     "http_filters:\n          - name: envoy.filters.http.router\n            typed_config: {\"@type\": "
     "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}\n"},
    {"router.v3.Router}", "cors.v3.Cors}"},
};

constexpr EnvoyLine envoy_good_lines[] = {
    {"type: STRICT_DNS", "type: LOGICAL_DNS"},
    {"type: STRICT_DNS", "type: 1"},
    {"            virtual_hosts:\n", "            validate_clusters: true\n            virtual_hosts:\n"},
    {"cluster: api,", "cluster_header: x-cluster,"},
    {"timeout: 3s", "timeout: 0.25s"},
    {"timeout: 3s", "retry_policy: {retry_on: 5xx, num_retries: 2, per_try_timeout: 1s}"},
    {"{prefix: \"/\"}", "{path_separated_prefix: /api, headers: [{name: a, present_match: true}]}"},
    {"{prefix: \"/\"}", "{safeRegex: {regex: \"/.*\"}, caseSensitive: false}"},
    {"route: {cluster: api, timeout: 3s}", "direct_response: {status: 503, body: {inline_string: no}}"},
    {"{socket_address: {address: 0.0.0.0, port_value: 8080}}", "{pipe: {path: /run/envoy.sock}}"},
    {"port_value: 8080", "protocol: TCP, portValue: \"8080\", ipv4_compat: true"},
    {"port_value: 8081", "named_port: http"},
    {"max_requests_per_connection: 100", "max_requests_per_connection: 1e2"},
    {"max_requests_per_connection: 100", "max_requests_per_connection:"},
    {"[{max_connections: 100}]", "[{max_connections: 100, priority: HIGH}, {}]"},
    {"lb_policy: LEAST_REQUEST", "lb_policy: RING_HASH"},
    {"route: {cluster: api, timeout: 3s}",
     "route: {weighted_clusters: {clusters: [{name: api, weight: 1}, {name: sql, weight: 0}]}}"},
    {"route: {cluster: api, timeout: 3s}", "route: {cluster_header: x, request_mirror_policies: [{cluster: sql}]}"},
    {"          route_config:\n", "          route_config:\n            validate_clusters: true\n"},
    {"{prefix: \"/\"}", "{safe_regex: {regex: \"^/(?i:a|b)[](?=]\\\\\\\\1{2}(?P<id>x)$\"}, case_sensitive: off}"},
    {"{prefix: \"/\"}", "{prefix: /, path: null}"},
    {"domains: [\"*\"]", "domains: [\"*\", \"*.org\", a.org, \"a.org:*\"]"},
    {"address: 10.0.0.5", "address: \"fd00::5\""},
    {"address: 10.0.0.5", "address: db, resolver_name: x"},
    {"{endpoint: {address: {socket_address: {address: 10.0.0.5, port_value: 5432}}}}",
     "{endpoint: {address: {pipe: {path: /run/db}}}}"},
    {"tcp_health_check: {}", "http_health_check: {path: /, expected_statuses: [{start: 200, end: 300}]}"},
    {"[{max_connections: 100}]", "[{track_remaining: yes}]"},
    {"[{max_connections: 100}]", "[{track_remaining: \"true\"}]"},
    {"http_filters:\n",
     "http_filters:\n          - name: cors\n            typed_config: {\"@type\": "
     "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors}\n"},
    {"envoy.extensions.filters.http.router.v3.Router}", "their.own.Filter}"},
};

INSTANTIATE_TEST_SUITE_P(All, EnvoyMistakes, testing::ValuesIn(envoy_mistakes));
INSTANTIATE_TEST_SUITE_P(All, EnvoyGoodLines, testing::ValuesIn(envoy_good_lines));

// The base with a route to a cluster that is not there.
std::string lost(const std::string& part, const std::string& instead) {
  std::string text = envoy_base;
  text.replace(text.find("cluster: api,"), 13, "cluster: nosuch,");
  text.replace(text.find(part), part.size(), instead);
  return check_text("envoy.yaml", text)->told("FD03");
}

TEST(EnvoyRoutes, MayLeadToClustersThatComeLater) {
  const std::string before = "            virtual_hosts:\n";

  EXPECT_EQ(lost(before, "            validate_clusters: false\n" + before), "");
  EXPECT_EQ(lost("admin:\n", "dynamic_resources: {cds_config: {path: /etc/cds.yaml}}\nadmin:\n"), "");
  EXPECT_EQ(lost("admin:\n", "dynamic_resources: {lds_config: {path: /etc/lds.yaml}}\nadmin:\n"),
            "envoy.yaml:21:34: there is no cluster \"nosuch\"");
}

TEST(EnvoyRoutes, OfTcpAreLookedUpWithEachConnection) {
  const auto checked = check_text("envoy.yaml", R"(static_resources:
  listeners:
  - name: pg
    address: {socket_address: {address: 0.0.0.0, port_value: 5432}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.tcp_proxy
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
          stat_prefix: pg
          cluster: nosuch
)");

  EXPECT_EQ(checked->ids(), "FD07");
}

TEST(EnvoyListeners, OfATakenNameAreIgnored) {
  const EnvoyLine second{"  clusters:\n",
                         "  - name: www\n    address: {socket_address: {address: 0.0.0.0, port_value: 8082}}\n"
                         "  clusters:\n"};
  std::string text = envoy_base;
  text.replace(text.find(second.part), std::string_view{second.part}.size(), second.instead);

  EXPECT_EQ(found_in(second), "");
  EXPECT_EQ(check_text("envoy.yaml", text)->told("FD07"),
            "envoy.yaml:33:11: there is a listener \"www\" at line 5 already: Envoy ignores this one without a word");
}

TEST(EnvoyFiles, AreNotThoseOfOthers) {
  const auto told = [](const std::string& text) {
    const auto checked = check_text("some.yaml", text);
    EXPECT_EQ(checked->outcome.findings.size(), 1U) << checked->ids();
    return checked->told("FD01");
  };
  const std::string no =
      "some.yaml:1:1: this is no configuration of Envoy, for which it was taken by its name: a bootstrap "
      "has admin, node, static_resources, …; this has ";

  EXPECT_EQ(told("apiVersion: v1\nkind: ConfigMap\ndata:\n  envoy.yaml: |\n    admin: {}\n"),
            no + "apiVersion, kind, data, as a manifest of Kubernetes does");
  EXPECT_EQ(told("groups:\n- name: x\n"), no + "groups, as a file of Prometheus does");
  EXPECT_EQ(told("services: {}\nversion: 3\n"), no + "services, version");
}

TEST(EnvoyFiles, OfATypingErrorAreStillOnes) {
  EXPECT_EQ(check_text("envoy.yaml", "static_resurces: {}\n")->ids(), "FD02");
  EXPECT_EQ(check_text("envoy.yaml", "{}\n")->ids(), "");
}

TEST(EnvoyFiles, ThatAreBrokenAreNotJudged) {
  const std::string begin = "static_resources:\n  clusters:\n  - name: ";
  const auto found = [](const std::string& text) {
    const auto checked = check_text("envoy.yaml", text);
    return checked->ids() + " " + checked->told("FD01");
  };

  EXPECT_THAT(found(begin + "{{ name }}\n    connect_timeout: {{ t }}\n"), testing::HasSubstr("this is a template"));
  EXPECT_THAT(found(begin + "api\n    load_assignment: {\n"), testing::StartsWith("FD01 "));
  EXPECT_EQ(found("static_resources:\n\tclusters: []\n"), "FD01 envoy.yaml:2:1: a tab cannot indent YAML: blanks can");
  EXPECT_EQ(found(std::string("admin: {}\n\0", 11)), "FD01 envoy.yaml:2:1: this is no text: there is a zero byte");
}

TEST(EnvoyFiles, AreReadUpToTheirSecondDocument) {
  const auto told = [](const std::string& text) { return check_text("envoy.yaml", text)->told("FD07"); };

  EXPECT_THAT(told("admin: {}\n---\nstatic_resources: {}\n"),
              testing::StartsWith("envoy.yaml:2:1: Envoy reads the first"));
  EXPECT_EQ(told("---\nadmin: {}\n"), "");
  EXPECT_EQ(told("---\nadmin: {}\n---\n"), "");
  EXPECT_EQ(told("admin: {}\n...\n"), "");
}

std::string warned_in(const EnvoyLine& line) {
  std::string text = envoy_base;
  text.replace(text.find(line.part), std::string_view{line.part}.size(), line.instead);
  return check_text("envoy.yaml", text)->told("FD07");
}

// Envoy starts with these, and yet nobody is served.
TEST(EnvoyLinesWithoutEffect, AreWarnedOf) {
  using testing::HasSubstr;

  EXPECT_EQ(warned_in({"cluster: sql", "cluster: sql"}), "");
  EXPECT_THAT(warned_in({"cluster: sql\n  cl", "cluster: nosuch\n  cl"}), HasSubstr("there is no cluster \"nosuch\""));
  EXPECT_THAT(warned_in({"127.0.0.1, port_value: 8081", "10.1.0.300, port_value: 8081"}), HasSubstr("\"10.1.0.300\""));
  EXPECT_THAT(warned_in({"{address: {socket_address: {address: 127.0.0.1, port_value: 8081}}}", "{}"}),
              HasSubstr("no address"));
  EXPECT_THAT(
      warned_in({"          http_filters:\n          - name: envoy.filters.http.router\n", "          http_x:\n"}),
      HasSubstr("without a router"));
}

TEST(EnvoyJson, TakesNeitherCommentsNorACommaTooMany) {
  const auto told = [](const std::string& text) { return check_text("envoy.json", text)->told("FD01"); };

  EXPECT_EQ(told("{\"static_resources\": {\"clusters\": [{\"name\": \"a\"}]}}"), "");
  EXPECT_THAT(told("{\"static_resources\": {\"clusters\": [{\"name\": \"a\"},\n]}}"), testing::HasSubstr("json:2:1: "));
  EXPECT_THAT(told("{\"static_resources\": {} // all\n}"), testing::HasSubstr("this is no JSON"));
}

TEST(Yaml, IsBoundedInBracketsBeforeItIsParsed) {
  const auto told = [](const std::string& text) { return check_text("envoy.yaml", text)->told("FD01"); };

  EXPECT_EQ(told("static_resources: " + std::string(10'000'000, '[')), "envoy.yaml:1:1019: values nest deeper than 60");
  EXPECT_THAT(told("a: \"" + std::string(5000, '[') + "\"\nstatic_resources: {}\n"), "");
}

}  // namespace
}  // namespace firedrill::tests
