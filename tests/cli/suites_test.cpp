// Real test suites of other people's tools, wrapped in a drill: content without its faults, not with them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "tests/cli/http_backend.hpp"
#include "tests/cli/program.hpp"

namespace firedrill::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

bool works(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

// Every second connection is reset: a client that tries again is served, one that does not is not.
std::string drill_before(const HttpBackend& backend) {
  return R"([drill]
name = "shaky"
seed = 1

[[proxy]]
name = "shop"
listen = "127.0.0.1:0"
upstream = ")" +
         backend.address() + R"("

[[fault]]
name = "shaky"
proxy = "shop"
kind = "reset"
every = 2
)";
}

// "name: ok" or what it is instead, of all test cases of a JUnit file. Python's parser takes nothing that is not
// well-formed.
std::vector<std::string> cases(const Desk& desk, const std::string& file) {
  const std::string script =
      "import sys, xml.etree.ElementTree as e\n"
      "for c in e.parse(sys.argv[1]).getroot().iter('testcase'):\n"
      "    bad = [x.tag for x in c if x.tag in ('failure', 'error', 'skipped')]\n"
      "    print(c.get('name') + ': ' + (bad[0] if bad else 'ok'))\n";
  desk.write("cases.py", script);
  const std::string command = "python3 '" + (desk / "cases.py") + "' '" + (desk / file) + "' 2>&1";
  std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(command.c_str(), "r"), ::pclose};
  std::vector<std::string> lines;
  for (std::array<char, 4096> line; pipe && std::fgets(line.data(), line.size(), pipe.get()) != nullptr;) {
    lines.emplace_back(line.data());
    if (lines.back().ends_with('\n')) lines.back().pop_back();
  }
  return lines;
}

const testing::Matcher<std::vector<std::string>> all_is_well =
    ElementsAre("the run: ok", "the command: ok", "everything was cleaned up: ok");
const testing::Matcher<std::vector<std::string>> the_suite_failed = ElementsAre(
    "the run: ok", "the command: failure", "fault shaky touched a connection: ok", "everything was cleaned up: ok");

TEST(Suites, PytestPassesWithoutFaultsAndFailsWithThem) {
  std::string python;
  for (const char* candidate : {"python3", "/usr/bin/python3"})
    if (python.empty() && works(std::string{candidate} + " -m pytest --version")) python = candidate;
  if (python.empty())
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian package python3-pytest (./dev test does that)";
  const Desk desk;
  desk.write("price.txt", "42\n");
  const HttpBackend backend{python, desk.path()};
  desk.write("drill.toml", drill_before(backend));
  desk.write("test_shop.py", R"(import os, urllib.request

URL = "http://" + os.environ["FIREDRILL_PROXY_SHOP"] + "/price.txt"

def price():
    with urllib.request.urlopen(URL, timeout=30) as answer:
        return answer.read()

def test_a_patient_client_is_served():
    for tries in range(9):
        try:
            assert price() == b"42\n"
            return
        except OSError:
            pass
    assert False, "nine tries"

def test_every_request_is_served():
    for request in range(4):
        assert price() == b"42\n"
)");
  const std::vector<std::string> environment{"PYTHONDONTWRITEBYTECODE=1", "PYTEST_ADDOPTS=", "no_proxy=127.0.0.1"};
  const auto run = [&](const std::string& which, std::vector<std::string> options) {
    options.insert(options.begin(), {"exec", "drill.toml", "--report", which, "--junit", which + ".xml"});
    options.insert(options.end(), {"--", python, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                                   "--junit-xml=" + which + "-suite.xml", "test_shop.py"});
    return firedrill(desk, options, environment);
  };

  const Finished calm = run("calm", {"--no-faults"});
  const Finished shaky = run("shaky", {});

  EXPECT_EQ(calm.exit_code, 0) << calm.out << calm.error;
  EXPECT_THAT(calm.out, HasSubstr("2 passed"));
  EXPECT_THAT(cases(desk, "calm.xml"), all_is_well);
  EXPECT_THAT(cases(desk, "calm-suite.xml"),
              ElementsAre("test_a_patient_client_is_served: ok", "test_every_request_is_served: ok"));
  EXPECT_EQ(shaky.exit_code, 1) << shaky.out << shaky.error;
  EXPECT_THAT(shaky.out, HasSubstr("1 failed, 1 passed"));
  EXPECT_THAT(cases(desk, "shaky.xml"), the_suite_failed);
  EXPECT_THAT(cases(desk, "shaky-suite.xml"),
              ElementsAre("test_a_patient_client_is_served: ok", "test_every_request_is_served: failure"));
}

