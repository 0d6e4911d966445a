// What Prometheus itself says of docs/prometheus and of /metrics.
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "places.hpp"
#include "tests/cli/daemon.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using testing::HasSubstr;

constexpr const char* rules_directory = FIREDRILL_SOURCE_DIR "/docs/prometheus";

class Prometheus : public testing::Test {
 protected:
  void SetUp() override {
    if (run_script(desk_, "promtool --version").exit_code != 0)
      GTEST_SKIP() << "!!! NOT TESTED: install the Debian package prometheus (./dev test does that)";
  }

  /// /metrics of a daemon with a pool of one slot: one connection has it, another waits, and bytes have gone both ways.
  std::string busy_metrics() {
    Backend backend;
    const Daemon daemon{desk_};
    daemon.ask("POST", "/v1/proxies",
               R"({"name": "api", "listen": "127.0.0.1:0", "upstream": ")" + backend.endpoint().text() + "\"}");
    daemon.ask("POST", "/v1/proxies/api/faults",
               R"({"name": "dry", "kind": "pool", "max_connections": 1, "queue_timeout": "1h"})");
    const auto at = local(daemon.port_of("api"));
    Peer served = Peer::connect(at);
    served.send("request");
    Peer server = backend.accept();
    server.expect("request").send("answer");
    served.expect("answer");
    const Peer waiting = Peer::connect(at);
    std::string metrics;
    EXPECT_TRUE(eventually([&] {
      metrics = daemon.ask("GET", "/metrics");
      return metrics.find("\nfiredrill_pool_queue{proxy=\"api\",fault=\"dry\"} 1\n") != std::string::npos;
    })) << metrics;
    return metrics;
  }

  Desk desk_;
};

TEST_F(Prometheus, TakesTheRules) {
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator{rules_directory}) {
    const std::string path = file.path().string();
    if (!path.ends_with(".yml")) continue;
    ++files;
    const bool is_test = path.ends_with("_test.yml");
    const Ran ran =
        run_script(desk_, std::string{"promtool "} + (is_test ? "test" : "check") + " rules '" + path + "'");
    EXPECT_EQ(ran.exit_code, 0) << path << "\n" << ran.said;
    EXPECT_THAT(ran.said, HasSubstr("SUCCESS"));
  }
  EXPECT_EQ(files, 2U);
}

TEST_F(Prometheus, FindsNothingAmissInMetrics) {
  desk_.write("metrics", busy_metrics());

  const Ran ran = run_script(desk_, "promtool check metrics <metrics");

  EXPECT_EQ(ran.exit_code, 0) << ran.said;
  EXPECT_EQ(ran.said, "");
}

TEST_F(Prometheus, ThePageHasEveryMetricAndNoOther) {
  std::ostringstream page;
  page << std::ifstream{std::string{rules_directory} + "/README.md"}.rdbuf();
  const auto names = [](const std::string& text, const std::regex& row) {
    std::set<std::string> all;
    for (std::sregex_iterator it{text.begin(), text.end(), row}, end; it != end; ++it)
      all.insert((*it)[1].str() + " " + (*it)[2].str());
    return all;
  };

  EXPECT_EQ(names(busy_metrics(), std::regex{R"(# TYPE (\w+) (\w+))"}),
            names(page.str(), std::regex{R"(\n\| `(\w+)` \| (\w+) \|)"}));
}

TEST_F(Prometheus, EveryMetricOfTheRulesIsThere) {
  const std::string metrics = busy_metrics();
  std::ostringstream rules;
  rules << std::ifstream{std::string{rules_directory} + "/rules.yml"}.rdbuf();
  // Recorded series have colons in their names, and groups a dash.
  const std::regex name{R"((^|[^\w:-])((firedrill|toxiproxy)_\w+))"};
  const std::string text = rules.str();
  std::set<std::string> used;
  for (std::sregex_iterator it{text.begin(), text.end(), name}, end; it != end; ++it) used.insert((*it)[2]);
  ASSERT_FALSE(used.empty());

  for (const std::string& one : used)
    EXPECT_TRUE(metrics.find("\n" + one + "{") != std::string::npos) << one << " is in the rules, and not in /metrics";
}

}  // namespace
}  // namespace firedrill::tests
