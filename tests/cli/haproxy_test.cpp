// The outage with a real load balancer: users, HAProxy, Firedrill, nginx. What drills/haproxy says is what HAProxy
// does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <regex>

#include "places.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

const std::filesystem::path stack{FIREDRILL_SOURCE_DIR "/drills/haproxy"};

ordered_json one_of(const ordered_json& list, const std::string& name, const char* key = "name") {
  for (const auto& item : list)
    if (item.at(key) == name) return item;
  return {};
}

class ThroughHaproxy : public testing::Test {
 protected:
  void SetUp() override {
    haproxy_ = program({"haproxy", "/usr/sbin/haproxy"});
    if (haproxy_.empty()) GTEST_SKIP() << "!!! NOT TESTED: install the Debian package haproxy (./dev test does that)";
    const std::string nginx = program({"nginx", "/usr/sbin/nginx"});
    if (nginx.empty()) GTEST_SKIP() << "!!! NOT TESTED: install the Debian package nginx (./dev test does that)";
    if (program({"curl"}).empty())
      GTEST_SKIP() << "!!! NOT TESTED: install the Debian package curl (./dev test does that)";
    for (const auto& file : std::filesystem::directory_iterator{stack})
      std::filesystem::copy_file(file, desk_ / file.path().filename().string());
    // An instrumented build is too slow for the users' patience while it wakes up.
    if (haste > 1)
      for (const char* drill : {"haproxy-maxconn.toml", "haproxy-pool.toml"})
        desk_.write(drill, std::regex_replace(desk_.read(drill), std::regex{"p99 = \"< 500ms\""}, "p99 = \"< 5s\""));
    const std::string config = std::regex_replace(desk_.read("nginx.conf"), std::regex{"8082"}, std::to_string(nginx_));
    backend_ = std::make_unique<ChildProcess>(
        Command{nginx, "-p", desk_.path(), "-c", desk_.write("nginx.conf", "master_process off;\n" + config)});
    ASSERT_TRUE(backend_->wait_for_port(nginx_)) << backend_->output();
  }

  // The places of everybody, as the files ask for them.
  std::vector<std::string> environment() const {
    const auto at = [](std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); };
    return {"BALANCER=" + at(balancer_), "STATS=" + at(stats_), "FIREDRILL=" + at(front_), "BACKEND=" + at(nginx_)};
  }
  void balance(const std::string& config) {
    Command command{"/usr/bin/env"};
    for (const std::string& one : environment()) command.push_back(one);
    command.insert(command.end(), {haproxy_, "-db", "-f", desk_ / config});
    balancer_process_.reset();
    balancer_process_ = std::make_unique<ChildProcess>(command);
    ASSERT_TRUE(balancer_process_->wait_for_port(balancer_)) << balancer_process_->output();
  }
  // Down to the last note.
  Finished check(const std::string& config) {
    return firedrill(desk_, {"check", config, "capacity.toml", "--fail-on", "info", "--format", "json"}, environment());
  }
  Finished run(const std::string& drill, std::vector<std::string> sets) {
    out_ = "run-" + std::to_string(++runs_);
    std::vector<std::string> arguments{"run", drill, "--report", out_};
    for (const std::string& set : sets) arguments.insert(arguments.end(), {"--set", set});
    return firedrill(desk_, arguments, environment());
  }
  std::string log() const { return balancer_process_->output(); }
  ordered_json signal(const std::string& name) const { return one_of(desk_.report(out_).at("signals"), name); }
  bool held(const std::string& check) const {
    return one_of(desk_.report(out_).at("checks"), check).at("passed") == true;
  }

  Desk desk_;
  std::string out_;  // where the last run's report is
  std::unique_ptr<ChildProcess> backend_, balancer_process_;

 private:
  int runs_ = 0;
  std::string haproxy_;
  std::uint16_t nginx_ = free_port(), balancer_ = free_port(), stats_ = free_port(), front_ = free_port();
};

const std::vector<std::string> shorter{"drill.duration=7s", "fault.slow-backend.at=1s", "fault.slow-backend.for=5s"};