TEST(Suites, NpmTestPassesWithoutFaultsAndFailsWithThem) {
  if (!works("node --version") || !works("npm --version") || !works("python3 --version"))
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian packages nodejs, npm and python3 (./dev test does that)";
  const bool junit = works("node -e \"process.exit(require('node:test/reporters').junit ? 0 : 1)\"");
  const Desk desk;
  desk.write("price.txt", "42\n");
  const HttpBackend backend{"python3", desk.path()};
  desk.write("drill.toml", drill_before(backend));
  // Of the two reporters one is for people, one for the CI. Node 18 has none for JUnit.
  const std::string reporters =
      "--test-reporter=tap --test-reporter-destination=stdout" +
      std::string{junit ? " --test-reporter=junit --test-reporter-destination=suite.xml" : ""};
  desk.write("package.json",
             R"({"name": "shop", "version": "1.0.0", "private": true, "scripts": {"test": "node --test )" + reporters +
                 R"( shop.test.js"}})");
  desk.write("shop.test.js", R"(const test = require('node:test');
const assert = require('node:assert');
const http = require('node:http');

const url = `http://${process.env.FIREDRILL_PROXY_SHOP}/price.txt`;
const price = () => new Promise((resolve, reject) => {
  http.get(url, { agent: false }, (answer) => {
    let text = '';
    answer.on('data', (some) => { text += some; });
    answer.on('end', () => resolve(text));
    answer.on('error', reject);
  }).on('error', reject);
});

test('a patient client is served', async () => {
  for (let tries = 0; tries < 9; ++tries) {
    try { return assert.strictEqual(await price(), '42\n'); } catch (error) { if (tries === 8) throw error; }
  }
});

test('every request is served', async () => {
  for (let request = 0; request < 4; ++request) assert.strictEqual(await price(), '42\n');
});
)");
  const std::vector<std::string> environment{"npm_config_update_notifier=false", "npm_config_offline=true",
                                             "NODE_OPTIONS=", "HOME=" + desk.path().string()};
  const auto run = [&](const std::string& which, std::vector<std::string> options) {
    options.insert(options.begin(), {"exec", "drill.toml", "--report", which, "--junit", which + ".xml"});
    options.insert(options.end(), {"--", "npm", "test"});
    return firedrill(desk, options, environment);
  };

  const Finished calm = run("calm", {"--no-faults"});
  if (junit) {
    EXPECT_THAT(cases(desk, "suite.xml"),
                UnorderedElementsAre("a patient client is served: ok", "every request is served: ok"));
  }
  const Finished shaky = run("shaky", {});
  if (junit) {
    EXPECT_THAT(cases(desk, "suite.xml"),
                UnorderedElementsAre("a patient client is served: ok", "every request is served: failure"));
  }

  EXPECT_EQ(calm.exit_code, 0) << calm.out << calm.error;
  EXPECT_THAT(calm.out, HasSubstr("# pass 2"));
  EXPECT_THAT(cases(desk, "calm.xml"), all_is_well);
  EXPECT_EQ(shaky.exit_code, 1) << shaky.out << shaky.error;
  EXPECT_THAT(shaky.out, HasSubstr("# fail 1"));
  EXPECT_THAT(cases(desk, "shaky.xml"), the_suite_failed);
}

}  // namespace
}  // namespace firedrill::tests
