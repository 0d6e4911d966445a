// What capacity.toml says of the files beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/lint/rig.hpp"

namespace firedrill::tests {
namespace {

TEST(CapacityOfABackend, ThatNoFileHasIsAFinding) {
  const std::string configuration =
      "defaults\n  mode http\n  timeout connect 4s\n  timeout client 20s\n  timeout server 10s\nfrontend www\n"
      "  bind :8080\n  default_backend api\nbackend api\n  server api1 127.0.0.1:8081 maxconn 100\n";
  const auto told = [&](const std::string& name) {
    return check_text("a.cfg", configuration, "[app]\nworkers = 100\nbackend = \"" + name + "\"\n")->told("FD03");
  };

  EXPECT_EQ(told("api"), "");
  EXPECT_EQ(told("nosuch"),
            "capacity.toml:3:11: [app] backend: no file that is checked has a backend, upstream or cluster \"nosuch\" "
            "that leads to servers");
}

TEST(CapacityOfABackend, IsNotJudgedWithoutOtherFiles) {
  EXPECT_EQ(check_text("capacity.toml", "[app]\nbackend = \"api\"\n")->ids(), "");
}

}  // namespace
}  // namespace firedrill::tests