// The outage from end to end: a check finds it and names a drill, which fails; after the fix the check is clean, and
// the same drill passes.
TEST_F(ThroughHaproxy, ItsOwnPoolIsFoundByACheckWhoseDrillFailsUntilItIsMended) {
  const Finished found = check("haproxy.cfg");
  EXPECT_EQ(found.exit_code, 1);
  const auto finding = one_of(ordered_json::parse(found.out).at("findings"), "HA05", "id");
  ASSERT_FALSE(finding.is_null()) << found.out;
  EXPECT_THAT(finding.at("message"), HasSubstr("2000 clients may come, and there are 7 slots"));
  EXPECT_THAT(found.out, HasSubstr("140 of them are served per second, the other 70 queue until they give up"));
  const std::filesystem::path drill{finding.at("drill").get<std::string>()};
  ASSERT_EQ(drill.parent_path(), "drills/haproxy");

  balance("haproxy.cfg");
  const Finished before = run(drill.filename(), shorter);

  EXPECT_EQ(before.exit_code, 1) << before.out << before.error;
  EXPECT_FALSE(held("a slower backend is no outage"));
  EXPECT_TRUE(held("the backend refuses nobody"));
  const auto econ = signal("HAProxy counts connection errors (econ)");
  EXPECT_EQ(econ.at("seen"), true) << econ;
  EXPECT_THAT(desk_.read(out_ + "/report.md"),
              HasSubstr("\n- HAProxy counts connection errors (econ): econ counts those"));
  EXPECT_THAT(log(), HasSubstr(" 503 "));
  EXPECT_THAT(log(), HasSubstr(" sQ-- "));
  EXPECT_THAT(log(), Not(HasSubstr(" sC-- ")));  // no connection failed

  const Finished clean = check("haproxy-fixed.cfg");
  EXPECT_EQ(clean.exit_code, 0) << clean.out;

  balance("haproxy-fixed.cfg");
  const Finished after = run(drill.filename(), shorter);

  EXPECT_EQ(after.exit_code, 0) << after.out << after.error;
  EXPECT_EQ(signal("HAProxy counts connection errors (econ)").at("seen"), false);
  EXPECT_THAT(desk_.read(out_ + "/report.md"), Not(HasSubstr("\n- HAProxy counts connection errors (econ)")));
  EXPECT_THAT(log(), Not(HasSubstr(" 503 ")));
}

const std::vector<std::string> shorter_pool{
    "drill.duration=11s",      "fault.slow-backend.at=1s", "fault.slow-backend.for=2s", "fault.still-slow.at=3s",
    "fault.still-slow.for=7s", "fault.small-pool.at=3s",   "fault.small-pool.for=7s"};

TEST_F(ThroughHaproxy, APoolBehindItHasItBlameTheApplicationForBeingSlow) {
  balance("haproxy-fixed.cfg");

  const Finished it = run("haproxy-pool.toml", shorter_pool);

  EXPECT_EQ(it.exit_code, 0) << it.out << it.error;
  EXPECT_EQ(signal("HAProxy counts errors of responses (eresp)").at("seen"), true);
  EXPECT_THAT(log(), HasSubstr(" 504 "));
  EXPECT_THAT(log(), HasSubstr(" sH-- "));
  EXPECT_THAT(log(), Not(HasSubstr(" sC-- ")));
  EXPECT_THAT(log(), Not(HasSubstr(" sQ-- ")));
}

TEST_F(ThroughHaproxy, APoolThatResetsThoseWhoWaitHasItBlameTheApplicationForCrashing) {
  balance("haproxy-fixed.cfg");
  auto sets = shorter_pool;
  sets.emplace_back("fault.small-pool.queue_timeout=1s");

  const Finished it = run("haproxy-pool.toml", sets);

  EXPECT_EQ(it.exit_code, 0) << it.out << it.error;
  EXPECT_THAT(log(), HasSubstr(" 502 "));
  EXPECT_THAT(log(), HasSubstr(" SH-- "));
  EXPECT_THAT(log(), Not(HasSubstr(" sH-- ")));
}

}  // namespace
}  // namespace firedrill::tests
