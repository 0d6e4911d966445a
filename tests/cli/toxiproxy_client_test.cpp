// toxiproxy-node-client, as npm has it, against `firedrill serve`: tests/cli/toxiproxy_client/client.test.js.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "places.hpp"
#include "tests/cli/daemon.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ToxiproxyNodeClient, DoesAllItCan) {
  const Desk desk;
  if (run_script(desk, "node -e 'process.exit(typeof fetch === \"function\" ? 0 : 1)'").exit_code != 0)
    GTEST_SKIP() << "!!! NOT TESTED: install the Debian package nodejs, version 18 or newer (./dev test does that)";
  if (!std::filesystem::exists(FIREDRILL_NODE_MODULES "/toxiproxy-node-client/package.json"))
    GTEST_SKIP() << "!!! NOT TESTED: toxiproxy-node-client is not in " FIREDRILL_NODE_MODULES
                    " (./dev test puts it there, with npm ci)";
  const Daemon daemon{desk, {"--seed", "7"}};

  std::string ports;
  for (int i = 0; i < 4; ++i) ports += (i == 0 ? "" : " ") + std::to_string(free_port());

  // Told is what failed, and how many there were.
  const Ran ran = run_script(desk, "export FIREDRILL_CONTROL=http://" + daemon.address() + " FREE_PORTS='" + ports +
                                       "' NODE_PATH='" FIREDRILL_NODE_MODULES
                                       "'\n"
                                       "unset NODE_OPTIONS NODE_USE_ENV_PROXY\n"
                                       "node --test --test-reporter=tap '" FIREDRILL_SOURCE_DIR
                                       "/tests/cli/toxiproxy_client/client.test.js' >tap\n"
                                       "failed=$?\n"
                                       "sed -n '/^ *not ok/,/^ *[.][.][.]$/p; /^# [a-z]/p' tap\n"
                                       "exit $failed\n");

  EXPECT_EQ(ran.exit_code, 0) << ran.said;
  EXPECT_THAT(ran.said, HasSubstr("\n# fail 0\n"));
  EXPECT_THAT(ran.said, HasSubstr("\n# skipped 0\n"));
  EXPECT_THAT(ran.said, Not(HasSubstr("\n# pass 0\n")));
}

}  // namespace
}  // namespace firedrill::tests
