// Every rule finds what its page shows, and does not find what it shows instead; and the pages are in docs/checks.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <ostream>
#include <set>

#include "lint/catalog.hpp"
#include "lint/sha256.hpp"
#include "places.hpp"
#include "tests/lint/rig.hpp"
#include "tests/support/child_process.hpp"

namespace firedrill::lint {

// What a test of a rule is listed with.
void PrintTo(const Entry& entry, std::ostream* out) { *out << entry.rule->id; }

}  // namespace firedrill::lint

namespace firedrill::tests {
namespace {

using lint::Entry;
using lint::Product;

std::string file_of(const Entry& entry) {
  if (entry.product == Product::envoy) return "envoy.yaml";
  const bool nginx = entry.product == Product::nginx || entry.rule->id == "FD08";
  return nginx ? "nginx.conf" : "haproxy.cfg";
}

// Of a run that passed with that configuration.
std::string journal_of(std::string_view configuration) {
  return R"({"v":1,"event":"run_start","utc":"2023-05-11T09:00:00Z","drill":"pool-fixed","configurations":[)"
         R"({"file":"haproxy.cfg","sha256":")" +
         lint::sha256(configuration) + R"("}]})" + "\n" + R"({"v":1,"event":"run_end","result":"passed"})" + "\n";
}

class Rules : public testing::TestWithParam<Entry> {
 protected:
  std::string name() const { return file_of(GetParam()); }
  std::unique_ptr<Checked> check(std::string_view text, bool good = false) const {
    const lint::Rule& rule = *GetParam().rule;
    const bool other = good && !rule.good_capacity.empty();
    std::map<std::string, std::string> files{
        {name(), std::string{text}},
        {"alerts.yml", "- alert: Queue\n  expr: haproxy_backend_current_queue > 10\n"},
        {"firedrill-runs/pool-fixed-20230511T090000Z/journal.jsonl", journal_of(rule.good)},
        {"capacity.toml", std::string{other ? rule.good_capacity : rule.capacity}}};
    if (rule.capacity.empty()) return check_files({name()}, files, {}, rule.running);
    return check_files({name(), "capacity.toml"}, files);
  }
};

TEST_P(Rules, AreFoundWhereTheirPageSaysSo) {
  const auto bad = check(GetParam().rule->bad);

  EXPECT_TRUE(bad->has(GetParam().rule->id)) << bad->ids() << "\n" << GetParam().rule->bad;
}

TEST_P(Rules, AreNotFoundInWhatTheirPageShowsInstead) {
  const auto good = check(GetParam().rule->good, true);

  EXPECT_EQ(good->told(GetParam().rule->id), "") << GetParam().rule->good;
}

// What is bad is well written: nothing but the rule itself is wrong with the grammar of either.
TEST_P(Rules, ShowConfigurationsThatAreWellWritten) {
  if (GetParam().product == Product::any) return;
  if (GetParam().rule->id == "NG17") return;  // a queue takes nginx Plus, and the grammar says so
  for (const std::string_view text : {GetParam().rule->bad, GetParam().rule->good}) {
    const auto checked = check(text);
    for (const char* const id : {"FD01", "FD02", "FD03"}) EXPECT_EQ(checked->told(id), "") << text;
  }
}

TEST_P(Rules, AreExplainedInFull) {
  const lint::Rule& rule = *GetParam().rule;

  for (const std::string_view text : {rule.title, rule.when, rule.why, rule.fix, rule.bad, rule.good})
    EXPECT_FALSE(text.empty());
  EXPECT_TRUE(rule.bad != rule.good || rule.capacity != rule.good_capacity);
  if (!rule.drill.empty()) {
    const std::string drill = FIREDRILL_SOURCE_DIR "/" + lint::drill_file(rule);
    EXPECT_TRUE(std::ifstream{drill}.good()) << drill;
  }
}

// The programs themselves take what the pages show: neither side of a page is a configuration that never ran.
TEST_P(Rules, ShowConfigurationsThatTheProgramTakes) {
  const bool haproxy = GetParam().product == Product::haproxy, nginx = GetParam().product == Product::nginx;
  if ((!haproxy && !nginx) || GetParam().rule->id == "NG17") return;  // queue takes nginx Plus
  const std::string binary = program({haproxy ? "/usr/sbin/haproxy" : "/usr/sbin/nginx"});
  if (binary.empty())
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian packages haproxy and nginx (./dev test does that)";
  const TemporaryDirectory directory;
  for (const std::string_view text : {GetParam().rule->bad, GetParam().rule->good}) {
    std::string whole{text};
    const std::string modules = "/usr/lib/nginx/modules/ngx_stream_module.so";
    if (nginx && text.find("stream {") != std::string_view::npos) whole = "load_module " + modules + ";\n" + whole;
    const std::string file = directory.write("example", whole);
    const Exited finished =
        haproxy
            ? run({binary, "-c", "-f", file})
            : run({binary, "-t", "-c", file, "-e", "stderr", "-g", "pid " + directory / "pid" + "; error_log stderr;"});
    EXPECT_EQ(finished.code, 0) << whole << finished.output;
  }
}

std::string id_of(const testing::TestParamInfo<Entry>& info) { return std::string{info.param.rule->id}; }
INSTANTIATE_TEST_SUITE_P(Catalog, Rules, testing::ValuesIn(lint::catalog()), id_of);

TEST(Catalog, HasEachRuleOnce) {
  std::set<std::string_view> ids;
  for (const Entry& entry : lint::catalog()) EXPECT_TRUE(ids.insert(entry.rule->id).second) << entry.rule->id;
  EXPECT_EQ(lint::drill_file(*lint::rule_named("HA05")), "drills/haproxy/haproxy-maxconn.toml");
  EXPECT_EQ(lint::rule_named("HA99"), nullptr);
}

TEST(Catalog, IsWhatTheDocumentationSays) {
  const std::string path = FIREDRILL_SOURCE_DIR "/docs/checks.md";
  std::ifstream stream{path};
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};

  EXPECT_EQ(text, lint::catalog_markdown()) << "make it anew: firedrill check --explain all > docs/checks.md";
}

TEST(Catalog, PrintsAPage) {
  const std::string page = lint::page_of(*lint::rule_named("HA02"));

  EXPECT_THAT(page, testing::StartsWith("HA02  warning  a queue without a timeout of its own\n"));
  EXPECT_THAT(page, testing::HasSubstr("firedrill run drills/library/pool-exhaustion.toml"));
}

}  // namespace
}  // namespace firedrill::tests
